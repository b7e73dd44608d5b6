@NullMarked
package org.althing.net.proxy;

import org.jspecify.annotations.NullMarked;
