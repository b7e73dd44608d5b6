package org.althing.benchmark;

import java.util.concurrent.TimeUnit;
import org.althing.broker.Counters;
import org.althing.broker.StateStore;
import org.althing.broker.routing.ChangeLog;
import org.althing.broker.routing.Deadlines;
import org.althing.broker.routing.Partitions;
import org.althing.broker.routing.Peers;
import org.althing.broker.routing.RoutedMessage;
import org.althing.broker.routing.Router;
import org.althing.broker.routing.Subscription;
import org.althing.broker.routing.TopicTree;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Qos;
import org.althing.net.EventLoop;
import org.althing.net.memory.MemoryEngine;
import org.althing.net.memory.VirtualTime;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/** Who gets a message on one of very many topics: three subscribers each. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RoutingBenchmark {
    private static final int TOPICS = 100;

    /** Topics in the tree, three filters each. */
    @Param({"100", "33334"})
    public int topics = 100;

    /** Topics of which the router remembers who gets their messages. */
    @Param({"64", "65536"})
    public int kept = 65_536;

    private final TopicTree tree = new TopicTree();
    private final Router router = router();
    private Wild ofTree = new Wild(0, tree::add);
    private Wild ofRouter = new Wild(0, tree::add);

    private Router router() {
        VirtualTime time = new VirtualTime(1);
        EventLoop loop = new MemoryEngine(time).newLoop("loop");
        Counters counters = new Counters();
        ChangeLog changes =
                new ChangeLog(StateStore.none(), Partitions.ALL, loop, counters.memory, (level, line) -> {});
        return new Router(changes, new Deadlines(loop), counters, new Peers(Partitions.ALL, changes, loop), kept);
    }

    /** Fills the tree. */
    @Setup
    public void setUp() {
        ofTree = new Wild(topics, tree::add);
        ofRouter = new Wild(topics, router::subscribe);
    }

    /** All subscriptions that match, by a walk through the tree. */
    @Benchmark
    @OperationsPerInvocation(TOPICS)
    public void match(Blackhole hole) {
        for (int i = 0; i < TOPICS; i++) {
            tree.match(ofTree.next(), hole::consume);
        }
    }

    /** A message to all of them. */
    @Benchmark
    @OperationsPerInvocation(TOPICS)
    public long publish() {
        for (int i = 0; i < TOPICS; i++) {
            router.publish(RoutedMessage.ofBroker(
                    new ApplicationMessage(ofRouter.next(), Bytes.EMPTY, Qos.AT_MOST_ONCE, false, Properties.NONE)));
        }
        return ofRouter.delivered();
    }

    /** One subscription comes and goes again. */
    @Benchmark
    public boolean subscribeAndUnsubscribe() {
        Subscription passing = ofTree.subscription("plant/1/2/3/passing", 0);
        tree.add(passing);
        return tree.remove(passing);
    }
}
