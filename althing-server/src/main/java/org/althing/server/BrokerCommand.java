package org.althing.server;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import org.althing.broker.Broker;
import org.althing.broker.access.AccessException;
import org.althing.broker.access.ScramUsers;
import org.althing.broker.conf.ConfException;
import org.althing.broker.conf.MosquittoConf;

/** {@code althing broker}, also as {@code mosquitto}: options, exit status and log lines are Mosquitto's. */
final class BrokerCommand {
    /** Bad option or bad configuration. */
    static final int INVALID = 3;

    static final int FAILED = 1;

    private static final String HELP = """
            %s
             -c, --config-file FILE  configuration, as for mosquitto; options of our own begin with althing_
             -p, --port PORT         port to listen on, up to 10 times; for when the file has no listener
             -v, --verbose           log everything; overrides log_type
             -q, --quiet             log nothing
             -d, --daemon            go to the background once it runs
                 --test-config       check the configuration and every file it names, change nothing
                 --diff              show what a reload (SIGHUP) of the broker that runs with FILE would change
             -h, --help
                 --version

            Without a listener in the configuration only this machine is served, on port 1883.
            Signals: HUP reads the configuration again, RTMIN opens the log files again, USR1 says that all is saved,
            USR2 prints subscriptions and retained topics, INT and TERM end the broker.
            """;

    private final PrintStream out;
    private final PrintStream err;

    BrokerCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /** Returns the exit status, or -1 when the broker runs. */
    int run(List<String> words) throws IOException {
        if (words.contains("-h") || words.contains("--help")) {
            out.printf(HELP, usage());
            return 0;
        }
        if (words.contains("--version")) {
            out.println(BrokerProgram.title());
            return 0;
        }
        try {
            BrokerLine line = BrokerLine.parse(words);
            return line.testConfig ? test(line) : run(line);
        } catch (Options.UsageException e) {
            err.println("Error: " + e.getMessage() + ".");
            return INVALID;
        }
    }

    private int run(BrokerLine line) throws IOException {
        try {
            MosquittoConf conf = line.read();
            if (line.diff) {
                return RunningConf.printChanges(line, conf, out, err);
            }
            Entry entry = Entry.read(conf);
            return line.daemon ? Daemon.start(line.words) : new BrokerProgram(line, conf, out, err).start(entry);
        } catch (ConfException e) {
            err.println(e.getMessage());
            return e.exitStatus();
        } catch (AccessException e) {
            err.println(e.getMessage());
            return e.exitStatus();
        } catch (ScramUsers.UnreadableException | IllegalArgumentException e) {
            err.println("Error: " + e.getMessage());
            return INVALID;
        }
    }

    /** Mosquitto: under its name the usage stands in its own words, and behind the version, which scripts read there. */
    private static String usage() {
        return BrokerProgram.isMosquitto()
                ? BrokerProgram.title()
                        + "\n\nUsage: mosquitto [-c config_file] [-d] [-h] [-p port] [-v]"
                        + "\n                 [-q] [--test-config | --diff] [--version]\n"
                : "Usage: althing broker [-c FILE] [-p PORT] [-v | -q] [-d] [--test-config | --diff]\n";
    }

    /**
     * Mosquitto: overwrites the database and opens no other file; here everything is looked at and nothing written. The
     * status is its 0 or 3, whatever the start would have ended with.
     */
    private int test(BrokerLine line) {
        try {
            MosquittoConf conf = line.read();
            Entry.read(conf);
            conf.notes().forEach(note -> err.println(note.line()));
            Broker.check(conf.broker());
        } catch (ConfException | AccessException e) {
            err.println(e.getMessage());
            return INVALID;
        } catch (IOException | IllegalArgumentException e) {
            err.println("Error: " + e.getMessage());
            return INVALID;
        }
        out.println("Configuration file is OK.");
        return 0;
    }
}
