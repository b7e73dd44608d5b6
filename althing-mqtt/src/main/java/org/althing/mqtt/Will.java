package org.althing.mqtt;

/**
 * The Will Message that CONNECT carries, and when it is published.
 *
 * @param message with the Will Properties that travel with it
 * @param delaySeconds Will Delay Interval, 0 to 4,294,967,295 seconds; 0 before MQTT 5.0
 */
public record Will(ApplicationMessage message, long delaySeconds) {
    public Will {
        if (!Property.WILL_DELAY_INTERVAL.allows(delaySeconds)) {
            throw new IllegalArgumentException("will delay must be 0 to 4,294,967,295 seconds, not " + delaySeconds);
        }
    }
}
