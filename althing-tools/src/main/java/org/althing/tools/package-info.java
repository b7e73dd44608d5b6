/** The commands pub and sub. */
@NullMarked
package org.althing.tools;

import org.jspecify.annotations.NullMarked;
