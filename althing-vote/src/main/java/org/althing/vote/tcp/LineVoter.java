package org.althing.vote.tcp;

import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import org.althing.net.Security;
import org.althing.net.Transport;
import org.althing.vote.Poll;
import org.althing.vote.Proof;
import org.jspecify.annotations.Nullable;

/** What a connection has shown of who votes on it. */
final class LineVoter {
    private static final int PINS_MAX = 64;

    private final Transport transport;
    private final Map<String, String> pins = new HashMap<>();

    LineVoter(Transport transport) {
        this.transport = transport;
    }

    /** Keeps a PIN for the ballots of this name. Whether it is right is said with the ballot, and counted there. */
    void authenticate(String name, String pin) {
        if (pins.size() < PINS_MAX) {
            pins.put(name, pin);
        }
    }

    /** The proof of a ballot, in the way that its poll asks for. */
    Proof proof(@Nullable Poll poll, Command.Vote vote) {
        if (poll == null) {
            return Proof.none();
        }
        return switch (poll.rules().eligibility()) {
            case OPEN_NAMES, MQTT_USER -> Proof.none();
            case ROSTER -> {
                String pin = vote.pin() == null ? pins.get(vote.ballot().voter()) : vote.pin();
                yield pin == null ? Proof.none() : new Proof.Pin(pin, source());
            }
            case CODES -> vote.code() == null ? Proof.none() : new Proof.Code(vote.code(), source());
            case CERTIFICATE -> {
                Security security = transport.security();
                String name = security == null ? null : security.commonName();
                yield name == null ? Proof.none() : new Proof.Certificate(name);
            }
        };
    }

    /** The address that the connection comes from; empty where it has none. */
    String source() {
        return transport.remoteAddress() instanceof InetSocketAddress address && address.getAddress() != null
                ? address.getAddress().getHostAddress()
                : "";
    }
}
