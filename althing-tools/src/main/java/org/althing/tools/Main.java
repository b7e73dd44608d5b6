package org.althing.tools;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The commands: the first argument is {@code pub}, {@code sub}, ... The system property {@code althing.name} is the name
 * that the user has called them by; under one of Mosquitto's they behave as those programs do. {@code althing.tty} says
 * which of standard input, output and error are terminals: letters i, o, e.
 */
public final class Main {
    /** How long the end of a command may take after a signal. */
    private static final long END_MILLIS_MAX = 3_000;

    private final Terminal terminal;
    private final Map<String, String> environment;
    private final boolean mosquitto;

    private Main(Terminal terminal, Map<String, String> environment, boolean mosquitto) {
        this.terminal = terminal;
        this.environment = environment;
        this.mosquitto = mosquitto;
    }

    public static void main(String[] args) {
        Terminal terminal = new Terminal(
                new FileInputStream(FileDescriptor.in),
                new FileOutputStream(FileDescriptor.out),
                new FileOutputStream(FileDescriptor.err),
                System.getProperty("althing.tty", ""));
        Main main = new Main(terminal, System.getenv(), isMosquitto(System.getProperty("althing.name", "althing")));
        int status;
        Command command = main.prepare(args);
        if (command == null) {
            status = main.status;
        } else {
            Ending ending = new Ending(command, Thread.currentThread());
            Runtime.getRuntime().addShutdownHook(ending);
            status = command.run().of(main.mosquitto);
            ending.status(status);
        }
        // Not exit: nothing is left to do, and a signal's hook may be waiting for this thread.
        Runtime.getRuntime().halt(status);
    }

    /** Runs a command to its end in this process, and returns the exit status. */
    static int run(String name, String[] args, Terminal terminal, Map<String, String> environment) {
        Main main = new Main(terminal, environment, isMosquitto(name));
        Command command = main.prepare(args);
        return command == null ? main.status : command.run().of(main.mosquitto);
    }

    private static boolean isMosquitto(String name) {
        return name.startsWith("mosquitto_");
    }

    private int status;

    /** A command that is ready to run; null if there is nothing to run, and {@code status} says how that ends. */
    private @Nullable Command prepare(String[] args) {
        Program program = args.length == 0 ? null : Program.of(args[0]);
        if (program == null) {
            terminal.error(
                    args.length == 0
                            ? "althing: a command is missing; althing help lists them"
                            : "althing: there is no command \"" + args[0] + "\"; althing help lists them");
            status = Outcome.USAGE.of(mosquitto);
            return null;
        }
        Voice voice = new Voice(program, mosquitto, terminal);
        try {
            OptionsFile file = new OptionsFile(environment, mosquitto);
            Arguments arguments = ArgumentReader.read(program, file, Arrays.copyOfRange(args, 1, args.length));
            if (arguments.has(Option.HELP) || arguments.has(Option.VERSION)) {
                tell(program, arguments);
                status = Outcome.TOLD.of(mosquitto);
                return null;
            }
            terminal.quiet(arguments.has(Option.QUIET));
            return command(program, arguments, voice);
        } catch (UsageException mistake) {
            voice.usage(mistake);
            status = Outcome.USAGE.of(mosquitto);
            return null;
        } catch (IllegalArgumentException mistake) {
            // What only the client can judge: a client identifier or a password that MQTT cannot carry, and the like.
            voice.usage(new UsageException(String.valueOf(mistake.getMessage())));
            status = Outcome.USAGE.of(mosquitto);
            return null;
        }
    }

    private Command command(Program program, Arguments arguments, Voice voice) throws UsageException {
        return switch (program) {
            case PUB -> new PubCommand(arguments, environment, terminal, voice);
            case SUB -> new SubCommand(arguments, environment, terminal, voice, mosquitto);
            case RR -> new RrCommand(arguments, environment, terminal, voice, mosquitto);
            case CTRL -> new CtrlCommand(arguments, environment, terminal, voice, mosquitto);
            case PASSWD -> new PasswdCommand(arguments, terminal, voice);
            case WATCH -> new WatchCommand(arguments, environment, terminal, voice);
            case BENCH -> new BenchCommand(arguments, environment, terminal, voice);
            case DOCTOR -> new DoctorCommand(arguments, environment, terminal, voice);
            case RECORD -> new RecordCommand(arguments, environment, terminal, voice);
            case REPLAY -> new ReplayCommand(arguments, environment, terminal, voice);
            case COMPLETION, MAN -> new TellCommand(program, arguments, terminal);
        };
    }

    private void tell(Program program, Arguments arguments) {
        if (arguments.has(Option.HELP)) {
            Help.write(program, mosquitto, terminal);
        } else {
            Help.version(program, mosquitto, terminal);
        }
    }

    /** Runs at SIGINT and SIGTERM: the command says DISCONNECT, prints what it has, and its status is the process's. */
    private static final class Ending extends Thread {
        private final Command command;
        private final Thread main;
        private volatile int status = -1; // volatile: the main thread says it, this one reads it

        Ending(Command command, Thread main) {
            this.command = command;
            this.main = main;
        }

        void status(int value) {
            status = value;
        }

        @Override
        public void run() {
            if (status >= 0) {
                return; // the command has ended by itself
            }
            command.stop();
            try {
                main.join(END_MILLIS_MAX);
            } catch (InterruptedException interrupt) {
                // nobody interrupts the end of a process
            }
            Runtime.getRuntime().halt(status < 0 ? 130 : status);
        }
    }
}
