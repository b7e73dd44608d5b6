/** The programs. */
@NullMarked
package org.althing.server;

import org.jspecify.annotations.NullMarked;
