package embedded;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import org.althing.broker.Broker;
import org.althing.client.MessageStream;
import org.althing.client.MqttClient;
import org.althing.client.ReceivedMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.Qos;
import org.althing.net.NetEngine;
import org.althing.net.nio.NioEngine;

/** Keeps a retained message in the folder: it is there again when the broker is opened a second time. */
class Embedded {
    public static void main(String[] words) throws Exception {
        Path folder = Path.of(words[0]);
        withBroker(folder, client -> client.publish("lamp/state", Bytes.of("on"), Qos.AT_LEAST_ONCE, true)
                .await());
        withBroker(folder, client -> {
            try (MessageStream lamp = client.stream("lamp/#")) {
                ReceivedMessage state = lamp.take(Duration.ofSeconds(10));
                System.out.println(state == null ? "nothing" : state.topic() + " " + state.text());
            }
        });
    }

    private interface Work {
        void with(MqttClient client) throws Exception;
    }

    private static void withBroker(Path folder, Work work) throws Exception {
        NetEngine engine = new NioEngine();
        try (Broker broker = Broker.open(folder, engine);
                MqttClient client = MqttClient.create()) {
            int port = ((InetSocketAddress) broker.addresses().getFirst()).getPort();
            client.connect("127.0.0.1", port, 60);
            work.with(client);
        } finally {
            engine.close();
        }
    }
}
