package org.althing.broker.routing;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.althing.net.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * The other shards, as one shard sees them. Runs on the owning shard.
 *
 * <h2>Order</h2>
 *
 * <p>What is said in one turn leaves as one batch for each receiver, at the end of the turn and after the turn's changes
 * have gone to the journal: whatever another shard makes of it is behind them there, so that every beginning of the
 * journal is a state that the broker really had. Batches of one sender arrive in their order. Answers leave after
 * everything else of their turn: who has the answers of all shards knows that what they said before is on its way too.
 *
 * <pre>
 *   post ──► outbox ──turn end──► batch ──────► onBatch: handler, changes ──journal──┐
 *     │                                                                              │
 *   a point of the ChangeLog, safe when  ◄──────── onAnswer(applied, durable) ◄──────┘
 * </pre>
 *
 * <h2>Answers</h2>
 *
 * <p>{@link #post} makes a point in the {@link ChangeLog}, which is safe when the receiver has applied the message and its
 * own changes for it are durable. So whoever acknowledges something waits for the log as always, and knows nothing of
 * shards. An answer waits for the journal only, never for other answers: shards cannot wait for each other in a circle.
 *
 * <h2>Bounds</h2>
 *
 * <p>A shard that publishes faster than another one takes is {@linkplain #isCongested congested}, and then reads no more
 * from those who publish. A receiver always takes what has arrived, whatever it waits for itself.
 */
public final class Peers {
    /** What may be under way to one shard before publishers are made to wait: bytes of payload and some for each message. */
    static final long BACKLOG_BYTES_MAX = 8 << 20;

    private static final int MESSAGE_BYTES = 128;

    /** The way to one other shard; both methods run there later, in the order of the calls. */
    public interface Link {
        void send(PeerBatch batch);

        /** See {@link Peers#onAnswer}. */
        void answer(int from, long applied, long durable);
    }

    /** Takes what others say. */
    @FunctionalInterface
    public interface Handler {
        void onMessage(int from, PeerMessage message);
    }

    /** What goes to one shard, and what is not answered yet. */
    private static final class Outbox {
        private @Nullable List<PeerMessage> messages;
        private long firstPoint = NO_POINT;
        private long bytes;
        private long sent;
        private long backlogBytes;
        private final ArrayDeque<Unanswered> unanswered = new ArrayDeque<>();
        private final ArrayDeque<Unanswered> unapplied = new ArrayDeque<>();

        /** The first point that this shard has not confirmed. */
        private long owed() {
            for (Unanswered batch : unanswered) {
                if (batch.firstPoint != NO_POINT) {
                    return batch.firstPoint;
                }
            }
            return firstPoint;
        }
    }

    private record Unanswered(long number, long firstPoint, long bytes) {}

    /** What came from one shard, and how far it was told. */
    private static final class Inbox {
        private long applied;
        private long durable;
        private boolean answerDue;
        private final ArrayDeque<Undurable> undurable = new ArrayDeque<>();
    }

    private record Undurable(long number, long change) {}

    private static final long NO_POINT = Long.MAX_VALUE;

    private final Partitions partitions;
    private final ChangeLog changes;
    private final EventLoop loop;
    private final Outbox[] outboxes;
    private final Inbox[] inboxes;
    private final Runnable flush = this::flush;
    private final Runnable afterCommit = this::afterCommit;
    private List<Link> links = List.of();
    private @Nullable Handler handler;
    private boolean flushAsked;
    private boolean commitAwaited;
    private int congested;
    private List<Runnable> waitingForRoom = new ArrayList<>();
    private long batches;

    public Peers(Partitions partitions, ChangeLog changes, EventLoop loop) {
        this.partitions = partitions;
        this.changes = changes;
        this.loop = loop;
        outboxes = new Outbox[partitions.shards()];
        inboxes = new Inbox[partitions.shards()];
        for (int shard = 0; shard < partitions.shards(); shard++) {
            outboxes[shard] = new Outbox();
            inboxes[shard] = new Inbox();
        }
    }

    /**
     * Says how the others are reached, and who takes what they say; before anything is posted or arrives.
     *
     * @param ways by shard; the own one is not used
     */
    public void connect(List<? extends Link> ways, Handler to) {
        links = List.copyOf(ways);
        handler = to;
    }

    /** Which shard this is, and who owns what. */
    public Partitions partitions() {
        return partitions;
    }

    /** Whether there are others at all. */
    public boolean exist() {
        return outboxes.length > 1;
    }

    /** All others, as bits. */
    long all() {
        return (-1L >>> (64 - outboxes.length)) & ~(1L << partitions.shard());
    }

    /** Says it at the end of the turn; the last change of the {@link ChangeLog} stands for the answer. */
    public void post(int shard, PeerMessage message) {
        Outbox outbox = add(shard, message);
        long point = changes.point();
        if (outbox.firstPoint == NO_POINT) {
            outbox.firstPoint = point;
            bound();
        }
    }

    /** Says it at the end of the turn; nobody waits for the answer. */
    public void tell(int shard, PeerMessage message) {
        add(shard, message);
    }

    /** {@link #post} to all others. */
    public void postToAll(PeerMessage message) {
        for (int shard = 0; shard < outboxes.length; shard++) {
            if (shard != partitions.shard()) {
                post(shard, message);
            }
        }
    }

    /** {@link #tell} to all others. */
    public void tellAll(PeerMessage message) {
        for (int shard = 0; shard < outboxes.length; shard++) {
            if (shard != partitions.shard()) {
                tell(shard, message);
            }
        }
    }

    private Outbox add(int shard, PeerMessage message) {
        assert shard != partitions.shard() : "a shard has no messages for itself";
        Outbox outbox = outboxes[shard];
        List<PeerMessage> messages = outbox.messages;
        if (messages == null) {
            messages = new ArrayList<>();
            outbox.messages = messages;
        }
        messages.add(message);
        int bytes = MESSAGE_BYTES + payloadLength(message);
        boolean before = outbox.backlogBytes > BACKLOG_BYTES_MAX;
        outbox.bytes += bytes;
        outbox.backlogBytes += bytes;
        if (!before && outbox.backlogBytes > BACKLOG_BYTES_MAX) {
            congested++;
        }
        askFlush();
        return outbox;
    }

    private static int payloadLength(PeerMessage message) {
        int length = 0;
        if (message instanceof PeerMessage.Published published) {
            length = published.message().payload().length();
        } else if (message instanceof PeerMessage.GroupLend lend) {
            length = lend.sent().message().payload().length();
        } else if (message instanceof PeerMessage.GroupSend send) {
            length = send.sent().message().payload().length();
        }
        return length;
    }

    private void askFlush() {
        if (!flushAsked) {
            flushAsked = true;
            loop.atTurnEnd(flush);
        }
    }

    private void flush() {
        flushAsked = false;
        changes.handOver();
        for (int shard = 0; shard < outboxes.length; shard++) {
            Outbox outbox = outboxes[shard];
            List<PeerMessage> messages = outbox.messages;
            if (messages != null) {
                outbox.sent++;
                batches++;
                Unanswered batch = new Unanswered(outbox.sent, outbox.firstPoint, outbox.bytes);
                outbox.unanswered.add(batch);
                outbox.unapplied.add(batch);
                outbox.messages = null;
                outbox.firstPoint = NO_POINT;
                outbox.bytes = 0;
                links.get(shard).send(new PeerBatch(partitions.shard(), outbox.sent, messages));
            }
        }
        for (int shard = 0; shard < inboxes.length; shard++) {
            Inbox inbox = inboxes[shard];
            if (inbox.answerDue) {
                inbox.answerDue = false;
                links.get(shard).answer(partitions.shard(), inbox.applied, inbox.durable);
            }
        }
    }

    // ---- what others say

    /** Applies what another shard has said, and answers. */
    public void onBatch(PeerBatch batch) {
        Handler to = handler;
        if (to == null) {
            throw new IllegalStateException("not connected");
        }
        Inbox inbox = inboxes[batch.from()];
        assert batch.number() == inbox.applied + 1 : batch.number() + " after " + inbox.applied;
        batches++;
        long before = changes.last();
        for (PeerMessage message : batch.messages()) {
            to.onMessage(batch.from(), message);
        }
        inbox.applied = batch.number();
        inbox.undurable.add(
                new Undurable(batch.number(), changes.last() == before ? ChangeLog.NOTHING : changes.last()));
        inbox.answerDue = true;
        advance(inbox);
        if (!inbox.undurable.isEmpty()) {
            awaitCommit();
        }
        askFlush();
    }

    private void advance(Inbox inbox) {
        for (Undurable first = inbox.undurable.peek(); first != null; first = inbox.undurable.peek()) {
            if (!changes.isJournaled(first.change())) {
                return;
            }
            inbox.undurable.remove();
            inbox.durable = first.number();
            inbox.answerDue = true;
        }
    }

    private void awaitCommit() {
        if (!commitAwaited) {
            commitAwaited = true;
            changes.afterCommit(afterCommit);
        }
    }

    private void afterCommit() {
        commitAwaited = false;
        boolean waits = false;
        for (Inbox inbox : inboxes) {
            advance(inbox);
            waits |= !inbox.undurable.isEmpty();
            if (inbox.answerDue) {
                askFlush();
            }
        }
        if (waits) {
            awaitCommit();
        }
    }

    /**
     * Another shard has answered.
     *
     * @param applied number of the last batch that it has applied
     * @param durable number of the last batch whose changes there are durable, as are those of all before it
     */
    public void onAnswer(int from, long applied, long durable) {
        Outbox outbox = outboxes[from];
        boolean before = outbox.backlogBytes > BACKLOG_BYTES_MAX;
        while (outbox.unapplied.peek() instanceof Unanswered first && first.number() <= applied) {
            outbox.unapplied.remove();
            outbox.backlogBytes -= first.bytes();
        }
        while (outbox.unanswered.peek() instanceof Unanswered first && first.number() <= durable) {
            outbox.unanswered.remove();
        }
        bound();
        if (before && outbox.backlogBytes <= BACKLOG_BYTES_MAX) {
            congested--;
            if (congested == 0) {
                List<Runnable> told = waitingForRoom;
                waitingForRoom = new ArrayList<>();
                told.forEach(Runnable::run);
            }
        }
    }

    private void bound() {
        long owed = NO_POINT;
        for (Outbox outbox : outboxes) {
            owed = Math.min(owed, outbox.owed());
        }
        changes.owedByPeers(owed);
    }

    // ---- bounds

    /** Whether so much is under way to another shard that publishers should wait. */
    public boolean isCongested() {
        return congested > 0;
    }

    /** Runs the task once, when there is no congestion any more. */
    public void whenUncongested(Runnable task) {
        waitingForRoom.add(task);
    }

    /** Batches sent and received so far: who sees no more of them than before, everywhere, knows that all is quiet. */
    public long batches() {
        return batches;
    }
}
