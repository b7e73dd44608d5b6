package org.althing.broker.connection;

/** How many QoS 1 and 2 messages of the client wait for their last acknowledgement, and how many may: Receive Maximum. */
final class ReceiveWindow {
    private final int max;
    private int taken;

    /** @param max 1 to 65,535 for the Receive Maximum of CONNACK; more for clients that know none */
    ReceiveWindow(int max) {
        this.max = max;
    }

    int max() {
        return max;
    }

    /** A PUBLISH came; returns false if it is one too many ([MQTT-3.3.4-7], [MQTT-3.3.4-8]). */
    boolean take() {
        if (taken >= max) {
            return false;
        }
        taken++;
        return true;
    }

    /** The last acknowledgement of a message leaves. That of one that a connection before brought counts for nothing. */
    void giveBack() {
        if (taken > 0) {
            taken--;
        }
    }
}
