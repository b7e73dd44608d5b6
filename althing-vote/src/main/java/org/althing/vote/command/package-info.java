/** The commands of the vote. */
@NullMarked
package org.althing.vote.command;

import org.jspecify.annotations.NullMarked;
