package org.althing.fuzz;

import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.althing.broker.Broker;
import org.althing.broker.BrokerConfig;
import org.althing.broker.BrokerLog;
import org.althing.broker.ListenerConfig;
import org.althing.mqtt.ControlPacket.PubRec;
import org.althing.mqtt.ControlPacket.PubRel;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.ControlPacket.Subscribe;
import org.althing.mqtt.Properties;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.codec.PacketDecoder.Sender;
import org.althing.net.memory.MemoryAddress;
import org.althing.net.memory.MemoryEngine;
import org.althing.net.memory.MemoryPeer;
import org.althing.net.memory.VirtualTime;

/**
 * A whole broker in memory, and two connections that send anything: nothing is thrown, the loop comes to rest, a good
 * client is served all the while, and when everybody is gone nothing of them is left but sessions that were asked for.
 *
 * <p>Input: pieces of one byte that says who sends and what else happens, one byte for the length, and the bytes.
 */
public final class BrokerFuzzer {
    private static final int PEERS = 2;
    private static final int CUT = 2;
    private static final int TIME = 4;
    private static final int AGAIN = 8;
    private static final SocketAddress ADDRESS = MemoryAddress.named("broker");

    private BrokerFuzzer() {}

    public static void fuzzerTestOneInput(byte[] data) {
        fuzz(data, 1);
    }

    static void fuzz(byte[] data, int shards) {
        List<String> errors = new ArrayList<>();
        VirtualTime time = new VirtualTime(1);
        try (MemoryEngine engine = new MemoryEngine(time)) {
            Broker broker = broker(engine, time, errors, shards);
            MemoryPeer[] peers = {engine.peer(ADDRESS), engine.peer(ADDRESS)};
            Choices choices = new Choices(data);
            while (!choices.isEmpty()) {
                int what = choices.oneByte();
                int who = what % PEERS;
                if ((what & AGAIN) != 0 && peers[who].isEnded()) {
                    peers[who] = engine.peer(ADDRESS);
                }
                peers[who].send(choices.bytes(0xFF));
                if ((what & CUT) != 0) {
                    peers[who].transport().abort();
                }
                if ((what & TIME) != 0) {
                    time.runFor(Duration.ofSeconds(1));
                }
            }
            time.runFor(Duration.ofSeconds(1));
            served(engine, time);
            for (MemoryPeer peer : peers) {
                peer.transport().abort();
            }
            time.runFor(Duration.ofSeconds(1));
            check(broker.counters().connections.value() == 0, "connections are left");
            check(broker.counters().clientsConnected.value() == 0, "clients are left");
            check(errors.isEmpty(), errors.toString());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Broker broker(MemoryEngine engine, VirtualTime time, List<String> errors, int shards)
            throws IOException {
        Broker broker = Broker.builder(
                        BrokerConfig.builder()
                                .packetSizeMax(4_096)
                                .shards(shards)
                                .build(),
                        engine)
                .random(time.newRandom())
                .log((level, line) -> {
                    if (level == BrokerLog.Level.ERROR) {
                        errors.add(line);
                    }
                })
                .start();
        engine.listen(ADDRESS, broker.loop(), broker.acceptor(ListenerConfig.mqtt("", 1883)));
        return broker;
    }

    /** A good client gets what it publishes. */
    private static void served(MemoryEngine engine, VirtualTime time) throws IOException {
        MemoryPeer good = engine.peer(ADDRESS);
        ProtocolVersion version = ProtocolVersion.MQTT_3_1_1;
        good.send(Seeds.encode(
                version,
                Seeds.plainConnect(version, "a good client", null),
                new Subscribe(
                        1,
                        List.of(new Subscribe.Request(
                                TopicFilter.of("good/topic"), SubscriptionOptions.of(Qos.AT_MOST_ONCE))),
                        Properties.NONE),
                new Publish(
                        false, 0, 0, Seeds.message("good/topic", "served", Qos.AT_MOST_ONCE, false, Properties.NONE))));
        time.runFor(Duration.ofSeconds(1));
        String received = HexFormat.of().formatHex(good.takeReceived());
        check(received.contains(HexFormat.of().formatHex("served".getBytes())), "not served: " + received);
        good.close();
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    static List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>();
        for (ProtocolVersion version : ProtocolVersion.values()) {
            byte[] plain = piece(0, Seeds.encode(version, Seeds.plainConnect(version, "one", null)));
            byte[] rich = piece(TIME, Seeds.encode(version, Seeds.connect(version, "one")));
            byte[] takeOver = piece(1, Seeds.encode(version, Seeds.connect(version, "one")));
            seeds.add(Seeds.concat(rich, takeOver));
            Seeds.packets(Sender.CLIENT, version)
                    .forEach(packet -> seeds.add(Seeds.concat(plain, piece(TIME, Seeds.encode(version, packet)))));
            seeds.add(Seeds.concat(
                    rich,
                    piece(0, Seeds.encode(version, all("a/b/c"))),
                    piece(
                            CUT,
                            Seeds.encode(
                                    version,
                                    new Publish(
                                            false,
                                            9,
                                            0,
                                            Seeds.message("a/b/c", "x", Qos.EXACTLY_ONCE, true, Properties.NONE)),
                                    new PubRel(9, ReasonCode.SUCCESS),
                                    new PubRec(1, ReasonCode.SUCCESS))),
                    piece(AGAIN | TIME, Seeds.encode(version, Seeds.connect(version, "one")))));
        }
        return seeds;
    }

    private static Subscribe all(String filter) {
        return new Subscribe(
                1,
                List.of(new Subscribe.Request(TopicFilter.of(filter), SubscriptionOptions.of(Qos.EXACTLY_ONCE))),
                Properties.NONE);
    }

    private static byte[] piece(int what, byte[] bytes) {
        return Seeds.concat(new byte[] {(byte) what, (byte) bytes.length}, bytes);
    }
}
