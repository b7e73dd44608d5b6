/** Tests only. */
@NullMarked
package org.althing.simulation;

import org.jspecify.annotations.NullMarked;
