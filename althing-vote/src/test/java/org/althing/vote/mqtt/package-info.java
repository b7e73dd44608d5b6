/** Tests of the MQTT door. */
@NullMarked
package org.althing.vote.mqtt;

import org.jspecify.annotations.NullMarked;
