package org.althing.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.althing.server.DemoVoters.Door;
import org.althing.server.DemoVoters.Ports;
import org.althing.vote.LogCheck;
import org.althing.vote.Results;
import org.althing.vote.service.VoteFolder;
import org.jspecify.annotations.Nullable;

/**
 * {@code althing demo}: voters at three doors, a kill -9 in the middle, and a count at the end that must be right. The
 * server is a process of its own, so that the kill is a real one.
 */
final class DemoCommand {
    private static final int VOTERS = 60;
    private static final int TWICE_EVERY = 8;
    private static final int AT_ONCE = 3;
    private static final int BETWEEN_VOTES_MILLIS = 200;
    private static final int AGAIN_MILLIS = 200;
    private static final String RESTARTED = "killed with SIGKILL at half, started again";
    private static final Pattern PORT = Pattern.compile(":(\\d+)");

    private final PrintStream out;
    private final DemoScreen screen;
    private final Map<String, String> verdicts = new ConcurrentHashMap<>();
    private final AtomicInteger refusedSecondVotes = new AtomicInteger();
    private final AtomicInteger acceptedSecondVotes = new AtomicInteger();
    private final AtomicInteger repeats = new AtomicInteger();

    DemoCommand(PrintStream out) {
        this.out = out;
        screen = new DemoScreen(out);
    }

    int run(List<String> words) throws IOException, InterruptedException {
        if (!words.isEmpty()) {
            boolean help = words.getFirst().equals("-h") || words.getFirst().equals("--help");
            out.println(help ? "Usage: althing demo   (no options)" : "althing demo takes no options");
            return help ? 0 : Main.USAGE;
        }
        Path data = Files.createTempDirectory("althing-demo-");
        Process server = null;
        try {
            out.println("Starting everything on free ports, in " + data);
            server = start(data, List.of("--mqtt-port", "0", "--vote-port", "0", "--web-port", "0"));
            Ports ports = ports(server);
            DemoVoters voters = new DemoVoters(ports);
            CountDownLatch voted = startVoters(voters);
            server = watchAndKill(data, server, ports, voters, voted);
            screen.show(results(voters), VOTERS, RESTARTED);
            screen.leave();
            String counted = voters.line("RESULTS heure");
            server.destroy();
            server.waitFor();
            return report(data, counted);
        } finally {
            if (server != null) {
                server.destroy();
                server.waitFor();
            }
            delete(data);
        }
    }

    /** Draws the bars until all have voted; kills the server once half of them have. */
    private Process watchAndKill(Path data, Process server, Ports ports, DemoVoters voters, CountDownLatch voted)
            throws IOException, InterruptedException {
        Process running = server;
        boolean killed = false;
        while (!voted.await(150, TimeUnit.MILLISECONDS)) {
            screen.show(results(voters), VOTERS, killed ? RESTARTED : "");
            if (!killed && verdicts.size() >= VOTERS / 2) {
                killed = true;
                running.destroyForcibly().waitFor();
                screen.show("", VOTERS, "kill -9: the server is dead");
                running = start(
                        data,
                        List.of(
                                "--mqtt-port", Integer.toString(ports.mqtt()),
                                "--vote-port", Integer.toString(ports.vote()),
                                "--web-port", Integer.toString(ports.web())));
                ports(running);
            }
        }
        return running;
    }

    private CountDownLatch startVoters(DemoVoters voters) {
        CountDownLatch voted = new CountDownLatch(VOTERS);
        Semaphore turn = new Semaphore(AT_ONCE);
        for (int i = 0; i < VOTERS; i++) {
            int number = i;
            Thread.ofVirtual().start(() -> {
                try {
                    turn.acquire();
                    vote(voters, number);
                    pause(BETWEEN_VOTES_MILLIS); // so that people can watch
                    turn.release();
                    voted.countDown();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
        return voted;
    }

    private void vote(DemoVoters voters, int number) throws InterruptedException {
        Door door = Door.values()[number % Door.values().length];
        String voter = name(number);
        String verdict = persist(voters, door, voter, choice(number), "demo-" + number);
        verdicts.put(voter, verdict);
        if (number % TWICE_EVERY == 0) {
            // Again, as another ballot and through the next door: it must be refused.
            Door other = Door.values()[(number + 1) % Door.values().length];
            String again = persist(voters, other, voter, choice(number + 1), "again-" + number);
            (again.equals("a voté") ? acceptedSecondVotes : refusedSecondVotes).incrementAndGet();
        }
    }

    /** As every client of the vote: no verdict means the same ballot again, until there is one. */
    private String persist(DemoVoters voters, Door door, String voter, String choice, String ballotId)
            throws InterruptedException {
        while (true) {
            try {
                return voters.cast(door, voter, choice, ballotId);
            } catch (IOException e) {
                repeats.incrementAndGet();
                pause(AGAIN_MILLIS);
            }
        }
    }

    private static void pause(int millis) throws InterruptedException {
        new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
    }

    private static String name(int number) {
        return "voter-" + (number + 1);
    }

    private static String choice(int number) {
        return number % 5 < 3 ? "ete" : "hiver";
    }

    private int report(Path data, String counted) throws IOException {
        Map<String, Long> expected = new TreeMap<>();
        for (int i = 0; i < VOTERS; i++) {
            expected.merge(choice(i), 1L, Long::sum);
        }
        String wanted = "total=" + VOTERS + " ete=" + expected.get("ete") + " hiver=" + expected.get("hiver");
        LogCheck log = LogCheck.of(VoteFolder.of(data));
        Results recount = log.results().getFirst();
        boolean same = new TreeMap<>(recount.counts()).equals(expected);
        boolean right = counted.contains(wanted) && same && acceptedSecondVotes.get() == 0;
        out.println();
        out.println("Voters               " + VOTERS + ", at three doors (TCP, MQTT, web)");
        out.println("Voted a second time  " + (refusedSecondVotes.get() + acceptedSecondVotes.get()) + ", refused: "
                + refusedSecondVotes.get());
        out.println("Votes sent again     " + repeats.get() + " (no verdict came while the server was dead)");
        out.println("Expected             " + wanted);
        out.println("Counted              " + counted);
        out.println("Check of the log     " + log.lines() + " lines, each follows from those before it; it counts "
                + recount.counts());
        out.println(right ? "Right: everyone counted, once." : "WRONG.");
        return right ? 0 : 1;
    }

    private static String results(DemoVoters voters) {
        try {
            return voters.line("RESULTS heure");
        } catch (IOException e) {
            return ""; // dead at this moment
        }
    }

    private static Process start(Path data, List<String> ports) throws IOException {
        ProcessHandle.Info self = ProcessHandle.current().info();
        List<String> own = Arrays.asList(self.arguments().orElseThrow(() -> new IOException("no command line")));
        List<String> command = new ArrayList<>();
        command.add(self.command().orElseThrow(() -> new IOException("no command line")));
        command.addAll(own.subList(0, own.lastIndexOf("demo")));
        command.addAll(List.of("up", "--data", data.toString()));
        command.addAll(ports);
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** Reads what {@code up} prints, until it is up. */
    private static Ports ports(Process server) throws IOException {
        int mqtt = 0;
        int vote = 0;
        int web = 0;
        BufferedReader reader = server.inputReader(StandardCharsets.UTF_8);
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            Matcher port = PORT.matcher(line);
            boolean found = port.find();
            if (found && line.startsWith("  MQTT")) {
                mqtt = Integer.parseInt(port.group(1));
            } else if (found && line.startsWith("  vote, TCP")) {
                vote = Integer.parseInt(port.group(1));
            } else if (line.startsWith("  vote, web")) {
                Matcher url = Pattern.compile("://[^/]*:(\\d+)/").matcher(line);
                web = url.find() ? Integer.parseInt(url.group(1)) : 0;
            } else if (line.startsWith("Ctrl-C")) {
                return new Ports(mqtt, vote, web);
            }
        }
        throw new IOException("the server did not start");
    }

    private static void delete(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path dir, @Nullable IOException failure) throws IOException {
                Files.delete(dir);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
