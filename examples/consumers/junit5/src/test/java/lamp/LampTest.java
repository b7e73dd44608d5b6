package lamp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.althing.client.MqttClient;
import org.althing.junit.AlthingBroker;
import org.althing.mqtt.Qos;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class LampTest {
    @RegisterExtension
    final AlthingBroker broker = AlthingBroker.inMemory();

    @RegisterExtension
    static final AlthingBroker SHARED = AlthingBroker.onFreePort();

    @Test
    void a_lamp_says_that_it_is_on() {
        try (MqttClient lamp = broker.connect("lamp")) {
            lamp.publish("lamp/state", "on", Qos.AT_LEAST_ONCE);
            assertEquals(
                    Qos.AT_LEAST_ONCE, broker.assertPublished("lamp/+", "on").qos());
        }
    }

    @Test
    void the_broker_takes_the_time_that_the_test_says() {
        var before = broker.clock().now();
        broker.clock().advance(Duration.ofHours(2));
        assertEquals(2, Duration.between(before, broker.clock().now()).toHours());
    }

    @Test
    void a_client_of_any_kind_finds_the_broker_on_its_port() {
        try (MqttClient any = MqttClient.of("mqtt://localhost:" + SHARED.port())) {
            any.connect();
            any.publish("a", "b");
            SHARED.assertPublished("a", "b");
        }
    }
}
