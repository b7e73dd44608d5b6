import org.althing.client.MqttClient;

/** Hears what it says itself: {@code java -cp target/classes:target/lib/* Hello PORT}. */
class Hello {
    public static void main(String[] words) {
        MqttClient client = MqttClient.create();
        client.onConnect((c, event) -> c.subscribe("votes/#"));
        client.onMessage((c, message) -> {
            System.out.println(message.topic() + " " + message.text());
            c.disconnect();
        });
        client.connect("localhost", Integer.parseInt(words[0]), 60);
        client.publish("votes/ada", "yes");
        client.loopForever();
    }
}
