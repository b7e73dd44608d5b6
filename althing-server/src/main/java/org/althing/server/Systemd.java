package org.althing.server;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.althing.broker.Broker;

/** Tells systemd how it goes, where it has asked for that ({@code Type=notify}, {@code WatchdogSec}). */
final class Systemd {
    private Systemd() {}

    /** The broker runs. */
    static void ready() {
        tell("READY=1");
    }

    private static void tell(String text) {
        String socket = System.getenv("NOTIFY_SOCKET");
        if (socket != null) {
            try {
                Libc.sendDatagram(socket, text);
            } catch (Libc.MissingException e) {
                // A system without sockets of this kind has no systemd.
            }
        }
    }

    /** Says at half the interval of the watchdog that all loops turn, as long as they do. */
    static AutoCloseable watchdog(Broker broker) {
        String micros = System.getenv("WATCHDOG_USEC");
        String process = System.getenv("WATCHDOG_PID");
        boolean ours = process == null
                || process.equals(Long.toString(ProcessHandle.current().pid()));
        if (micros == null || !micros.matches("[0-9]{1,18}") || !ours) {
            return () -> tell("STOPPING=1");
        }
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread made = new Thread(task, "althing-watchdog");
            made.setDaemon(true);
            return made;
        });
        long half = Math.max(1, Long.parseLong(micros) / 2);
        // From loop to loop: the word is given only if each of them has had its turn.
        clock.scheduleAtFixedRate(() -> throughLoops(broker, 0), half, half, TimeUnit.MICROSECONDS);
        return () -> {
            clock.shutdownNow();
            tell("STOPPING=1");
        };
    }

    private static void throughLoops(Broker broker, int from) {
        if (from == broker.loops().size()) {
            tell("WATCHDOG=1");
        } else {
            broker.loops().get(from).execute(() -> throughLoops(broker, from + 1));
        }
    }
}
