package org.althing.vote.mqtt;

import org.althing.vote.Poll;
import org.althing.vote.Proof;
import org.jspecify.annotations.Nullable;

/**
 * Who sent a message, as far as the carrier knows.
 *
 * @param user the user name that was proven to the broker; null where nothing was proven
 * @param source by which wrong secrets are counted
 */
record Sender(@Nullable String user, String source) {
    /** The proof of a ballot, in the way that its poll asks for. */
    Proof proof(Poll poll, BallotPayload payload) {
        return switch (poll.rules().eligibility()) {
            case OPEN_NAMES, CERTIFICATE -> Proof.none();
            case ROSTER -> payload.pin() == null ? Proof.none() : new Proof.Pin(payload.pin(), source);
            case CODES -> payload.code() == null ? Proof.none() : new Proof.Code(payload.code(), source);
            case MQTT_USER -> user == null ? Proof.none() : new Proof.MqttUser(user);
        };
    }
}
