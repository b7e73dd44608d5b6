package org.althing.client;

/** Answers a request: {@link MqttClient#respond}. */
@FunctionalInterface
public interface Responder {
    /**
     * Answers a request.
     *
     * @return the text to answer with; if it throws, there is no answer and {@link ClientEvent.HandlerFailed}
     */
    String answer(ReceivedMessage request) throws Exception;
}
