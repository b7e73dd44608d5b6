package org.althing.vote.command;

import java.io.IOException;
import org.althing.client.ConnectFailedException;
import org.althing.vote.command.Arguments.UsageException;
import org.althing.vote.mqtt.ClientCarrier;
import org.althing.vote.mqtt.VoteTopics;
import org.althing.vote.service.VoteService;
import org.jspecify.annotations.Nullable;

/** The broker that {@code vote server --mqtt} serves: apart, so that a server over TCP alone loads nothing of MQTT. */
final class MqttServer {
    private static final int PORT = 1883;

    private final String host;
    private final int port;
    private final String clientId;
    private final VoteTopics topics;
    private final String root;
    private final boolean topicsProveUsers;
    private final @Nullable String user;
    private final @Nullable String password;

    private MqttServer(String host, int port, Arguments arguments) throws UsageException {
        this.host = host;
        this.port = port;
        clientId = arguments.value("--client-id", ClientCarrier.DEFAULT_CLIENT_ID);
        topicsProveUsers = arguments.has("--topics-prove-users");
        root = arguments.value("--root", VoteTopics.DEFAULT_ROOT);
        String shortUser = arguments.value("-u");
        String shortPassword = arguments.value("-P");
        user = shortUser == null ? arguments.value("--user") : shortUser;
        password = shortPassword == null ? arguments.value("--password") : shortPassword;
        if (password != null && user == null) {
            throw new UsageException("-P needs -u");
        }
        try {
            topics = new VoteTopics(root);
        } catch (IllegalArgumentException e) {
            throw new UsageException("--root: " + e.getMessage());
        }
    }

    /** @param address {@code HOST}, {@code HOST:PORT} or {@code [IPv6]:PORT} */
    static MqttServer of(String address, Arguments arguments) throws UsageException {
        int colon = address.lastIndexOf(':');
        boolean hasPort = colon >= 0 && (address.indexOf(':') == colon || address.charAt(colon - 1) == ']');
        String host = hasPort ? address.substring(0, colon) : address;
        String bare = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        if (bare.isEmpty()) {
            throw new UsageException("--mqtt needs HOST or HOST:PORT, not '" + address + "'");
        }
        return new MqttServer(bare, hasPort ? Arguments.port(address.substring(colon + 1)) : PORT, arguments);
    }

    void join(VoteService service, Surroundings around) throws IOException {
        try {
            service.joinBroker(topics, topicsProveUsers, options -> {
                options.server(host, port).clientId(clientId);
                if (user != null) {
                    options.login(user, password == null ? "" : password);
                }
            });
        } catch (ConnectFailedException e) {
            throw new IOException("no connection to the broker on " + host + ":" + port + ": " + e.getMessage(), e);
        }
        around.out()
                .println("vote over MQTT at the broker on " + host + ":" + port + ", try:  mosquitto_rr -h " + host
                        + " -p " + port + " -q 1 -t " + root + "/heure/ballot/carla -e " + root
                        + "/heure/receipt/carla -m ete");
    }
}
