package org.althing.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.althing.broker.ListenerConfig;
import org.althing.broker.conf.MosquittoConf;
import org.althing.net.tls.TlsSettings;
import org.jspecify.annotations.Nullable;

/**
 * Looks every few seconds whether the files of certificates, keys, authorities and revocations have changed, and has them
 * read again when two looks have found the same: whoever writes several of them has finished then. Links are followed, as
 * Let's Encrypt's tools renew by changing a link.
 */
final class CertificateWatch implements AutoCloseable {
    private static final long LOOK_MILLIS = 2_000;

    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread made = new Thread(task, "althing-certificates");
        made.setDaemon(true);
        return made;
    });
    private final Executor executor;
    private final Supplier<MosquittoConf> conf;
    private final Runnable renew;
    private List<String> used;
    private List<String> seen;

    /** @param executor where {@code renew} and everything here runs */
    CertificateWatch(Executor executor, Supplier<MosquittoConf> conf, Runnable renew) {
        this.executor = executor;
        this.conf = conf;
        this.renew = renew;
        used = look();
        seen = used;
        clock.scheduleWithFixedDelay(
                () -> executor.execute(this::compare), LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void compare() {
        List<String> now = look();
        boolean settled = now.equals(seen);
        seen = now;
        if (settled && !now.equals(used)) {
            used = now;
            renew.run();
        }
    }

    private List<String> look() {
        List<String> found = new ArrayList<>();
        for (ListenerConfig listener : conf.get().broker().listeners()) {
            TlsSettings tls = listener.tls();
            if (tls != null) {
                add(found, tls.certificateFile());
                add(found, tls.keyFile());
                add(found, tls.caFile());
                add(found, tls.caFolder());
                add(found, tls.revocationFile());
            }
        }
        return found;
    }

    private static void add(List<String> found, @Nullable Path path) {
        if (path == null) {
            return;
        }
        try {
            Path file = path.toRealPath();
            found.add(file + " " + Files.getLastModifiedTime(file) + " " + Files.size(file));
        } catch (IOException e) {
            found.add(path + " is not there");
        }
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
