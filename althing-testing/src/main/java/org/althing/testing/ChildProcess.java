package org.althing.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A started program with its output captured as it comes. Closing it ends it: SIGTERM, then SIGKILL after five seconds.
 */
public final class ChildProcess implements AutoCloseable {
    /** How a program ended and what it wrote. */
    public record Result(int exitCode, byte[] out, byte[] err) {
        public String outText() {
            return new String(out, StandardCharsets.UTF_8);
        }

        public String errText() {
            return new String(err, StandardCharsets.UTF_8);
        }
    }

    private final String command;
    private final Process process;
    private final Object monitor = new Object();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Thread outReader;
    private final Thread errReader;

    ChildProcess(String command, Process process) {
        this.command = command;
        this.process = process;
        outReader = reader(process.getInputStream(), out);
        errReader = reader(process.getErrorStream(), err);
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** What it has written to standard output so far, as UTF-8. */
    public String out() {
        synchronized (monitor) {
            return out.toString(StandardCharsets.UTF_8);
        }
    }

    /** What it has written to standard error so far, as UTF-8. */
    public String err() {
        synchronized (monitor) {
            return err.toString(StandardCharsets.UTF_8);
        }
    }

    /** Writes to its standard input. */
    public void send(byte[] bytes) {
        try {
            process.getOutputStream().write(bytes);
            process.getOutputStream().flush();
        } catch (IOException failure) {
            if (process.isAlive()) {
                throw new UncheckedIOException(failure);
            } // else: it ended without reading all of its input, which is its right
        }
    }

    public void send(String text) {
        send(text.getBytes(StandardCharsets.UTF_8));
    }

    public void closeInput() {
        try {
            process.getOutputStream().close();
        } catch (IOException failure) {
            // it ended before; there is nobody left to tell
        }
    }

    /** Waits until standard output holds the text. */
    public ChildProcess awaitOut(String text, Duration limit) {
        return awaitText("standard output", () -> out().contains(text), text, limit);
    }

    /** Waits until standard error holds the text. */
    public ChildProcess awaitErr(String text, Duration limit) {
        return awaitText("standard error", () -> err().contains(text), text, limit);
    }

    /** Waits for its end. */
    public Result await(Duration limit) {
        try {
            if (!process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new AssertionError("still running after " + limit + ": " + command + output());
            }
            outReader.join(5_000);
            errReader.join(5_000);
        } catch (InterruptedException interrupt) {
            throw interrupted(interrupt);
        }
        synchronized (monitor) {
            return new Result(process.exitValue(), out.toByteArray(), err.toByteArray());
        }
    }

    /** Sends a signal by its name: INT, TERM, HUP, USR1, KILL, ... */
    public void signal(String name) {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start().waitFor();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupt) {
            throw interrupted(interrupt);
        }
    }

    /** SIGKILL, and waits for the end. */
    public void kill() {
        process.destroyForcibly();
        await(Duration.ofSeconds(5));
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException interrupt) {
            process.destroyForcibly();
            throw interrupted(interrupt);
        }
    }

    private ChildProcess awaitText(String where, BooleanSupplier found, String text, Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        synchronized (monitor) {
            while (!found.getAsBoolean()) {
                long left = deadline - System.nanoTime();
                boolean over = !outReader.isAlive() && !errReader.isAlive();
                if (left <= 0 || over) {
                    throw new AssertionError(
                            (over ? "ended" : limit + " passed") + " without \"" + text + "\" on " + where + output());
                }
                try {
                    // Bounded, because the end of a reader thread wakes nobody.
                    monitor.wait(Math.clamp(left / 1_000_000, 1, 100));
                } catch (InterruptedException interrupt) {
                    throw interrupted(interrupt);
                }
            }
        }
        return this;
    }

    private String output() {
        return "\ncommand: " + command + "\nstdout: " + out() + "\nstderr: " + err();
    }

    private Thread reader(InputStream from, ByteArrayOutputStream to) {
        return Thread.ofPlatform().daemon().name("output of " + command).start(() -> {
            byte[] buffer = new byte[8192];
            try {
                for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
                    synchronized (monitor) {
                        to.write(buffer, 0, n);
                        monitor.notifyAll();
                    }
                }
            } catch (IOException closed) {
                // the process is gone; what it wrote before has been read
            }
        });
    }

    private static AssertionError interrupted(InterruptedException interrupt) {
        Thread.currentThread().interrupt();
        return new AssertionError("interrupted", interrupt);
    }
}
