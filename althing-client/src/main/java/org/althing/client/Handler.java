package org.althing.client;

/**
 * What an application does at an event. It gets the client and a record, now and in every later version.
 *
 * <p>Handlers of a client run one after the other, never on the thread that reads the network: they may wait, publish,
 * subscribe. A handler that throws is reported as {@link ClientEvent.HandlerFailed} and never ends the connection.
 */
@FunctionalInterface
public interface Handler<E> {
    /** Called on a thread of handlers, where it may wait. What it throws is a {@link ClientEvent.HandlerFailed}. */
    void handle(MqttClient client, E event) throws Exception;
}
