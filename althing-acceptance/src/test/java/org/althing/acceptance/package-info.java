/**
 * The main job with real processes, sockets and a real browser, as its users run it.
 *
 * <p>Here: what is true of the programs as a whole. Not here: what one module can show alone.
 */
@NullMarked
package org.althing.acceptance;

import org.jspecify.annotations.NullMarked;
