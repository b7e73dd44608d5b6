package org.althing.vote.tcp;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.althing.net.Acceptor;
import org.althing.net.Transport;
import org.althing.net.TransportListener;
import org.althing.net.tls.TlsPort;
import org.althing.vote.BallotBox;
import org.althing.vote.Language;
import org.althing.vote.Poll;
import org.althing.vote.Refusal;
import org.althing.vote.Results;
import org.althing.vote.ResultsBoard;
import org.althing.vote.Roles;
import org.jspecify.annotations.Nullable;

/**
 * The TCP door: takes connections, up to a limit, and shows the counts to those that watch. Runs on the box's loop, on
 * which it must also be listening.
 *
 * <h2>One connection too many</h2>
 *
 * is told so in the form it speaks, which is known only after its first line. So it waits in a lobby for that line, at
 * most a second, gets {@code ERR busy} or the French sentence, and is closed. Where the lobby is full too, it gets
 * {@code ERR busy} at once. Nobody meets silence.
 */
public final class TcpDoor implements Acceptor {
    /** Connections that wait in the lobby for their refusal. */
    static final int LOBBY_MAX = 256;

    /**
     * What can be set.
     *
     * @param connectionsMax connections served at the same time
     * @param labPoll the poll of the lab's form, which names none
     * @param webAddress the ballot page, told to browsers that come to this port; null where there is none
     * @param tls for connections that begin with a handshake; null where there is none
     * @param labAnonymous whether a line that is a choice alone is a vote of the address that it comes from
     * @param labBinary whether {@link LabBinary} is understood
     */
    public record Options(
            int connectionsMax,
            String labPoll,
            @Nullable String webAddress,
            @Nullable Tls tls,
            boolean labAnonymous,
            boolean labBinary) {
        /** 10,000 connections, the poll {@code heure}, no page. */
        public static Options defaults() {
            return new Options(10_000, "heure", null, null, false, false);
        }

        public Options withConnectionsMax(int max) {
            return new Options(max, labPoll, webAddress, tls, labAnonymous, labBinary);
        }

        public Options withWebAddress(@Nullable String address) {
            return new Options(connectionsMax, labPoll, address, tls, labAnonymous, labBinary);
        }

        public Options withTls(@Nullable Tls with) {
            return new Options(connectionsMax, labPoll, webAddress, with, labAnonymous, labBinary);
        }

        public Options withLab(boolean anonymous, boolean binary) {
            return new Options(connectionsMax, labPoll, webAddress, tls, anonymous, binary);
        }

        public Options withLabPoll(String poll) {
            return new Options(connectionsMax, poll, webAddress, tls, labAnonymous, labBinary);
        }
    }

    private final BallotBox box;
    private final Roles roles;
    private final Options options;
    private final Set<LineConnection> connections = new LinkedHashSet<>();
    private final Map<String, Set<LineConnection>> watchers = new HashMap<>();
    /** What stands before {@link #serve}: nothing, or TLS for those who begin with it. */
    private final Acceptor front;

    private int served;
    private int inLobby;

    /** Runs on the box's loop. */
    public TcpDoor(BallotBox box, ResultsBoard board, Roles roles, Options options) {
        this.box = box;
        this.roles = roles;
        this.options = options;
        Tls tls = options.tls;
        front = tls == null ? this::serve : TlsPort.orPlain(tls::newEngine, tls.worker(), this::serve);
        board.onResults(this::onResults);
    }

    @Override
    public TransportListener accept(Transport transport) {
        return front.accept(transport);
    }

    private TransportListener serve(Transport transport) {
        boolean hasRoom = served < options.connectionsMax;
        if (!hasRoom && inLobby >= LOBBY_MAX) {
            transport.write(ByteBuffer.wrap(
                    (Answers.refused(Refusal.BUSY, Language.FRENCH) + "\n").getBytes(StandardCharsets.UTF_8)));
            transport.close();
            return new TurnedAway();
        }
        if (hasRoom) {
            served++;
        } else {
            inLobby++;
        }
        LineConnection connection = new LineConnection(this, transport, !hasRoom);
        connections.add(connection);
        return connection;
    }

    /** Closes all connections, after the answers that are known. */
    public void close() {
        List.copyOf(connections).forEach(LineConnection::close);
    }

    BallotBox box() {
        return box;
    }

    Roles roles() {
        return roles;
    }

    Options options() {
        return options;
    }

    @Nullable
    Poll labPoll() {
        return box.poll(options.labPoll);
    }

    void watch(String poll, LineConnection watcher) {
        watchers.computeIfAbsent(poll, _ -> new LinkedHashSet<>()).add(watcher);
    }

    void onClosed(LineConnection connection, boolean wasInLobby) {
        connections.remove(connection);
        watchers.values().forEach(set -> set.remove(connection));
        if (wasInLobby) {
            inLobby--;
        } else {
            served--;
        }
    }

    private void onResults(Results results) {
        Set<LineConnection> watching = watchers.get(results.poll());
        if (watching != null) {
            new ArrayList<>(watching).forEach(connection -> connection.show(results));
        }
    }

    /** Listens to a transport that is closed already. */
    private static final class TurnedAway implements TransportListener {
        @Override
        public void onBytes(ByteBuffer bytes) {
            bytes.position(bytes.limit());
        }

        @Override
        public void onClosed(@Nullable Throwable cause) {
            // It was never counted.
        }
    }
}
