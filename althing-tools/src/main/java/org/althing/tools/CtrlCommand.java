package org.althing.tools;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.althing.client.ConnectFailedException;
import org.althing.client.MqttClient;
import org.althing.client.PublishResult;
import org.althing.client.ReceivedMessage;
import org.althing.client.Retry;
import org.althing.client.SubscribeResult;
import org.althing.client.Threads;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Qos;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/**
 * Administers a broker by messages to {@code $CONTROL/...}: module {@code broker}, or a shell for it if no module is
 * named.
 */
final class CtrlCommand implements Command {
    private static final String REQUEST_TOPIC = "$CONTROL/broker/v1";
    private static final String RESPONSE_TOPIC = "$CONTROL/broker/v1/response";
    private static final Duration ANSWER_MAX = Duration.ofSeconds(10);
    private static final String UNENCRYPTED = """
            Warning: You are running mosquitto_ctrl without encryption.
            This means all of the configuration changes you are making are visible on the network, including passwords.
            """;

    private final Arguments arguments;
    private final Map<String, String> environment;
    private final Terminal terminal;
    private final Voice voice;
    private final boolean mosquitto;
    private @Nullable MqttClient client;
    private @Nullable String answer;
    private volatile boolean stopped; // volatile: set by the thread that ends the process

    CtrlCommand(
            Arguments arguments, Map<String, String> environment, Terminal terminal, Voice voice, boolean mosquitto) {
        this.arguments = arguments;
        this.environment = environment;
        this.terminal = terminal;
        this.voice = voice;
        this.mosquitto = mosquitto;
    }

    @Override
    public Outcome run() {
        List<String> words = arguments.operands;
        if (words.isEmpty()) {
            return shell();
        }
        if (!words.getFirst().equalsIgnoreCase("broker")) {
            voice.failed("Module '" + words.getFirst() + "' not supported.");
            return Outcome.UNKNOWN_MODULE;
        }
        if (words.size() < 2) {
            voice.usage(new UsageException("broker needs a command: listListeners or listPlugins."));
            return Outcome.USAGE;
        }
        if (words.get(1).equalsIgnoreCase("help")) {
            help();
            return Outcome.DONE;
        }
        String command = BrokerAnswer.command(words.get(1));
        if (command == null) {
            terminal.error("Command '" + words.get(1) + "' not recognised.");
            return Outcome.UNKNOWN_COMMAND;
        }
        return once(command);
    }

    private void help() {
        terminal.out().put("""

                Broker Control module
                =======================
                List plugins    :          listPlugins
                List listeners  :          listListeners
                """);
        terminal.flush();
    }

    private Outcome once(String command) {
        try {
            Outcome failure = connect();
            return failure == null ? ask(command) : failure;
        } finally {
            MqttClient made = client;
            if (made != null) {
                made.disconnect();
            }
            terminal.flush();
        }
    }

    /** Null if it is connected. */
    private @Nullable Outcome connect() {
        if (!arguments.wantsTls() && mosquitto) {
            terminal.error(UNENCRYPTED);
        }
        Connection connection = new Connection(arguments, environment, terminal, voice);
        try {
            boolean ask = arguments.has(Option.USER)
                    && !arguments.has(Option.PASSWORD)
                    && !arguments.has(Option.PASSWORD_FILE)
                    && !arguments.has(Option.PASSWORD_ENV);
            if (ask) {
                arguments.set(Option.PASSWORD_ASK, true);
            }
            MqttClient made = connection.client(Threads.CALLER, new Retry.Never());
            made.onMessage((it, message) -> onAnswer(message));
            client = made;
            made.connect();
            SubscribeResult result = made.subscribe(qos(), RESPONSE_TOPIC).await(ANSWER_MAX);
            if (result instanceof SubscribeResult.Refused it) {
                terminal.error("Subscribe error: "
                        + (arguments.version.hasProperties()
                                ? Reasons.words(it.reason().code())
                                : "Subscription refused."));
                return Outcome.COMMAND_REFUSED;
            }
            return null;
        } catch (ConnectFailedException failure) {
            return stopped ? Outcome.interrupted(Program.CTRL) : ofCtrl(connection.failed(failure));
        } catch (UsageException mistake) {
            voice.usage(mistake);
            return Outcome.USAGE;
        } catch (TimeoutException late) {
            voice.timedOut();
            return Outcome.TIMED_OUT;
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            return Outcome.interrupted(Program.CTRL);
        }
    }

    /** Mosquitto: other than its clients, this program ends with the library's own numbers. */
    private static Outcome ofCtrl(Outcome outcome) {
        if (outcome == Outcome.UNREACHABLE) {
            return Outcome.CTRL_UNREACHABLE;
        }
        return outcome == Outcome.UNKNOWN_HOST ? Outcome.CTRL_UNKNOWN_HOST : outcome;
    }

    private Qos qos() {
        return arguments.qos(Option.QOS, Qos.AT_LEAST_ONCE);
    }

    private void onAnswer(ReceivedMessage message) {
        message.ack();
        answer = message.text();
    }

    private Outcome ask(String command) {
        MqttClient made = client;
        if (made == null) {
            throw new IllegalStateException("connected before");
        }
        answer = null;
        Json request = new Json.Node()
                .with("commands", new Json.Array(List.of(new Json.Node().with("command", new Json.Text(command)))));
        ApplicationMessage message = new ApplicationMessage(
                TopicName.of(REQUEST_TOPIC), Bytes.of(request.toText()), qos(), false, Properties.NONE);
        try {
            PublishResult result = made.publish(message).await(ANSWER_MAX);
            if (result instanceof PublishResult.Refused it) {
                terminal.error("Publish error: " + Reasons.words(it.reason().code()));
                return Outcome.COMMAND_REFUSED;
            }
            Schedule steps = new Schedule(Duration.ofMillis(20).toNanos());
            for (int i = 0; i < 500 && answer == null; i++) {
                if (!made.loop(steps.untilNext())) {
                    voice.lost("the broker closed it");
                    return Outcome.LOST;
                }
            }
        } catch (TimeoutException late) {
            answer = null;
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            return Outcome.interrupted(Program.CTRL);
        }
        String got = answer;
        if (got == null) {
            voice.failed("The broker does not answer at " + REQUEST_TOPIC + ": does it have enable_control_api true?");
            return Outcome.TIMED_OUT;
        }
        return new BrokerAnswer(terminal).print(got) ? Outcome.DONE : Outcome.COMMAND_REFUSED;
    }

    @Override
    public void stop() {
        stopped = true;
        MqttClient made = client;
        if (made != null) {
            made.disconnect();
        }
    }

    // ---- the shell -----------------------------------------------------------------------------------------------

    /** Reads commands until the input ends. A connection is made when the first command needs it. */
    private Outcome shell() {
        boolean connected = false;
        Outcome last = Outcome.DONE;
        try {
            while (true) {
                terminal.out().put(connected ? "mqtt> " : "> ");
                terminal.flush();
                String line = Passwords.line(terminal.in);
                if (line == null) {
                    terminal.line("");
                    return last;
                }
                String[] words = line.strip().split(" +");
                String word = words[0].toLowerCase(Locale.ROOT);
                String command = BrokerAnswer.command(words[words.length - 1]);
                switch (word) {
                    case "" -> {}
                    case "exit", "quit" -> {
                        return last;
                    }
                    case "help" ->
                        terminal.line("auth USER | connect [URL] | [broker] listListeners | [broker] listPlugins |"
                                + " disconnect | help | exit");
                    case "auth" -> auth(words);
                    case "disconnect" -> {
                        connected = false;
                        stop();
                    }
                    case "connect" -> {
                        url(words);
                        Outcome failure = connect();
                        connected = failure == null;
                    }
                    default -> {
                        boolean known = command != null && (words.length == 1 || word.equals("broker"));
                        if (!known) {
                            terminal.error("Unknown command '" + line.strip() + "'; help lists them.");
                        } else if (connected || connect() == null) {
                            connected = true;
                            last = ask(String.valueOf(command));
                            connected = last != Outcome.LOST;
                        }
                    }
                }
            }
        } catch (IOException closed) {
            return last;
        } finally {
            stop();
            stopped = false;
            terminal.flush();
        }
    }

    private void auth(String[] words) {
        arguments.unset(Option.PASSWORD);
        arguments.set(Option.USER, words.length > 1 ? words[1] : "");
    }

    private void url(String[] words) {
        if (words.length > 1) {
            try {
                BrokerUrl.read(
                        words[1].indexOf('/', words[1].indexOf("://") + 3) < 0 ? words[1] + "/" : words[1], arguments);
            } catch (UsageException mistake) {
                voice.usage(mistake);
            }
        }
    }
}
