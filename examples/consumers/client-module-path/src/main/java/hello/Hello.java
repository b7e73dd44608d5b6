package hello;

import java.time.Duration;
import org.althing.client.MessageStream;
import org.althing.client.MqttClient;
import org.althing.client.PublishResult;
import org.althing.client.ReceivedMessage;
import org.althing.mqtt.Qos;

/** The same as the program on the class path, with blocking calls. */
class Hello {
    public static void main(String[] words) throws Exception {
        Duration soon = Duration.ofSeconds(10);
        try (MqttClient client = MqttClient.of("mqtt://localhost:" + words[0])) {
            client.connect();
            try (MessageStream votes = client.stream("votes/#")) {
                votes.subscription().await(soon);
                PublishResult result = client.publish("votes/ada", "yes", Qos.AT_LEAST_ONCE).await(soon);
                ReceivedMessage heard = votes.take(soon);
                System.out.println(result + " " + (heard == null ? "nothing" : heard.topic() + " " + heard.text()));
            }
        }
    }
}
