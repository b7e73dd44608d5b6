package org.althing.server;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import org.althing.broker.BrokerLog.Level;
import org.althing.broker.conf.MosquittoConf.LogSettings;
import org.althing.net.Clock;
import org.althing.vote.JoinCode;
import org.jspecify.annotations.Nullable;

/** {@code althing up}: everything in one process, in one folder. */
final class UpCommand {
    private static final int FAILED = 1;

    private static final String HELP = """
            Usage: althing up [--data DIR] [--lan | --bind ADDR] [--mqtt-port N] [--vote-port N] [--web-port N]
                              [--tls-certificate FILE --tls-key FILE [--tls-client-ca FILE]]
                              [--password-file FILE [--acl-file FILE]] [--sqlite FILE] [-v]

              --data DIR       where everything is kept (./althing-data)
              --lan            serve the local network: phones in the same room can vote
              --bind ADDR      address to serve (127.0.0.1: this machine alone; 0.0.0.0: everybody)
              --mqtt-port N    MQTT (1883)
              --vote-port N    the vote by plain TCP (32000)
              --web-port N     the page, and MQTT over WebSocket at /mqtt (8080)
              --tls-certificate FILE, --tls-key FILE
                               PEM files: the page then is https alone; MQTT and the vote by TCP speak TLS with those
                               who begin with it, on the same ports
              --tls-client-ca FILE
                               asks for client certificates that these signed: polls may be voted in by certificate
              --password-file FILE
                               MQTT users, as mosquitto_passwd writes them: polls may be for them, and who comes without
                               a user name has the vote alone; SIGHUP reads it again
              --acl-file FILE  what each user may do, in Mosquitto's form; then for those without a name too
              --sqlite FILE    keeps a copy of what is public of the vote in a SQLite file, a second behind
              -v, --verbose    log connections and messages
              -h, --help

            A port of 0 takes a free one. Ctrl-C ends it; the next start goes on with everything.
            """;

    /** What the command line says. */
    record Line(
            Path data,
            InetAddress bind,
            int mqttPort,
            int votePort,
            int webPort,
            @Nullable TlsFiles tls,
            @Nullable UserFiles users,
            @Nullable Path sqlite,
            boolean verbose) {
        String scheme() {
            return tls == null ? "http://" : "https://";
        }
    }

    /** PEM files. */
    record TlsFiles(Path certificate, Path key, @Nullable Path clientAuthorities) {}

    /** Mosquitto's files of users and of their rights. */
    record UserFiles(Path passwords, @Nullable Path rights) {}

    private final PrintStream out;
    private final PrintStream err;

    UpCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /** Returns the exit status, or -1 when everything runs. */
    int run(List<String> words) {
        if (words.contains("-h") || words.contains("--help")) {
            out.print(HELP);
            return 0;
        }
        Line line;
        try {
            line = parse(new Options(words));
        } catch (Options.UsageException e) {
            err.println("althing up: " + e.getMessage());
            return Main.USAGE;
        }
        Lifetime lifetime = new Lifetime();
        try {
            Files.createDirectories(line.data());
            LogWriter log = lifetime.add(LogWriter.open(logSettings(line), Clock.system(), out, err));
            Doors doors = Doors.open(line, lifetime, log);
            lifetime.untilSignal();
            print(line, doors);
        } catch (IOException e) {
            err.println("althing up: " + TakenPort.explain(e, doors(line)));
            lifetime.abandon(FAILED);
            return FAILED;
        }
        return -1;
    }

    private static Line parse(Options options) throws Options.UsageException {
        Path data = Path.of("althing-data");
        InetAddress bind = InetAddress.ofLiteral("127.0.0.1");
        int mqttPort = 1883;
        int votePort = 32_000;
        int webPort = 8080;
        boolean verbose = false;
        boolean lan = false;
        boolean isBound = false;
        Path certificate = null;
        Path key = null;
        Path authorities = null;
        Path passwords = null;
        Path rights = null;
        Path sqlite = null;
        for (String word = options.next(); word != null; word = options.next()) {
            switch (word) {
                case "--data" -> data = options.path();
                case "--bind" -> {
                    bind = address(options.value());
                    isBound = true;
                }
                case "--lan" -> lan = true;
                case "--mqtt-port" -> mqttPort = options.port(0);
                case "--vote-port" -> votePort = options.port(0);
                case "--web-port" -> webPort = options.port(0);
                case "--tls-certificate" -> certificate = options.path();
                case "--tls-key" -> key = options.path();
                case "--tls-client-ca" -> authorities = options.path();
                case "--password-file" -> passwords = options.path();
                case "--acl-file" -> rights = options.path();
                case "--sqlite" -> sqlite = options.path();
                case "-v", "--verbose" -> verbose = true;
                default -> throw options.unknown();
            }
        }
        if (lan && isBound) {
            throw new Options.UsageException("--lan chooses the address itself; it cannot stand with --bind");
        }
        if (lan) {
            bind = InetAddress.ofLiteral("0.0.0.0");
        }
        TlsFiles tls = tls(certificate, key, authorities);
        return new Line(data, bind, mqttPort, votePort, webPort, tls, users(passwords, rights), sqlite, verbose);
    }

    private static @Nullable UserFiles users(@Nullable Path passwords, @Nullable Path rights)
            throws Options.UsageException {
        if (passwords == null && rights != null) {
            throw new Options.UsageException(
                    "--acl-file needs --password-file FILE: without it user names prove nothing");
        }
        return passwords == null ? null : new UserFiles(passwords, rights);
    }

    private static @Nullable TlsFiles tls(@Nullable Path certificate, @Nullable Path key, @Nullable Path authorities)
            throws Options.UsageException {
        if (certificate == null && key == null && authorities == null) {
            return null;
        }
        if (certificate == null || key == null) {
            throw new Options.UsageException("TLS needs --tls-certificate FILE and --tls-key FILE");
        }
        return new TlsFiles(certificate, key, authorities);
    }

    private static InetAddress address(String text) throws Options.UsageException {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new Options.UsageException("--bind: no such address: '" + text + "'");
        }
    }

    /** Warnings and errors are always shown; the rest only when asked for. */
    private static LogSettings logSettings(Line line) {
        EnumSet<Level> levels = line.verbose() ? EnumSet.allOf(Level.class) : EnumSet.range(Level.ERROR, Level.NOTICE);
        return new LogSettings(List.of("stderr"), levels, true, "%H:%M:%S", -1, false);
    }

    private static List<TakenPort.Door> doors(Line line) {
        return List.of(
                new TakenPort.Door(line.mqttPort(), "--mqtt-port"),
                new TakenPort.Door(line.votePort(), "--vote-port"),
                new TakenPort.Door(line.webPort(), "--web-port"));
    }

    private void print(Line line, Doors doors) {
        InetSocketAddress mqtt = doors.mqtt();
        InetSocketAddress vote = doors.vote();
        InetSocketAddress web = doors.web();
        String at = host(mqtt);
        out.println("Althing " + Version.text() + " is up; everything is kept in "
                + line.data().toAbsolutePath().normalize() + ".");
        out.println();
        door("MQTT", at + ":" + mqtt.getPort(), "mosquitto_sub -h " + at + " -p " + mqtt.getPort() + " -t hello");
        door("", "", "mosquitto_pub -h " + at + " -p " + mqtt.getPort() + " -t hello -m \"salut Franck\"");
        door("vote, TCP", at + ":" + vote.getPort(), "echo \"alice ete\" | nc -q 1 " + at + " " + vote.getPort());
        door(
                "vote, MQTT",
                at + ":" + mqtt.getPort(),
                "mosquitto_rr -h " + at + " -p " + mqtt.getPort()
                        + " -q 1 -t vote/v1/heure/ballot/carla -e vote/v1/heure/receipt/carla -m ete");
        door("vote, web", line.scheme() + at + ":" + web.getPort() + "/", "open it in a browser");
        out.println();
        out.println("Poll \"heure\" is open: anybody votes by name, été or hiver. A name is a claim, not a proof.");
        String page = line.scheme() + at + ":" + web.getPort();
        out.println("Organiser, once: " + page + "/organiser#t=" + doors.organiserSecret());
        out.println("or on this machine:  althing vote poll list --data " + line.data() + " --port " + vote.getPort());
        reach(line, web.getPort(), mqtt.getPort(), vote.getPort());
        out.println("Ctrl-C ends it.");
        out.flush();
    }

    /** Who can come, and how: a port that is open to a network is said so. */
    private void reach(Line line, int webPort, int mqttPort, int votePort) {
        if (line.bind().isLoopbackAddress()) {
            out.println("Only this machine is served; --lan serves the local network.");
            return;
        }
        List<String> addresses = line.bind().isAnyLocalAddress()
                ? LocalNetwork.addresses()
                : List.of(line.bind().getHostAddress());
        out.println();
        if (addresses.isEmpty()) {
            out.println("This machine has no address that others can reach: is it connected?");
        }
        for (String address : addresses) {
            out.println("Phones open  " + line.scheme() + address + ":" + webPort + "/  and, if asked, type "
                    + JoinCode.of("heure") + "  (or " + line.scheme() + address + ":" + webPort + "/j/"
                    + JoinCode.of("heure")
                    + ")");
        }
        String how = line.tls() == null
                ? "without password and unencrypted: the pages"
                : "without password (encrypted: the pages, and whoever begins with TLS elsewhere): the pages";
        out.println("Open to everybody who reaches this machine, " + how + " and MQTT over WebSocket (port " + webPort
                + "), MQTT (" + mqttPort + ": " + topics(line.users()) + "), the vote by TCP (" + votePort + ").");
        out.println("Closed to them: creating, opening and closing polls, rosters, codes: these need the organiser's"
                + " link or token.");
    }

    private static String topics(@Nullable UserFiles users) {
        if (users == null) {
            return "any topic";
        }
        return users.rights() == null
                ? "the vote alone; the rest for users with their password"
                : "what " + users.rights() + " allows";
    }

    private void door(String name, String where, String example) {
        out.println("  " + pad(name, 12) + pad(where, 26) + example);
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(Math.max(1, width - text.length()));
    }

    /** What a client on this machine types. */
    static String host(InetSocketAddress address) {
        InetAddress ip = address.getAddress();
        String text = ip.isAnyLocalAddress() ? "localhost" : ip.getHostAddress();
        return text.indexOf(':') >= 0 ? "[" + text + "]" : text;
    }
}
