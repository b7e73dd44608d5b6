@NullMarked
package org.althing.net.tls;

import org.jspecify.annotations.NullMarked;
