package org.althing.server;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * {@code -d}: starts the same program again in the background, and ends when that one runs. A JVM cannot fork, so it is a
 * second one; its standard output tells the first when it is ready, and is then closed.
 */
final class Daemon {
    private static final String MARK = "althing.daemon";
    private static final String READY = "ready";

    private Daemon() {}

    /** Returns 0 when the background process runs, otherwise its exit status. */
    static int start(List<String> words) throws IOException {
        List<String> command = new ArrayList<>();
        if (Files.isExecutable(Path.of("/usr/bin/setsid"))) {
            command.add("/usr/bin/setsid"); // out of the terminal's reach: Ctrl-C and hang-up do not get there
        }
        command.addAll(blocking());
        command.addAll(javaCommand());
        for (String word : words) {
            if (!word.equals("-d") && !word.equals("--daemon")) {
                command.add(word);
            }
        }
        Process process = new ProcessBuilder(command)
                .redirectInput(new File("/dev/null"))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (line.equals(READY)) {
                    return 0;
                }
            }
            return process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    /** As the launcher does: SIGRTMIN is blocked, so that it opens log files again and does not end the program. */
    private static List<String> blocking() {
        List<String> env = List.of("env", "--block-signal=RTMIN");
        List<String> trial = new ArrayList<>(env);
        trial.add("true");
        try {
            boolean works = new ProcessBuilder(trial)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
            return works ? env : List.of();
        } catch (IOException e) {
            return List.of(); // there is no env
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of();
        }
    }

    private static List<String> javaCommand() throws IOException {
        ProcessHandle.Info info = ProcessHandle.current().info();
        Optional<String> java = info.command();
        Optional<String[]> arguments = info.arguments();
        if (java.isEmpty() || arguments.isEmpty()) {
            throw new IOException(
                    "this system does not tell how this process was started; use a service instead of -d");
        }
        List<String> command = new ArrayList<>(List.of(java.get(), "-D" + MARK + "=true"));
        List<String> own = Arrays.asList(arguments.get());
        command.addAll(own.subList(0, own.indexOf("broker") + 1));
        return command;
    }

    /** Called by the program when it runs: if it is one in the background, tells the one that started it. */
    static void ready(LogWriter log) {
        if (Boolean.getBoolean(MARK)) {
            log.leaveTerminal();
            System.out.println(READY);
            System.out.close();
        }
    }
}
