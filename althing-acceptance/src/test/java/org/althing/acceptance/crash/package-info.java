/** Kills the real broker at random moments, starts it again, and checks every promise. */
@NullMarked
package org.althing.acceptance.crash;

import org.jspecify.annotations.NullMarked;
