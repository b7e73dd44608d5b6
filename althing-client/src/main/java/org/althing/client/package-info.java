/** MQTT client library. Needs nothing but java.base. */
@NullMarked
package org.althing.client;

import org.jspecify.annotations.NullMarked;
