package org.althing.simulation;

import static org.althing.simulation.Mutation.answers;
import static org.althing.simulation.Mutation.leavesOut;
import static org.althing.simulation.Mutation.nothingIsDoneBy;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each of these mistakes in the broker must be found by the simulation, soon. */
class MutationSimulation {
    /** {@code -Dmistake=WORDS}: only mistakes that are called so. */
    private static final String ONLY = System.getProperty("mistake", "");

    private static final int SEEDS_MAX = 200;
    /** What happens between two shards at the wrong moment happens less often. */
    private static final int SEEDS_OF_SEVERAL_SHARDS_MAX = 1500;

    static Stream<Mutation> durability() {
        return Stream.of(
                leavesOut("no fsync", "journal.SegmentWriter", "sync", "DiskFile", "sync"),
                answers("acknowledged before the commit", "broker.routing.ChangeLog", "isCommitted", 1),
                leavesOut("compaction drops live records", "journal.Compactor", "copy", "LiveRecords", "isLive"),
                leavesOut(
                        "queued messages are not stored",
                        "broker.session.OutgoingQueue",
                        "add",
                        "SessionChanges",
                        "append"),
                nothingIsDoneBy("what is in flight is not stored", "broker.session.OutboundFlow", "recordInflight"),
                leavesOut(
                        "what is done stays stored as in flight",
                        "broker.session.OutboundFlow",
                        "finish",
                        "SessionChanges",
                        "append"),
                leavesOut(
                        "what is taken from the queue stays stored",
                        "broker.session.OutgoingQueue",
                        "onRemoved",
                        "SessionChanges",
                        "append"),
                leavesOut(
                        "received identifiers are not stored",
                        "broker.session.InboundFlow",
                        "hold",
                        "SessionChanges",
                        "append"),
                leavesOut(
                        "released identifiers stay stored",
                        "broker.session.InboundFlow",
                        "release",
                        "SessionChanges",
                        "append"),
                leavesOut(
                        "subscriptions are not stored",
                        "broker.session.Subscriptions",
                        "subscribe",
                        "SessionChanges",
                        "append"),
                leavesOut(
                        "unsubscribed filters stay stored",
                        "broker.session.Subscriptions",
                        "unsubscribe",
                        "SessionChanges",
                        "append"),
                leavesOut(
                        "ended sessions stay stored",
                        "broker.session.Session",
                        "end",
                        "SessionChanges",
                        "appendAnyway"),
                leavesOut(
                        "an ended session comes back", "broker.session.SessionRegistry", "begin", "Session", "standOn"),
                leavesOut(
                        "cleared retained messages stay stored",
                        "broker.routing.RetainedReplica",
                        "apply",
                        "ChangeLog",
                        "append"),
                leavesOut(
                        "what is queued is dropped too soon",
                        "broker.session.OutboundFlow",
                        "outgoing",
                        "SessionChanges",
                        "hold"),
                leavesOut(
                        "a session that ends does not drop its messages",
                        "broker.session.OutboundFlow",
                        "end",
                        "SessionChanges",
                        "release"),
                leavesOut(
                        "a will that is to be decided is not stored",
                        "broker.session.UndecidedWills",
                        "ask",
                        "ChangeLog",
                        "append"),
                nothingIsDoneBy(
                        "wills that were to be decided are forgotten", "broker.session.UndecidedWills", "restore"),
                nothingIsDoneBy("messages are never dropped", "broker.routing.ChangeLog", "release"));
    }

    static Stream<Mutation> delivery() {
        return Stream.of(
                leavesOut(
                        "QoS 2 repeats are taken again",
                        "broker.session.PublishIntake",
                        "onPublish",
                        "InboundFlow",
                        "get"),
                leavesOut(
                        "QoS 2 releases are taken again",
                        "broker.session.PublishIntake",
                        "onPubRel",
                        "InboundFlow",
                        "release"),
                leavesOut("what is queued is not sent", "broker.session.OutboundFlow", "open", "OutboundFlow", "pump"),
                leavesOut(
                        "an unsubscription is forgotten",
                        "broker.session.Subscriptions",
                        "drop",
                        "Router",
                        "unsubscribe"),
                new Mutation(
                        "two acknowledgements change places",
                        "broker.connection.HeldPackets",
                        "add",
                        new Mutation.Change.CallInstead("ArrayDeque", "add", "offerFirst")),
                new Mutation(
                        "two messages change places",
                        "broker.session.OutgoingQueue",
                        "addFar",
                        new Mutation.Change.CallInstead("ArrayDeque", "addLast", "addFirst")),
                answers("contents are dropped before the commit", "broker.routing.StoredContents", "isSafe", 1),
                leavesOut(
                        "nobody is told that a content was read back",
                        "broker.routing.StoredContents",
                        "onRead",
                        "List",
                        "forEach"),
                answers("no session is resumed", "broker.session.ConnectRequest", "cleanStart", 1),
                leavesOut(
                        "retained messages are not cleared",
                        "broker.routing.RetainedReplica",
                        "apply",
                        "RetainedMessages",
                        "remove"),
                answers("the receive maximum is ignored", "broker.session.ConnectRequest", "receiveMaximum", 0xFFFF),
                answers("an identifier is used again in flight", "broker.session.OutboundFlow", "freeIdentifier", 1),
                nothingIsDoneBy("wills are lost", "broker.session.Session", "publishWill"),
                leavesOut(
                        "wills are published after DISCONNECT",
                        "broker.session.SessionRegistry",
                        "disconnected",
                        "Session",
                        "takeWill"),
                answers("No Local is ignored", "broker.session.Subscriptions", "isOwn", 0));
    }

    static Stream<Mutation> timeAndCounting() {
        return Stream.of(
                nothingIsDoneBy("sessions never expire", "broker.session.SessionRegistry", "onExpired"),
                answers("messages never expire", "broker.routing.RoutedMessage", "hasExpired", 0),
                answers("delayed wills are published at once", "mqtt.Will", "delaySeconds", 0),
                leavesOut(
                        "Retain As Published is ignored",
                        "broker.routing.Interest",
                        "add",
                        "SubscriptionOptions",
                        "retainAsPublished"),
                nothingIsDoneBy(
                        "retained messages do not come with a subscription",
                        "broker.session.Subscriptions",
                        "collectRetained"),
                leavesOut(
                        "a share group loses what a member gives back",
                        "broker.routing.ShareGroup",
                        "onGivenBack",
                        "ShareTurns",
                        "onGivenBack"),
                leavesOut(
                        "what a share group has in the journal is not read back",
                        "broker.routing.GroupQueue",
                        "readAhead",
                        "ShareGroup",
                        "bringBack"),
                leavesOut("what cannot be saved is not tried again", "journal.Journal", "degrade", "Timer", "after"),
                leavesOut(
                        "packets are larger than the client takes",
                        "broker.connection.Codecs",
                        "encoder",
                        "PacketEncoder",
                        "packetSizeMax"),
                leavesOut(
                        "a topic alias is not remembered",
                        "broker.connection.TopicsByAlias",
                        "resolve",
                        "TopicsByAlias",
                        "remember"),
                new Mutation(
                        "keep alive goes by the wall clock",
                        "broker.connection.KeepAlive",
                        Mutation.ALL,
                        new Mutation.Change.Scaled("Clock", "nanos", "wallMillis", 1_000_000)),
                nothingIsDoneBy("nobody is missed", "broker.connection.KeepAlive", "run"),
                answers("a queue is full too soon", "broker.session.OutgoingQueue", "fits", 0),
                leavesOut(
                        "what a full queue drops has no fate",
                        "broker.session.OutgoingQueue",
                        "hasPlace",
                        "Account",
                        "settled"),
                leavesOut("a message has two fates", "broker.Ledger$Account", "settled", "Counter", "decrement"));
    }

    static Stream<Mutation> all() {
        return Stream.of(durability(), delivery(), timeAndCounting())
                .flatMap(mutations -> mutations)
                .filter(mutation -> mutation.mistake().contains(ONLY));
    }

    static Stream<Mutation> betweenShards() {
        return Stream.of(
                new Mutation(
                        "what is released is not handed over",
                        "broker.session.PublishIntake",
                        "routeUnlessExpired",
                        new Mutation.Change.CallInstead("Router", "publishForGood", "publish")),
                new Mutation(
                        "wills are not handed over",
                        "broker.session.PublishIntake",
                        "onWill",
                        new Mutation.Change.CallInstead("Router", "publishForGood", "publish")),
                leavesOut(
                        "what was handed over is not delivered after a start",
                        "broker.routing.Router",
                        "finish",
                        "Interest",
                        "deliver"),
                nothingIsDoneBy(
                        "what is to be handed over stays with shards that are no more",
                        "broker.session.Spreading",
                        "spreadHandOvers"),
                leavesOut(
                        "what was handed over stays to be handed over",
                        "broker.routing.Router",
                        "onPublished",
                        "ChangeLog",
                        "append"));
    }

    @ParameterizedTest
    @MethodSource("all")
    void the_simulation_finds(Mutation mutation) {
        find(mutation, 1);
    }

    @ParameterizedTest
    @MethodSource("betweenShards")
    void the_simulation_of_several_shards_finds(Mutation mutation) {
        find(mutation, 3);
    }

    static void find(Mutation mutation, int shards) {
        Mutant mutant = new Mutant(mutation);
        int seeds = shards == 1 ? SEEDS_MAX : SEEDS_OF_SEVERAL_SHARDS_MAX;
        for (long seed = 1; seed <= seeds; seed++) {
            String found = mutant.run(seed, shards);
            if (found != null) {
                System.out.println(mutation + ": " + found);
                return;
            }
        }
        fail("nobody notices: " + mutation);
    }
}
