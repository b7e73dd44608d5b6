package org.althing.vote.command;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import org.althing.net.NetEngine;
import org.althing.net.NetEngine.Listening;
import org.althing.net.Worker;
import org.althing.vote.Poll;
import org.althing.vote.command.Arguments.UsageException;
import org.althing.vote.service.VoteFolder;
import org.althing.vote.service.VoteService;
import org.althing.vote.tcp.TcpDoor;
import org.althing.vote.tcp.Tls;
import org.jspecify.annotations.Nullable;

/** {@code vote server}: the ballot box over TCP alone, or as a client of any MQTT broker. Ends at SIGINT and SIGTERM. */
final class ServerCommand {
    private static final Set<String> OPTIONS = Set.of(
            "--port",
            "--bind",
            "--data",
            "--connections",
            "--tls-certificate",
            "--tls-key",
            "--tls-client-ca",
            "--lab-poll",
            "--sqlite",
            "--mqtt",
            "--client-id",
            "--root",
            "-u",
            "--user",
            "-P",
            "--password");
    private static final int PORT = 32_000;

    private final Surroundings around;
    /** What is open, the last one first. */
    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    ServerCommand(Surroundings around) {
        this.around = around;
    }

    int run(List<String> words) throws UsageException, IOException {
        Arguments arguments =
                Arguments.parse(words, OPTIONS, Set.of("--topics-prove-users", "--lab-anonymous", "--lab-binary"));
        arguments.operands(0, "althing vote server [--port N] [--mqtt HOST[:PORT]]");
        String mqtt = arguments.value("--mqtt");
        int port = arguments.number("--port", PORT, 0, 65_535);
        int connections =
                arguments.number("--connections", TcpDoor.Options.defaults().connectionsMax(), 1, 1_000_000);
        for (String option :
                List.of("--client-id", "--root", "-u", "--user", "-P", "--password", "--topics-prove-users")) {
            if (mqtt == null && arguments.has(option)) {
                throw new UsageException(option + " needs --mqtt");
            }
        }
        MqttServer broker = mqtt == null ? null : MqttServer.of(mqtt, arguments);
        try {
            start(arguments, port, connections, broker);
        } catch (IOException | RuntimeException | UsageException failure) {
            closeAll();
            throw failure;
        }
        Runtime.getRuntime().addShutdownHook(new Thread(this::end, "althing-end"));
        return VoteCommand.GOES_ON;
    }

    private void start(Arguments arguments, int port, int connections, @Nullable MqttServer broker)
            throws IOException, UsageException {
        Path data = Path.of(arguments.value("--data", around.dataFolder().toString()));
        String bind = arguments.value("--bind", "127.0.0.1");
        InetSocketAddress address = new InetSocketAddress(bind, port);
        if (address.isUnresolved()) {
            throw new UsageException("--bind: the address '" + bind + "' is not known");
        }
        NetEngine engine = around.engine().get();
        open.push(engine);
        VoteService service = VoteService.open(VoteFolder.of(data), engine, Worker.virtualThreads());
        open.push(service);
        service.ensureOpened(Poll.heure());
        String copy = arguments.value("--sqlite");
        if (copy != null) {
            service.mirror(Path.of(copy));
        }
        if (broker == null || arguments.has("--port")) {
            TcpDoor.Options options = TcpDoor.Options.defaults()
                    .withConnectionsMax(connections)
                    .withLabPoll(arguments.value("--lab-poll", Poll.heure().id()))
                    .withLab(arguments.has("--lab-anonymous"), arguments.has("--lab-binary"))
                    .withTls(tls(arguments));
            Listening listening = service.listen(address, options);
            InetSocketAddress real = (InetSocketAddress) listening.address();
            String host = real.getAddress().getHostAddress();
            around.out()
                    .println("vote over TCP on " + host + ":" + real.getPort() + ", try:  althing vote cast " + host
                            + " " + real.getPort() + " alice ete");
        }
        if (broker != null) {
            broker.join(service, around);
        }
        around.out().flush();
    }

    /** TLS on the same port, or null where no certificate is given. */
    private static @Nullable Tls tls(Arguments arguments) throws UsageException, IOException {
        String certificate = arguments.value("--tls-certificate");
        String key = arguments.value("--tls-key");
        String authority = arguments.value("--tls-client-ca");
        if (certificate == null && key == null && authority == null) {
            return null;
        }
        if (certificate == null || key == null) {
            throw new UsageException("TLS needs --tls-certificate FILE and --tls-key FILE");
        }
        Path trusted = authority == null ? null : Path.of(authority);
        return Tls.ofFiles(Path.of(certificate), Path.of(key), trusted, Worker.virtualThreads());
    }

    /** A signal: what was handed in is committed and answered, and the exit status is 0. */
    private void end() {
        closeAll();
        Runtime.getRuntime().halt(0); // otherwise the JVM would report the signal's number
    }

    private void closeAll() {
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception e) {
                around.err().println("althing vote: while ending: " + e.getMessage());
            }
        }
    }
}
