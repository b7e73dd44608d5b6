package org.althing.tools;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.althing.client.ConnectFailedException;
import org.althing.client.MqttClient;
import org.althing.client.ReceivedMessage;
import org.althing.client.Retry;
import org.althing.client.SubscribeResult;
import org.althing.client.Threads;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket.Subscribe;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Qos;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.althing.net.Clock;
import org.jspecify.annotations.Nullable;

/**
 * A live tree of topics on a terminal: last value, rate, age. What to subscribe to must be said; everything ({@code #})
 * only who asks for it gets.
 */
final class WatchCommand implements Command {
    private static final Duration FRAME = Duration.ofMillis(200);
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final String ENTER_SCREEN = "\u001b[?1049h\u001b[?25l\u001b[2J";
    private static final String LEAVE_SCREEN = "\u001b[?25h\u001b[?1049l";

    /** Puts the cursor beyond the last corner, asks where it is, and puts it back. */
    private static final String ASK_SIZE = "\u001b7\u001b[9999;9999H\u001b[6n\u001b8";

    private static final String HELP =
            "↑↓ move  ←→ close, open  / search  c e all closed, open  p pause  r clear retained  q quit";

    private final Arguments arguments;
    private final Terminal terminal;
    private final Voice voice;
    private final Connection connection;
    private final MqttClient client;
    private final List<TopicFilter> filters = new ArrayList<>();
    private final TopicNode root = new TopicNode("", "", null);
    private final WatchScreen screen;
    private final Keys keys;
    private final Clock clock = Clock.system();
    private long messages;
    private long bytes;
    private boolean paused;
    private boolean typing;
    private @Nullable TopicNode clearing;
    private String note = "";
    private volatile boolean stopped; // volatile: set by the thread that ends the process

    WatchCommand(Arguments arguments, Map<String, String> environment, Terminal terminal, Voice voice)
            throws UsageException {
        this.arguments = arguments;
        this.terminal = terminal;
        this.voice = voice;
        filters.addAll(arguments.filters(Option.FILTER));
        for (String word : arguments.operands) {
            filters.add(ArgumentReader.topicFilter(word, "subscription"));
        }
        if (filters.isEmpty()) {
            throw new UsageException("what to watch? althing watch 'a/#'; '#' is everything, which can be a lot.");
        }
        if (!terminal.isInTerminal() || !terminal.isOutTerminal()) {
            throw new UsageException("watch needs a terminal; althing sub is for pipes.");
        }
        this.screen = new WatchScreen(Colors.of(arguments, environment, true), root);
        this.keys = new Keys(terminal.in, size(environment, "LINES", 24), size(environment, "COLUMNS", 80));
        this.connection = new Connection(arguments, environment, terminal, voice);
        this.client = connection.client(Threads.CALLER, new Retry.Backoff(SECOND, SECOND, false));
        client.onMessage((it, message) -> onMessage(message));
    }

    private static int size(Map<String, String> environment, String name, int otherwise) {
        try {
            return Integer.parseInt(environment.getOrDefault(name, ""));
        } catch (NumberFormatException unsaid) {
            return otherwise;
        }
    }

    private void onMessage(ReceivedMessage message) {
        messages++;
        bytes += message.payload().length();
        if (!paused) {
            root.at(message.topic())
                    .got(message.payload(), message.retain(), message.qos().level(), clock.nanos());
        }
        message.ack();
    }

    @Override
    public Outcome run() {
        String before = null;
        try {
            client.connect();
            Outcome refused = subscribe();
            if (refused != null) {
                return refused;
            }
            before = stty("-g");
            stty("-icanon", "-echo", "min", "1", "time", "0");
            terminal.out().put(ENTER_SCREEN);
            Thread.ofPlatform().daemon().name("keys").start(keys);
            show();
        } catch (ConnectFailedException failure) {
            return stopped ? Outcome.interrupted(Program.WATCH) : connection.failed(failure);
        } catch (IOException failure) {
            voice.failed("the terminal cannot be set up: " + failure.getMessage());
            return Outcome.FAILED;
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
        } finally {
            if (before != null) {
                terminal.out().put(LEAVE_SCREEN);
                terminal.flush();
                restore(before);
            }
            client.disconnect();
        }
        return stopped ? Outcome.interrupted(Program.WATCH) : Outcome.DONE;
    }

    private @Nullable Outcome subscribe() throws InterruptedException {
        // As published: whether a message was retained is shown.
        SubscriptionOptions options = new SubscriptionOptions(
                arguments.qos(Option.QOS, Qos.AT_MOST_ONCE),
                false,
                arguments.version.hasProperties(),
                SubscriptionOptions.RetainHandling.SEND);
        List<Subscribe.Request> requests = new ArrayList<>();
        for (TopicFilter filter : filters) {
            requests.add(new Subscribe.Request(filter, options));
        }
        List<SubscribeResult> results =
                client.subscribe(requests, Properties.NONE).awaitAll();
        Outcome outcome = null;
        for (int i = 0; i < results.size(); i++) {
            if (results.get(i) instanceof SubscribeResult.Refused it) {
                voice.subscribeRefused(filters.get(i).toString(), it.reason());
                outcome = Outcome.refused(it.reason().code());
            }
        }
        return outcome;
    }

    @Override
    public void stop() {
        stopped = true;
        client.disconnect();
    }

    // ---- the screen ----------------------------------------------------------------------------------------------

    private void show() {
        boolean going = true;
        for (int frame = 0; going && !stopped; frame++) {
            if (frame % 5 == 0) {
                terminal.out().put(ASK_SIZE);
            }
            terminal.out().put(screen.draw(head(), foot(), keys.rows(), keys.columns(), clock.nanos()));
            terminal.flush();
            going = client.loop(FRAME) && !terminal.isOutClosed();
            for (String key = keys.next(); key != null && going; key = keys.next()) {
                going = onKey(key);
            }
        }
    }

    private String head() {
        StringBuilder what = new StringBuilder(arguments.text(Option.UNIX, arguments.host() + ":" + arguments.port()));
        for (TopicFilter filter : filters) {
            what.append("  ").append(filter);
        }
        return what + "   " + messages + " messages, " + bytes / 1_000 + " kB"
                + (client.isConnected() ? "" : "   NOT CONNECTED") + (paused ? "   PAUSED" : "")
                + (screen.filter().isEmpty() ? "" : "   /" + screen.filter());
    }

    private String foot() {
        TopicNode node = clearing;
        if (node != null) {
            return "clear the retained message of " + Printable.text(node.topic) + "? y or n";
        }
        if (typing) {
            return "/" + screen.filter() + "_   (Enter keeps it, Escape takes it away)";
        }
        return note.isEmpty() ? HELP : note;
    }

    /** Returns whether to go on. */
    private boolean onKey(String key) {
        note = "";
        if (clearing != null) {
            answer(key);
            return true;
        }
        if (typing) {
            type(key);
            return true;
        }
        TopicNode node = screen.selected();
        switch (key) {
            case "q" -> {
                return false;
            }
            case Keys.UP, "k" -> screen.move(-1);
            case Keys.DOWN, "j" -> screen.move(1);
            case Keys.PAGE_UP -> screen.move(-(keys.rows() - 3));
            case Keys.PAGE_DOWN -> screen.move(keys.rows() - 3);
            case Keys.HOME, "g" -> screen.move(Integer.MIN_VALUE / 2);
            case Keys.END, "G" -> screen.move(Integer.MAX_VALUE / 2);
            case Keys.LEFT, "h" -> close(node);
            case Keys.RIGHT, "l" -> open(node, true);
            case Keys.ENTER, " " -> open(node, node == null || !node.open);
            case "c" -> screen.openAll(false);
            case "e" -> screen.openAll(true);
            case "p" -> paused = !paused;
            case "/" -> typing = true;
            case Keys.ESCAPE -> screen.filter("");
            case "r" -> {
                clearing = node != null && node.hasMessage() ? node : null;
                note = clearing == null ? "choose a topic with a message first" : "";
            }
            default -> note = HELP;
        }
        return true;
    }

    private static void open(@Nullable TopicNode node, boolean open) {
        if (node != null) {
            node.open = open;
        }
    }

    private void close(@Nullable TopicNode node) {
        if (node != null && node.open && !node.children.isEmpty()) {
            node.open = false;
        } else {
            screen.toParent();
        }
    }

    private void type(String key) {
        String text = screen.filter();
        switch (key) {
            case Keys.ENTER -> typing = false;
            case Keys.ESCAPE -> {
                typing = false;
                screen.filter("");
            }
            case Keys.BACKSPACE -> screen.filter(text.isEmpty() ? "" : text.substring(0, text.length() - 1));
            default -> screen.filter(key.length() == 1 ? text + key : text);
        }
    }

    private void answer(String key) {
        TopicNode node = clearing;
        clearing = null;
        if (key.equals("y") && node != null) {
            client.publish(new ApplicationMessage(
                    TopicName.of(node.topic), Bytes.EMPTY, Qos.AT_LEAST_ONCE, true, Properties.NONE));
            note = "cleared " + Printable.text(node.topic);
        }
    }

    // ---- the terminal --------------------------------------------------------------------------------------------

    /** What the terminal is set to is no business of Java's; the system's own program does it. */
    private static String stty(String... words) throws IOException {
        List<String> command = new ArrayList<>(List.of("stty"));
        command.addAll(List.of(words));
        Process process = new ProcessBuilder(command)
                .redirectInput(Path.of("/dev/tty").toFile())
                .redirectErrorStream(true)
                .start();
        String said =
                new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8).strip();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException("stty: " + said);
            }
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
        }
        return said;
    }

    private void restore(String settings) {
        try {
            stty(settings);
        } catch (IOException failure) {
            voice.failed("the terminal is not as it was: type reset. " + failure.getMessage());
        }
    }
}
