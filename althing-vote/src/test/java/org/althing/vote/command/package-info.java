/** Tests of the commands. */
@NullMarked
package org.althing.vote.command;

import org.jspecify.annotations.NullMarked;
