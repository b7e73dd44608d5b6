package org.althing.client.engine;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ControlPacket;
import org.althing.mqtt.ControlPacket.ConnAck;
import org.althing.mqtt.ControlPacket.Connect;
import org.althing.mqtt.ControlPacket.Publish;
import org.althing.mqtt.ControlPacket.Subscribe.Request;
import org.althing.mqtt.MalformedPacketException;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.althing.mqtt.codec.PacketBuffer;
import org.althing.mqtt.codec.PacketDecoder;
import org.althing.mqtt.codec.PacketEncoder;
import org.jspecify.annotations.Nullable;

/** An engine in memory with its clock, and the server's end of its connection as packets. */
final class Harness implements EngineListener {
    final ClientEngine engine;
    final ProtocolVersion version;
    final List<Publish> messages = new ArrayList<>();
    final List<@Nullable Receipt> receipts = new ArrayList<>();
    final List<String> events = new ArrayList<>();
    long now;
    private PacketDecoder decoder = new PacketDecoder(PacketDecoder.Sender.CLIENT, 1 << 20);

    Harness(EngineSettings settings) {
        version = settings.connect().version();
        engine = new ClientEngine(settings, this, PacketTrace.NONE);
    }

    static Harness of(ProtocolVersion version) {
        return new Harness(settings(version, true, Properties.NONE));
    }

    /** MQTT 5.0 with a session that survives. */
    static Harness durable() {
        Properties properties =
                Properties.builder().set(Property.SESSION_EXPIRY_INTERVAL, 100).build();
        return new Harness(settings(ProtocolVersion.MQTT_5, true, properties));
    }

    static EngineSettings settings(ProtocolVersion version, boolean cleanStart, Properties properties) {
        Connect connect = new Connect(version, false, "me", cleanStart, 60, null, null, null, properties);
        return new EngineSettings(
                connect, 65_535, 5, 1_000, Duration.ofSeconds(5).toNanos());
    }

    // ---- the connection ------------------------------------------------------------------------------------------

    /** Opens a connection and returns the CONNECT. */
    Connect open() {
        decoder = new PacketDecoder(PacketDecoder.Sender.CLIENT, 1 << 20);
        engine.onOpened(now);
        return (Connect) sent().getFirst();
    }

    /** Opens a connection and accepts it; returns what follows at once. */
    List<ControlPacket> connect(boolean sessionPresent, Properties properties) {
        open();
        receive(new ConnAck(sessionPresent, ReasonCode.SUCCESS, properties));
        return sent();
    }

    List<ControlPacket> connect() {
        return connect(false, Properties.NONE);
    }

    void cut() {
        engine.onClosed();
    }

    /** What the engine has sent since the last time this was asked. */
    List<ControlPacket> sent() {
        Output output = engine.exchangeOutput(new Output(), now);
        List<ControlPacket> packets = new ArrayList<>();
        try {
            ByteBuffer bytes = output.view();
            for (ControlPacket packet = decoder.decode(bytes); packet != null; packet = decoder.decode(bytes)) {
                packets.add(packet);
            }
        } catch (MalformedPacketException malformed) {
            throw new AssertionError("the engine sent a malformed packet", malformed);
        }
        output.written();
        return packets;
    }

    void receive(ControlPacket... packets) {
        PacketBuffer buffer = new PacketBuffer(64);
        PacketEncoder encoder = new PacketEncoder(version);
        for (ControlPacket packet : packets) {
            encoder.encode(packet, buffer);
        }
        engine.onBytes(buffer.view(), now);
    }

    /** Lets time pass, with a call at each deadline. */
    void pass(Duration time) {
        long end = now + time.toNanos();
        while (engine.deadlineNanos() <= end) {
            now = engine.deadlineNanos();
            engine.onTime(now);
        }
        now = end;
    }

    // ---- commands ------------------------------------------------------------------------------------------------

    Fate publish(String payload, Qos qos) {
        Fate fate = new Fate();
        engine.publish(message("t", payload, qos), fate, now);
        return fate;
    }

    SubscribeRecord subscribe(String... filters) {
        SubscribeRecord fate = new SubscribeRecord();
        List<Request> requests = new ArrayList<>();
        for (String filter : filters) {
            requests.add(request(filter));
        }
        engine.subscribe(requests, Properties.NONE, fate);
        return fate;
    }

    static Request request(String filter) {
        return new Request(TopicFilter.of(filter), SubscriptionOptions.of(Qos.EXACTLY_ONCE));
    }

    static ApplicationMessage message(String topic, String payload, Qos qos) {
        return new ApplicationMessage(TopicName.of(topic), Bytes.of(payload), qos, false, Properties.NONE);
    }

    static Publish publish(int identifier, String payload, Qos qos, boolean duplicate) {
        return new Publish(duplicate, identifier, 0, message("t", payload, qos));
    }

    // ---- what it reports -----------------------------------------------------------------------------------------

    @Override
    public void onConnected(ConnAck connAck, String clientId) {
        events.add("connected as " + clientId + (connAck.sessionPresent() ? ", session present" : ""));
    }

    @Override
    public void onMessage(Publish packet, @Nullable Receipt receipt) {
        messages.add(packet);
        receipts.add(receipt);
    }

    @Override
    public void onSubscriptionLost(TopicFilter filter, ReasonCode reason, Properties properties) {
        events.add("lost " + filter + ": " + reason);
    }

    void acknowledge(int index) {
        Receipt receipt = receipts.get(index);
        if (receipt == null) {
            throw new AssertionError("message " + index + " needs no acknowledgement");
        }
        engine.acknowledge(receipt, ReasonCode.SUCCESS);
    }

    List<String> texts() {
        return messages.stream()
                .map(packet -> packet.message().payload().text())
                .toList();
    }

    /** Keeps the one word on a message, and fails at a second one. */
    static final class Fate implements PublishFate {
        String word = "";

        private void say(String said) {
            if (!word.isEmpty()) {
                throw new AssertionError("settled twice: " + word + ", " + said);
            }
            word = said;
        }

        @Override
        public void sent() {
            say("sent");
        }

        @Override
        public void acknowledged(ReasonCode reason, Properties properties) {
            say("acknowledged " + reason);
        }

        @Override
        public void refused(ReasonCode reason, Properties properties) {
            say("refused " + reason);
        }

        @Override
        public void dropped(String why) {
            say("dropped: " + why);
        }

        @Override
        public void kept() {
            say("kept");
        }

        @Override
        public void unknown(String why) {
            say("unknown: " + why);
        }
    }

    /** Keeps the one word on a subscribe. */
    static final class SubscribeRecord implements SubscribeFate {
        String word = "";

        @Override
        public void answered(List<ReasonCode> codes, Properties properties) {
            word += codes;
        }

        @Override
        public void failed(String why) {
            word += "failed: " + why;
        }
    }
}
