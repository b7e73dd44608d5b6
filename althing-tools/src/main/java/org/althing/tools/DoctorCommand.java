package org.althing.tools;

import java.io.IOException;
import java.net.ConnectException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.althing.net.Clock;
import org.jspecify.annotations.Nullable;

/** Finds out why a client cannot connect: step by step, each with what to do about it. */
final class DoctorCommand implements Command {
    static final Duration STEP_MAX = Duration.ofSeconds(5);
    private static final int[] USUAL_PORTS = {1883, 8883, 9001, 8083, 443};
    private static final int USUAL_MILLIS_MAX = 300;

    private final Arguments arguments;
    private final Map<String, String> environment;
    private final Terminal terminal;
    private final Voice voice;
    private final Findings findings;
    private volatile boolean stopped; // volatile: set by the thread that ends the process

    DoctorCommand(Arguments arguments, Map<String, String> environment, Terminal terminal, Voice voice)
            throws UsageException {
        this.arguments = arguments;
        this.environment = environment;
        this.terminal = terminal;
        this.voice = voice;
        if (arguments.operands.size() > 1) {
            throw new UsageException("one host is enough.");
        }
        if (arguments.operands.size() == 1) {
            String host = arguments.operands.getFirst();
            if (host.contains("://")) {
                BrokerUrl.read(host.indexOf('/', host.indexOf("://") + 3) < 0 ? host + "/" : host, arguments);
            } else {
                arguments.set(Option.HOST, host);
            }
        }
        Colors colors = Colors.of(arguments, environment, terminal.isOutTerminal());
        this.findings = new Findings(terminal, colors, arguments.has(Option.JSON));
    }

    @Override
    public Outcome run() {
        try {
            examine();
        } catch (UsageException mistake) {
            voice.usage(mistake);
            return Outcome.USAGE;
        }
        return stopped ? Outcome.interrupted(Program.DOCTOR) : findings.end();
    }

    @Override
    public void stop() {
        stopped = true;
    }

    private void examine() throws UsageException {
        if (arguments.has(Option.UNIX)) {
            if (!unixSocket()) {
                return;
            }
        } else if (arguments.has(Option.PROXY)) {
            findings.skipped(DoctorStep.NAME, "the proxy looks the name up");
            findings.skipped(DoctorStep.TCP, "the proxy connects");
        } else {
            List<InetAddress> addresses = name();
            if (addresses.isEmpty() || !tcp(addresses)) {
                return;
            }
        }
        boolean direct = !arguments.has(Option.UNIX) && !arguments.has(Option.PROXY);
        if (arguments.wantsTls() && !direct) {
            findings.skipped(DoctorStep.TLS, "looked at with the login, for the way is not direct");
        } else if (arguments.wantsTls() && !new TlsExamination(arguments, findings).examine()) {
            return;
        }
        new BrokerExamination(arguments, environment, terminal, findings).examine();
    }

    private boolean unixSocket() {
        findings.skipped(DoctorStep.NAME, "a Unix socket has none");
        Path path = Path.of(arguments.text(Option.UNIX, ""));
        if (!Files.exists(path)) {
            findings.bad(DoctorStep.TCP, "there is no " + path, "Is the broker running, with listener 0 " + path + "?");
            return false;
        }
        findings.good(DoctorStep.TCP, path + " is there");
        return true;
    }

    // ---- name ----------------------------------------------------------------------------------------------------

    private List<InetAddress> name() {
        String host = arguments.host();
        try {
            long start = Clock.system().nanos();
            InetAddress[] found = InetAddress.getAllByName(host);
            long millis = (Clock.system().nanos() - start) / 1_000_000;
            StringBuilder all = new StringBuilder();
            for (InetAddress address : found) {
                all.append(all.isEmpty() ? "" : ", ").append(address.getHostAddress());
            }
            String literal = found[0].getHostAddress();
            if (host.equals(literal) || host.indexOf(':') >= 0) {
                findings.good(DoctorStep.NAME, host + " is an address, no name to look up");
            } else {
                findings.good(DoctorStep.NAME, host + " is " + all + " (" + millis + " ms)");
            }
            return List.of(found);
        } catch (UnknownHostException unknown) {
            findings.bad(
                    DoctorStep.NAME,
                    "nobody knows the name " + host,
                    "Is it spelled right? Does this machine use the name server that knows it? Try an address instead.");
            return List.of();
        }
    }

    // ---- network -------------------------------------------------------------------------------------------------

    private boolean tcp(List<InetAddress> addresses) {
        int port = arguments.port();
        List<String> good = new ArrayList<>();
        List<String> bad = new ArrayList<>();
        IOException last = null;
        for (InetAddress address : addresses) {
            String where =
                    address instanceof Inet6Address ? "[" + address.getHostAddress() + "]" : address.getHostAddress();
            long start = Clock.system().nanos();
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(address, port), (int) STEP_MAX.toMillis());
                good.add(where + ":" + port + " in " + millis(Clock.system().nanos() - start));
            } catch (IOException failure) {
                last = failure;
                bad.add(where + ":" + port + ": " + why(failure));
            }
        }
        if (good.isEmpty()) {
            findings.bad(DoctorStep.TCP, String.join("; ", bad), remedy(last, addresses.getFirst(), port));
            return false;
        }
        String fine = String.join(", ", good);
        if (bad.isEmpty()) {
            findings.good(DoctorStep.TCP, "connected to " + fine);
        } else {
            findings.note(
                    DoctorStep.TCP,
                    "connected to " + fine + ", but not to " + String.join("; ", bad),
                    "Clients that try that address first lose time. Let the broker listen there too, or drop the name's entry.");
        }
        return true;
    }

    static String millis(long nanos) {
        return new String(
                        Decimals.of(nanos / 1e6, nanos < 100_000_000 ? 1 : 0),
                        java.nio.charset.StandardCharsets.US_ASCII)
                + " ms";
    }

    private static String why(IOException failure) {
        if (failure instanceof SocketTimeoutException) {
            return "no answer within " + STEP_MAX.toSeconds() + " s";
        }
        String message = failure.getMessage();
        return message == null ? failure.getClass().getSimpleName() : Voice.lowerFirst(message);
    }

    private static String remedy(@Nullable IOException failure, InetAddress address, int port) {
        if (failure instanceof SocketTimeoutException) {
            return "A firewall drops the packets, or the machine is off. Is port " + port + " open towards here?";
        }
        if (failure instanceof NoRouteToHostException) {
            return "This machine has no way there: is the network, the VPN, the address right?";
        }
        if (failure instanceof ConnectException) {
            List<Integer> open = openPorts(address, port);
            return open.isEmpty()
                    ? "Nothing listens there: is the broker running? Does it listen on this address, not on localhost only?"
                    : "Nothing listens there, but port " + open + " is open on that machine: try -p " + open.getFirst()
                            + (open.getFirst() == 8883 ? " --tls." : ".");
        }
        return "The network says no: see the reason before.";
    }

    private static List<Integer> openPorts(InetAddress address, int except) {
        List<Integer> open = new ArrayList<>();
        for (int port : USUAL_PORTS) {
            if (port != except) {
                try (Socket socket = new Socket()) {
                    socket.connect(new InetSocketAddress(address, port), USUAL_MILLIS_MAX);
                    open.add(port);
                } catch (IOException closed) {
                    // not that one
                }
            }
        }
        return open;
    }
}
