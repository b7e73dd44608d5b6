package org.althing.broker.routing;

/**
 * A message of a share group in the hands of one member.
 *
 * <p>The group answers for it until it is {@link #end ended}, which is when QoS 0 is sent, when PUBACK comes, and when a
 * message of QoS 2 goes over to the session: from its first PUBLISH on it belongs to that client alone ([MQTT-4.8.2-4],
 * [MQTT-4.8.2-5]).
 */
public interface Loan {
    RoutedMessage message();

    /** Whom it was lent to. */
    Membership membership();

    /** Nothing is left to be done in the group's name. */
    void end();

    /** The member cannot finish it: it goes back to its place in the group's order, for {@link Membership#absent} to follow. */
    void giveBack();
}
