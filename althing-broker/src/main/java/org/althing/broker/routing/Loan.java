package org.althing.broker.routing;

import org.althing.broker.Ledger.Fate;

/**
 * A message of a share group in the hands of one member.
 *
 * <p>The group answers for it until it has {@link #end ended}, which is when QoS 0 is sent and when PUBACK comes, or until a
 * message of QoS 2 is {@link #handOver handed over} to the session: from its first PUBLISH on it belongs to that client
 * alone ([MQTT-4.8.2-4], [MQTT-4.8.2-5]).
 */
public interface Loan {
    RoutedMessage message();

    /** Whom it was lent to. */
    Membership membership();

    /** The message has come to its end. */
    void end(Fate fate);

    /** From now on the session answers for the message. */
    void handOver();

    /** The member cannot finish it: it goes back to its place in the group's order, for {@link Membership#absent} to follow. */
    void giveBack();
}
