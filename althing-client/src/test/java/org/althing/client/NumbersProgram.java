package org.althing.client;

import java.time.Duration;
import org.althing.mqtt.Qos;

/** What {@link ClientNumbers} starts in a JVM of its own: {@code empty}, or {@code KIND PORT [COUNT]}. */
final class NumbersProgram {
    private NumbersProgram() {}

    public static void main(String[] words) throws Exception {
        if (words[0].equals("empty")) {
            return;
        }
        Threads threads = words[0].equals("caller") ? Threads.CALLER : Threads.VIRTUAL;
        MqttClient client = MqttClient.create(o -> o.threads(threads));
        client.connect("127.0.0.1", Integer.parseInt(words[1]), 60);
        if (words[0].equals("flood")) {
            flood(client, Integer.parseInt(words[2]));
        } else {
            client.publish("hello", "hello", Qos.AT_LEAST_ONCE).await();
        }
        client.close();
        System.out.println("closed");
    }

    /** As fast as it goes; {@code publish} waits when the queue is full. */
    private static void flood(MqttClient client, int count) throws InterruptedException {
        String payload = "x".repeat(100);
        for (int i = 0; i < count; i++) {
            client.publish("flood", payload, i % 100 == 0 ? Qos.AT_LEAST_ONCE : Qos.AT_MOST_ONCE);
        }
        if (!client.drain(Duration.ofMinutes(10)) || client.messagesNotDelivered() > 0) {
            throw new IllegalStateException(client.messagesNotDelivered() + " were not delivered");
        }
    }
}
