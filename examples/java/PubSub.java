// Subscribes, publishes one message to itself, prints it, ends. With Althing's client library:
// java -cp 'lib/*' PubSub.java [HOST [PORT]]
import org.althing.client.MqttClient;
import org.althing.mqtt.Qos;

void main(String[] args) throws Exception {
    var client = MqttClient.create();
    client.onConnect((c, event) -> c.subscribe("hello"));
    client.onMessage((c, message) -> {
        IO.println(message.topic() + " " + message.text());
        c.disconnect();
    });
    client.connect(args.length > 0 ? args[0] : "localhost", args.length > 1 ? Integer.parseInt(args[1]) : 1883, 60);
    client.publish("hello", "salut de Java", Qos.AT_LEAST_ONCE);
    client.loopForever();
}
