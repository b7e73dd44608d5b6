package org.althing.tools;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.althing.client.MqttClient;

/** Dispatches {@code pub} and {@code sub}. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) throws InterruptedException {
        String name = System.getProperty("althing.name", "althing");
        PrintStream out = new PrintStream(
                new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 1 << 16),
                false,
                StandardCharsets.UTF_8);
        int status = run(
                name, Arrays.asList(arguments), System.in, out, System.err, client -> endBySignal(name, client, out));
        out.flush();
        // No thread is left, but exit also where a shutdown hook has begun.
        Runtime.getRuntime().halt(status);
    }

    /** SIGINT and SIGTERM: says DISCONNECT, then ends with 0 under Mosquitto's names and 130 otherwise. */
    private static void endBySignal(String name, MqttClient client, PrintStream out) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            client.disconnect();
            out.flush();
            Runtime.getRuntime().halt(name.startsWith("mosquitto_") ? Outcome.DONE : Outcome.INTERRUPTED);
        }));
    }

    /** Runs a command to its end and returns the exit status. */
    static int run(
            String name,
            List<String> words,
            InputStream in,
            PrintStream out,
            PrintStream err,
            Consumer<MqttClient> started)
            throws InterruptedException {
        boolean mosquitto = name.startsWith("mosquitto_");
        String command = words.isEmpty() ? "" : words.getFirst();
        List<String> rest = words.isEmpty() ? words : words.subList(1, words.size());
        if (rest.contains("--help")) {
            out.print(command.equals("sub") ? SubCommand.HELP : PubCommand.HELP);
            return mosquitto ? Outcome.FAILED : Outcome.DONE; // Mosquitto: help ends with 1
        }
        if (rest.contains("--version")) {
            String version = Main.class.getPackage().getImplementationVersion();
            out.println(name + " " + (version == null ? "development" : version) + " (Althing)");
            return mosquitto ? Outcome.FAILED : Outcome.DONE;
        }
        return switch (command) {
            case "pub" -> new PubCommand(in, out, err, mosquitto).run(rest);
            case "sub" -> new SubCommand(out, err, mosquitto, started).run(rest);
            default -> {
                err.println("althing: unknown command '" + command + "'");
                yield Outcome.USAGE;
            }
        };
    }
}
