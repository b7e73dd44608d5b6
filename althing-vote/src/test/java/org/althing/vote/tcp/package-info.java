/** Tests of the TCP door. */
@NullMarked
package org.althing.vote.tcp;

import org.jspecify.annotations.NullMarked;
