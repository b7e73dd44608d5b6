package org.althing.server;

import java.util.Arrays;
import java.util.List;
import org.althing.net.Clock;
import org.althing.net.nio.NioEngine;
import org.althing.vote.command.VoteCommand;

/** Dispatches {@code althing COMMAND}. */
public final class Main {
    /** Wrong usage, as the commands of Althing report it. */
    static final int USAGE = 2;

    private static final String HELP = """
            Althing: MQTT, and live voting on top of it.

            althing up [OPTIONS]         everything: broker, vote by TCP, by MQTT and in the browser
            althing broker [OPTIONS]     the broker alone, with the options and the configuration of mosquitto
            althing pub -t TOPIC -m TEXT publish a message
            althing sub -t TOPIC         subscribe and print what comes
            althing rr -t TOPIC -e TOPIC send a request, print the answer
            althing watch 'a/#'          a live tree of topics
            althing doctor HOST          why can a client not connect?
            althing bench SCENARIO       measure a broker
            althing record, replay       messages with their times, to a file and back
            althing passwd FILE USER     set a password for password_file
            althing ctrl                 administer a broker
            althing vote COMMAND ...     server, cast, results, watch, recount
            althing scram FILE USER      set a password for SCRAM-SHA-256 (althing_scram_file)
            althing explain acl ...      what the access rules say to a question, and why
            althing migrate DIR          from Mosquitto: what will be different, its state, and back
            althing data COMMAND DIR     check, stats, export, repair, snapshot: stored state from outside
            althing demo                 see it work: voters, three doors, a crash in the middle
            althing completion SHELL     completion for bash, zsh, fish; althing man COMMAND: its manual page
            althing COMMAND --help       options of a command

            In a source tree also: althing test, althing simulate, althing dist.
            """;

    private Main() {}

    public static void main(String[] arguments) throws Exception {
        List<String> words = Arrays.asList(arguments);
        String command = words.isEmpty() ? "help" : words.getFirst();
        List<String> rest = words.isEmpty() ? words : words.subList(1, words.size());
        int status = run(command, rest);
        if (status >= 0) {
            System.exit(status);
        }
    }

    /** Returns the exit status, or -1 for a program that goes on until a signal ends it. */
    private static int run(String command, List<String> words) throws Exception {
        return switch (command) {
            case "broker" -> new BrokerCommand(System.out, System.err).run(words);
            case "scram" -> new ScramCommand(System.in, System.out, System.err, System.console()).run(words);
            case "up" -> new UpCommand(System.out, System.err).run(words);
            case "data" -> new DataCommand(System.out, System.err).run(words);
            case "explain" -> new ExplainCommand(System.out, System.err).run(words);
            case "migrate" -> new MigrateCommand(System.out, System.err, Clock.system()).run(words);
            case "demo" -> new DemoCommand(System.out).run(words);
            case "vote" -> VoteCommand.run(words.toArray(String[]::new), System.out, System.err, NioEngine::new);
            case "help", "--help", "-h" -> {
                System.out.print(HELP);
                yield 0;
            }
            case "version", "--version" -> {
                System.out.println("althing " + Version.text());
                yield 0;
            }
            default -> {
                System.err.println("althing: unknown command '" + command + "'; althing help lists the commands");
                yield USAGE;
            }
        };
    }
}
