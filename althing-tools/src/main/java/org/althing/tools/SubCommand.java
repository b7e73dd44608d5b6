package org.althing.tools;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.althing.client.ClientEvent;
import org.althing.client.ConnectFailedException;
import org.althing.client.MqttClient;
import org.althing.client.ReceivedMessage;
import org.althing.client.SubscribeResult;
import org.althing.client.Subscription;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket.Subscribe.Request;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Qos;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.SubscriptionOptions.RetainHandling;
import org.althing.mqtt.TopicFilter;
import org.althing.net.Clock;
import org.jspecify.annotations.Nullable;

/** {@code sub}: subscribes and prints what comes. */
final class SubCommand {
    static final String HELP = """
            Usage: althing sub [-h HOST] [-p PORT] -t FILTER [-t FILTER ...] [OPTIONS]

             -h, --host HOST            localhost
             -p, --port PORT            1883
             -t, --topic FILTER         what to subscribe to; several times for several
             -T, --filter-out FILTER    do not print what matches
             -U, --unsubscribe FILTER   unsubscribe from it (of a kept session)
             -q, --qos N                0, 1 or 2 at most
             -v, --verbose              print the topic before the message
             -F FORMAT                  such as '%I %t %p'; see below
             -N                         no line end after a message
             -C N                       leave after N messages
             -W SECONDS                 leave after this time (exit code 27)
             -E                         leave when subscribed
             -R                         do not print old retained messages
                 --retained-only        print retained messages, leave at the first live one
                 --remove-retained      clear each retained message that comes
                 --retain-as-published  keep the retain flag as published (MQTT 5)
                 --retain-handling always|new|never   (MQTT 5)
             -i, --id ID                client id; -I PREFIX: prefix and process id
             -u, --username NAME, -P, --pw PASSWORD
             -V, --protocol-version N   31, 311 (default) or 5
             -k, --keepalive SECONDS    60
             -c                         keep the session (needs -i); -x SECONDS: for how long (MQTT 5)
             -A ADDRESS                 connect from this local address
             -L mqtt://[USER[:PASSWORD]@]HOST[:PORT]/TOPIC
                 --will-topic T --will-payload TEXT --will-qos N --will-retain
             -d, --debug                show packets; --quiet: no error messages

            FORMAT: %t topic  %p payload  %l its length  %x %X in hex  %q QoS  %r retained  %m message id
                    %j %J as JSON  %I time  %U unix time  %C %R %D %E %F %P %S MQTT 5 properties  %% a percent sign
                    \\n \\t \\0 and so on; a width, 0 or - may stand before the letter: %08l
            """;

    private final PrintStream out;
    private final PrintStream err;
    private final boolean mosquitto;
    private final Consumer<MqttClient> started;
    private final Settings settings = new Settings();
    private final List<TopicFilter> filters = new ArrayList<>();
    private final List<TopicFilter> hidden = new ArrayList<>();
    private final List<String> unsubscribed = new ArrayList<>();
    private boolean verbose;
    private boolean lineEnds = true;
    private @Nullable MessageFormat format;
    private int countMax;
    private long timeoutNanos;
    private boolean leaveWhenSubscribed;
    private boolean withoutStale;
    private boolean retainedOnly;
    private boolean removeRetained;
    private boolean retainAsPublished;
    private RetainHandling retainHandling = RetainHandling.SEND;
    private int count;
    private boolean reached;
    private @Nullable String lost;

    /** @param started is given the client before it connects, to end it from outside */
    SubCommand(PrintStream out, PrintStream err, boolean mosquitto, Consumer<MqttClient> started) {
        this.out = out;
        this.err = err;
        this.mosquitto = mosquitto;
        this.started = started;
    }

    int run(List<String> words) throws InterruptedException {
        try {
            parse(new Words(words));
        } catch (UsageException mistake) {
            return new Outcome(mosquitto, err, false).usage("sub", mistake);
        }
        Outcome outcome = new Outcome(mosquitto, err, settings.quiet);
        try (MqttClient client = MqttClient.create(options -> {
            settings.apply(options);
            if (settings.debug) {
                options.trace(new DebugTrace(out));
            }
        })) {
            started.accept(client);
            client.onMessage(this::onMessage);
            client.onDisconnect(this::onDisconnect);
            client.connect();
            return subscribeAndPrint(client, outcome);
        } catch (ConnectFailedException failure) {
            return outcome.notConnected(failure, settings);
        }
    }

    private int subscribeAndPrint(MqttClient client, Outcome outcome) throws InterruptedException {
        if (!unsubscribed.isEmpty()) {
            client.unsubscribe(unsubscribed.toArray(String[]::new));
        }
        if (!filters.isEmpty()) {
            int granted = 0;
            List<SubscribeResult> results = subscribe(client).awaitAll();
            int status = Outcome.DONE;
            for (int i = 0; i < results.size(); i++) {
                switch (results.get(i)) {
                    case SubscribeResult.Granted(Qos qos) -> granted++;
                    case SubscribeResult.Refused(var reason) ->
                        status = outcome.refused("Subscription to " + filters.get(i), reason);
                    case SubscribeResult.Failed(String why) -> status = outcome.lost(why);
                }
            }
            if (granted == 0 && !reached) {
                return status;
            }
        }
        if (leaveWhenSubscribed) {
            client.disconnect();
            return Outcome.DONE;
        }
        return printUntilTheEnd(client, outcome);
    }

    private Subscription subscribe(MqttClient client) {
        List<Request> requests = new ArrayList<>();
        for (TopicFilter filter : filters) {
            requests.add(new Request(
                    filter, new SubscriptionOptions(settings.qos, false, retainAsPublished, retainHandling)));
        }
        return client.subscribe(requests, Properties.NONE);
    }

    private int printUntilTheEnd(MqttClient client, Outcome outcome) {
        if (!reached) {
            if (timeoutNanos == 0) {
                client.loopForever();
            } else if (client.loop(Duration.ofNanos(timeoutNanos))) {
                client.disconnect();
                return outcome.timeout();
            }
        }
        if (reached) {
            return Outcome.DONE;
        }
        return lost == null ? Outcome.DONE : outcome.lost(lost);
    }

    private void onMessage(MqttClient client, ReceivedMessage message) {
        if (reached) {
            return;
        }
        if (removeRetained && message.retain()) {
            client.publish(message.topic(), Bytes.EMPTY, settings.qos, true);
        }
        if (retainedOnly && !message.retain()) {
            leave(client);
            return;
        }
        if (withoutStale && message.retain() || isHidden(message)) {
            return;
        }
        print(message);
        count++;
        if (countMax > 0 && count >= countMax) {
            leave(client);
        }
    }

    private void leave(MqttClient client) {
        reached = true;
        client.disconnect();
    }

    private boolean isHidden(ReceivedMessage message) {
        for (TopicFilter filter : hidden) {
            if (filter.matches(message.message().topic())) {
                return true;
            }
        }
        return false;
    }

    private void print(ReceivedMessage message) {
        if (format != null) {
            format.print(message, out, Clock.system().wallMillis(), mosquitto ? err : null);
        } else if (verbose) {
            out.print(message.topic());
            out.print(' ');
            if (message.payload().isEmpty()) {
                out.print("(null)");
            }
            out.writeBytes(message.payload().toByteArray());
            lineEnd(true);
        } else {
            out.writeBytes(message.payload().toByteArray());
            lineEnd(!message.payload().isEmpty());
        }
        if (out.checkError()) { // also flushes: a message is seen when it comes
            Runtime.getRuntime().halt(Outcome.DONE); // nobody reads any more: end quietly, as after SIGPIPE
        }
    }

    private void lineEnd(boolean wanted) {
        if (wanted && lineEnds) {
            out.print('\n');
        }
    }

    private void onDisconnect(MqttClient client, ClientEvent.Disconnected event) {
        if (!event.requested()) {
            lost = event.cause();
        }
    }

    private void parse(Words words) throws UsageException {
        for (String word = words.next(); word != null; word = words.next()) {
            if (!settings.take(word, words) && !takeLimit(word, words)) {
                take(word, words);
            }
        }
        settings.check();
        if (settings.urlTopic != null) {
            filters.add(filter("-L", settings.urlTopic));
        }
        if (filters.isEmpty() && unsubscribed.isEmpty()) {
            throw new UsageException("what to subscribe to is missing (-t FILTER)");
        }
        if (withoutStale && retainedOnly) {
            throw new UsageException("-R and --retained-only cannot be used together");
        }
    }

    private boolean takeLimit(String word, Words words) throws UsageException {
        switch (word) {
            case "-C" -> countMax = words.integer(1, Integer.MAX_VALUE);
            case "-W" -> timeoutNanos = words.integer(1, Integer.MAX_VALUE) * 1_000_000_000L;
            case "-E" -> leaveWhenSubscribed = true;
            case "-R" -> withoutStale = true;
            case "--retained-only" -> retainedOnly = true;
            case "--remove-retained" -> removeRetained = true;
            case "--retain-as-published" -> retainAsPublished = true;
            case "--retain-handling" -> retainHandling = retainHandling(words.value());
            default -> {
                return false;
            }
        }
        return true;
    }

    private void take(String word, Words words) throws UsageException {
        switch (word) {
            case "-t", "--topic" -> filters.add(filter("-t", words.value()));
            case "-T", "--filter-out" -> hidden.add(filter("-T", words.value()));
            case "-U", "--unsubscribe" ->
                unsubscribed.add(filter("-U", words.value()).toString());
            case "-v", "--verbose" -> verbose = true;
            case "-F" -> format = new MessageFormat(words.value(), true);
            case "-N" -> lineEnds = false;
            case "-w", "--watch", "--pretty", "--random-filter", "--message-rate" -> throw words.unsupported();
            default -> throw words.unknown();
        }
        if (format != null && !lineEnds) {
            format = format.withoutLineEnd();
        }
    }

    private static TopicFilter filter(String option, String text) throws UsageException {
        try {
            return TopicFilter.of(text);
        } catch (IllegalArgumentException e) {
            throw new UsageException(option + ": " + e.getMessage());
        }
    }

    private static RetainHandling retainHandling(String text) throws UsageException {
        return switch (text) {
            case "always" -> RetainHandling.SEND;
            case "new" -> RetainHandling.SEND_IF_NEW;
            case "never" -> RetainHandling.DO_NOT_SEND;
            default -> throw new UsageException("--retain-handling must be always, new or never, not '" + text + "'");
        };
    }
}
