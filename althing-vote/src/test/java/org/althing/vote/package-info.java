/** Tests of the ballot box, and what tests of the doors share. */
@NullMarked
package org.althing.vote;

import org.jspecify.annotations.NullMarked;
