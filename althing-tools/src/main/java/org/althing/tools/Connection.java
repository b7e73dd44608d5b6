package org.althing.tools;

import java.io.IOException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.SplittableRandom;
import org.althing.client.ClientOptions;
import org.althing.client.ConnectFailedException;
import org.althing.client.MqttClient;
import org.althing.client.Reason;
import org.althing.client.Retry;
import org.althing.client.Threads;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ProtocolVersion;
import org.althing.net.Clock;

/** Makes a client from the arguments, and says what went wrong with it. */
final class Connection {
    private static final String ID_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private static final int ID_LENGTH = 18;

    private final Arguments arguments;
    private final Terminal terminal;
    private final Voice voice;

    Connection(Arguments arguments, Terminal terminal, Voice voice) {
        this.arguments = arguments;
        this.terminal = terminal;
        this.voice = voice;
    }

    MqttClient client(Threads threads, Retry retry) {
        String clientId = clientId();
        ClientOptions options = new ClientOptions()
                .server(arguments.host, arguments.port)
                .version(arguments.version)
                .clientId(clientId)
                .cleanStart(arguments.cleanSession)
                .keepAlive(Duration.ofSeconds(arguments.keepAliveSeconds))
                .connectProperties(arguments.connectProperties.build())
                .inFlight(arguments.inFlight)
                .manualAcknowledgement(true)
                .threads(threads)
                .retry(retry);
        if (arguments.bindAddress != null) {
            options.bindAddress(arguments.bindAddress);
        }
        if (arguments.user != null || arguments.password != null) {
            options.login(arguments.user, arguments.password == null ? null : Bytes.of(arguments.password));
        }
        if (arguments.willTopic != null) {
            ApplicationMessage will = new ApplicationMessage(
                    arguments.willTopic,
                    arguments.willPayload == null ? Bytes.EMPTY : arguments.willPayload,
                    arguments.willQos,
                    arguments.willRetain,
                    arguments.willProperties.build());
            options.will(will, Duration.ofSeconds(arguments.willDelaySeconds));
        }
        if (arguments.debug) {
            options.trace(new PacketLog(terminal, arguments.version, clientId));
        }
        return MqttClient.create(options);
    }

    private String clientId() {
        if (arguments.clientIdPrefix != null) {
            return arguments.clientIdPrefix + ProcessHandle.current().pid();
        }
        if (arguments.clientId != null) {
            return arguments.clientId;
        }
        // MQTT 3.1 does not know the empty identifier.
        return arguments.version == ProtocolVersion.MQTT_3_1 ? randomId() : "";
    }

    private static String randomId() {
        SplittableRandom random = new SplittableRandom(
                Clock.system().nanos() ^ ProcessHandle.current().pid());
        StringBuilder id = new StringBuilder("mosq-");
        for (int i = 0; i < ID_LENGTH; i++) {
            id.append(ID_CHARACTERS.charAt(random.nextInt(ID_CHARACTERS.length())));
        }
        return id.toString();
    }

    /** Says why there is no connection. */
    Outcome failed(ConnectFailedException failure) {
        Reason reason = failure.reason();
        if (reason != null) {
            return refused(reason);
        }
        Throwable cause = failure.getCause();
        if (cause instanceof UnknownHostException) {
            voice.unknownHost(arguments.host);
            return Outcome.UNREACHABLE;
        }
        if (cause instanceof IOException) {
            voice.unreachable(arguments.host, arguments.port, String.valueOf(cause.getMessage()));
            return Outcome.UNREACHABLE;
        }
        voice.lost(String.valueOf(failure.getMessage()));
        return Outcome.LOST;
    }

    /** Says that CONNACK refused. */
    Outcome refused(Reason reason) {
        voice.connectRefused(reason, arguments.version, arguments.user != null);
        return Outcome.connectRefused(reason.code(), arguments.version);
    }
}
