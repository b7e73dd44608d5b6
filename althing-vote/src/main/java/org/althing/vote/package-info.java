/** One person, one vote. */
@NullMarked
package org.althing.vote;

import org.jspecify.annotations.NullMarked;
