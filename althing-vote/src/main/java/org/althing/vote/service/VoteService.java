package org.althing.vote.service;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.althing.client.ClientOptions;
import org.althing.journal.CommitterThread;
import org.althing.journal.Disk;
import org.althing.journal.Journal;
import org.althing.net.EventLoop;
import org.althing.net.HttpHandler;
import org.althing.net.NetEngine;
import org.althing.net.NetEngine.Listening;
import org.althing.net.Worker;
import org.althing.vote.BallotBox;
import org.althing.vote.LogExport;
import org.althing.vote.Poll;
import org.althing.vote.ResultsBoard;
import org.althing.vote.Role;
import org.althing.vote.Roles;
import org.althing.vote.mqtt.BrokerCarrier;
import org.althing.vote.mqtt.ClientCarrier;
import org.althing.vote.mqtt.VoteTopics;
import org.althing.vote.sql.LiveMirror;
import org.althing.vote.tcp.TcpDoor;
import org.althing.vote.web.WebDoor;
import org.jspecify.annotations.Nullable;

/**
 * One ballot box with as many doors as wanted, on one loop of the engine given.
 *
 * <pre>{@code
 * VoteService vote = VoteService.open(VoteFolder.of(data), engine, Worker.virtualThreads());
 * vote.ensureOpened(Poll.heure());
 * vote.listen(new InetSocketAddress("127.0.0.1", 32000), TcpDoor.Options.defaults());
 * BrokerCarrier ballots = vote.behindBroker(false);
 * Broker broker = Broker.builder(config, engine).intercept(ballots).start();
 * ballots.attach(broker::publish);
 * ...
 * vote.close();       // before the broker and the engine
 * }</pre>
 *
 * The classes of a door that is not opened are not loaded.
 */
public final class VoteService implements AutoCloseable {
    private static final long CLOSE_SECONDS = 10;

    private final NetEngine engine;
    private final EventLoop loop;
    private final Disk disk;
    private final CommitterThread committer;
    private final BallotBox box;
    private final ResultsBoard board;
    private final Roles roles;
    private final RandomGenerator random = new SecureRandom();
    /** What to end, the last one first. */
    private final Deque<AutoCloseable> doors = new ArrayDeque<>();

    private final Path folder;
    private final Worker worker;
    private @Nullable LiveMirror mirror;

    private VoteService(NetEngine engine, Path folder, Disk disk, CommitterThread committer, Worker worker)
            throws IOException {
        Tokens tokens = Tokens.ofFolder(folder, new SecureRandom());
        this.folder = folder;
        this.worker = worker;
        this.engine = engine;
        this.disk = disk;
        this.committer = committer;
        loop = engine.newLoop("althing-vote");
        box = BallotBox.open(
                replay -> Journal.open(disk, Journal.Options.defaults(), committer, replay),
                disk,
                random,
                loop,
                worker);
        board = new ResultsBoard(box);
        roles = tokens.roles(random, loop.clock());
    }

    /**
     * Opens the ballot box of the folder, which is made if it does not exist.
     *
     * @throws IOException if another process serves it, its log is damaged, or it cannot be read or written
     */
    public static VoteService open(Path folder, NetEngine engine, Worker worker) throws IOException {
        Disk disk = Disk.folder(folder);
        CommitterThread committer = Journal.committerThread("althing-vote-committer");
        try {
            return new VoteService(engine, folder, disk, committer, worker);
        } catch (IOException | RuntimeException failure) {
            committer.close();
            disk.close();
            throw failure;
        }
    }

    public BallotBox box() {
        return box;
    }

    public ResultsBoard board() {
        return board;
    }

    public EventLoop loop() {
        return loop;
    }

    /**
     * Makes sure that the poll exists; a new one is opened.
     *
     * @throws IOException if that cannot be written
     */
    public void ensureOpened(Poll poll) throws IOException {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        loop.execute(() -> box.ensureOpened(poll, done::complete));
        if (!await(done)) {
            throw new IOException("poll " + poll.id() + " cannot be written to the ballot log");
        }
    }

    /**
     * Opens the TCP door.
     *
     * @throws IOException if the address cannot be bound
     */
    public Listening listen(SocketAddress address, TcpDoor.Options options) throws IOException {
        TcpDoor door = onLoop(() -> new TcpDoor(box, board, roles, options));
        Listening listening = engine.listen(address, loop, door);
        doors.push(() -> {
            listening.close();
            onLoop(() -> {
                door.close();
                return true;
            });
        });
        return listening;
    }

    /**
     * Opens the MQTT door behind a broker of this program; {@link BrokerCarrier#attach} completes it.
     *
     * @param usersAreProven whether the broker checks user names
     */
    public BrokerCarrier behindBroker(boolean usersAreProven) throws IOException {
        return onLoop(
                () -> new BrokerCarrier(box, board, roles, new VoteTopics(VoteTopics.DEFAULT_ROOT), usersAreProven));
    }

    /**
     * Opens the MQTT door as a plain client of any broker, and connects.
     *
     * @param topicsProveUsers whether the broker lets each user publish to the ballot topic of that name only
     * @throws org.althing.client.ConnectFailedException if the broker does not answer or refuses
     */
    public void joinBroker(VoteTopics topics, boolean topicsProveUsers, Consumer<ClientOptions> options)
            throws IOException {
        ClientCarrier carrier = onLoop(() -> new ClientCarrier(box, board, roles, topics, topicsProveUsers, options));
        doors.push(carrier);
        carrier.connect();
    }

    /**
     * Opens the web door: what answers the pages, on any loop.
     *
     * @param address tells where others reach the pages, such as {@code http://192.168.1.5:8080}; null where nobody knows
     * @param isEncrypted whether they are served over TLS only
     */
    public HttpHandler webDoor(Supplier<@Nullable String> address, boolean isEncrypted) {
        return new WebDoor(
                box, roles, random, new WebDoor.Place(address, isEncrypted, () -> LogExport.of(folder), worker));
    }

    /** Keeps a copy of what is public in this SQLite file from now on, a second behind. */
    public void mirror(Path file) throws IOException {
        mirror = onLoop(() -> new LiveMirror(box, folder, file, worker));
    }

    /** The secret of a link that makes whoever opens it first organiser or presenter; works once, within a day. */
    public String newLink(Role role) throws IOException {
        return onLoop(() -> roles.newLink(role));
    }

    /** Closes the doors, then the box: ballots handed in are committed and answered. Blocks. */
    @Override
    public void close() {
        try (disk;
                committer) {
            while (!doors.isEmpty()) {
                doors.pop().close();
            }
            LiveMirror copy = mirror;
            if (copy != null) {
                loop.execute(copy::end);
            }
            CompletableFuture<@Nullable Throwable> closed = new CompletableFuture<>();
            loop.execute(() -> box.close((_, failure) -> closed.complete(failure)));
            closed.get(CLOSE_SECONDS, TimeUnit.SECONDS);
            if (copy != null) {
                copy.finish();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            System.getLogger(VoteService.class.getName())
                    .log(System.Logger.Level.WARNING, "the vote did not end cleanly: " + e.getMessage());
        }
    }

    private <T> T onLoop(Supplier<T> task) throws IOException {
        CompletableFuture<T> done = new CompletableFuture<>();
        loop.execute(() -> {
            try {
                done.complete(task.get());
            } catch (RuntimeException e) {
                done.completeExceptionally(e);
            }
        });
        return await(done);
    }

    private static <T> T await(CompletableFuture<T> done) throws IOException {
        try {
            return done.get(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        } catch (TimeoutException e) {
            throw new IOException("the vote's loop does not answer");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException failure
                    ? failure
                    : new UncheckedIOException(new IOException(e));
        }
    }
}
