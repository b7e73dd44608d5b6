package org.althing.vote;

import java.util.List;

/** How many ballots say the same. */
record TallyLine(List<String> choice, long ballots) {}
