package org.althing.broker.routing;

import org.althing.broker.Client;
import org.althing.broker.Ledger.Fate;
import org.althing.broker.Rights;
import org.althing.mqtt.Qos;

/** A share group's view of one of its members: one shared subscription of one session. */
public interface ShareMember {
    Client client();

    /** What the client may do now. */
    Rights rights();

    /** Whether its session outlives the process: if so, what waits in the group does too. */
    boolean isDurable();

    /**
     * Whether a message that is sent at this QoS would leave at once. When the answer is no, {@link Membership#demand}
     * follows as soon as it may be yes.
     */
    boolean canTake(Qos qos);

    /** How many messages it could take now that are granted at this QoS; a guess that may be too high soon. */
    int free(Qos granted);

    /**
     * Sends a message of the group. The member ends the loan when nothing is left to be done in the group's name, perhaps
     * before this returns.
     *
     * @param qos at which it is sent
     * @param retain the RETAIN flag that is sent
     * @param subscriptionIdentifiers the member's; the array is shared, and not to be changed
     */
    void take(Loan loan, Qos qos, boolean retain, int[] subscriptionIdentifiers);

    /**
     * Sends a message of QoS 0, if there is room. Parameters as for {@link #take}.
     *
     * @return what became of it: {@code SENT}, {@code PACKET_TOO_LARGE}, or {@code SLOW_READER} if there is no room
     */
    Fate takeUnacknowledged(RoutedMessage message, boolean retain, int[] subscriptionIdentifiers);
}
