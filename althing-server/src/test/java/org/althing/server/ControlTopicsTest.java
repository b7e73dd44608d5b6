package org.althing.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.althing.broker.Broker;
import org.althing.broker.BrokerLog;
import org.althing.broker.access.AccessRules;
import org.althing.broker.access.Guard;
import org.althing.broker.conf.MosquittoConf;
import org.althing.client.MessageStream;
import org.althing.client.MqttClient;
import org.althing.client.ReceivedMessage;
import org.althing.client.Retry;
import org.althing.net.Clock;
import org.althing.net.nio.NioEngine;
import org.althing.testing.Option;
import org.althing.testing.Programs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code enable_control_api}, with Mosquitto's words. */
@Timeout(60)
class ControlTopicsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private final ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();
    private final int port = Programs.freePort();

    /** What a client is answered, one text for each question. */
    private List<String> ask(String more, String topic, String... questions) throws Exception {
        Path file = Files.writeString(
                folder.resolve("mosquitto.conf"), "listener " + port + " 127.0.0.1\nallow_anonymous true\n" + more);
        MosquittoConf conf = MosquittoConf.read(file, List.of());
        BrokerLog lines = (level, line) -> log.add(line);
        ControlTopics control = new ControlTopics(conf, lines);
        Guard guard = new Guard(AccessRules.read(conf.access()), Clock.system(), new SecureRandom());
        try (NioEngine engine = new NioEngine();
                Broker broker = Broker.builder(conf.broker(), engine)
                        .authenticator(guard)
                        .accessControl(guard)
                        .intercept(control)
                        .log(lines)
                        .start();
                MqttClient client = MqttClient.create(options ->
                        options.server("127.0.0.1", port).clientId("asks").retry(new Retry.Never()))) {
            control.attach(broker::publish);
            client.connect();
            List<String> answers = new java.util.ArrayList<>();
            try (MessageStream stream = client.stream("$CONTROL/#")) {
                for (String question : questions) {
                    client.publish(topic, question);
                    ReceivedMessage answer = stream.take(Duration.ofSeconds(questions.length == 1 ? 5 : 20));
                    answers.add(
                            answer == null
                                    ? "nothing"
                                    : answer.topic() + " " + answer.payload().text());
                }
            }
            return answers;
        }
    }

    @Test
    @Option("enable_control_api")
    void listeners_and_plugins_are_listed() throws Exception {
        int other = Programs.freePort();
        Path acl = Files.writeString(folder.resolve("acl"), "topic readwrite $CONTROL/#\n");
        String response = "$CONTROL/broker/v1/response {\"responses\":[";
        assertThat(
                        ask(
                                "enable_control_api true\nplugin acl-file\nplugin_opt_acl_file " + acl + "\nlistener "
                                        + other + "\nprotocol websockets\nlistener 0 " + folder.resolve("s") + "\n",
                                "$CONTROL/broker/v1",
                                "{\"commands\":[{\"command\":\"listListeners\",\"correlationData\":\"m3\"}]}",
                                "{\"commands\":[{\"command\":\"LISTPLUGINS\"},{\"command\":\"other\",\"correlationData\":\"c\"}]}"))
                .containsExactly(
                        response + "{\"command\":\"listListeners\",\"data\":{\"listeners\":[{\"port\":" + port
                                + ",\"protocol\":\"mqtt\",\"bind-address\":\"127.0.0.1\",\"tls\":false},{\"port\":"
                                + other
                                + ",\"protocol\":\"mqtt+websockets\",\"tls\":false},{\"port\":0,\"protocol\":\"mqtt\","
                                + "\"socket-path\":\"" + folder.resolve("s") + "\",\"tls\":false}]},"
                                + "\"correlationData\":\"m3\"}]}",
                        response + "{\"command\":\"LISTPLUGINS\",\"data\":{\"plugins\":[{\"name\":\"acl-file\","
                                + "\"control-endpoints\":[]}]}},{\"command\":\"other\",\"error\":\"Unknown command\","
                                + "\"correlationData\":\"c\"}]}");
        assertThat(log).contains("Broker: asks/null | listListeners");
    }

    @Test
    void what_is_no_command_is_answered_in_mosquittos_words() throws Exception {
        assertThat(
                        ask(
                                "enable_control_api true\n",
                                "$CONTROL/broker/v1",
                                "not valid json",
                                "{}",
                                "{\"commands\":[\"command\"]}",
                                "{\"commands\":[{}]}",
                                "{\"commands\":[{\"command\":\"listListeners\",\"correlationData\":true},{\"command\":\"x\"}]}"))
                .extracting(answer -> answer.replace("$CONTROL/broker/v1/response {\"responses\":", ""))
                .containsExactly(
                        "[{\"command\":\"Unknown command\",\"error\":\"Payload not valid JSON\"}]}",
                        "[{\"command\":\"Unknown command\",\"error\":\"Invalid/missing commands\"}]}",
                        "[{\"command\":\"Unknown command\",\"error\":\"Command not an object\"}]}",
                        "[{\"command\":\"Unknown command\",\"error\":\"Missing command\"}]}",
                        "[{\"command\":\"listListeners\",\"error\":\"Invalid correlationData data type.\"}]}");
    }

    @Test
    void elsewhere_and_where_it_is_not_enabled_nobody_answers_and_the_question_goes_to_nobody_else() throws Exception {
        String nobody = "/response {\"error\": \"endpoint not available\"}";
        assertThat(ask("", "$CONTROL/broker/v1", "{}", "{}"))
                .containsExactly("$CONTROL/broker/v1" + nobody, "$CONTROL/broker/v1" + nobody);
        assertThat(ask("enable_control_api true\n", "$CONTROL/x/v1", "a", "b"))
                .containsExactly("$CONTROL/x/v1" + nobody, "$CONTROL/x/v1" + nobody);
    }

    @Test
    void who_may_not_publish_there_is_not_answered() throws Exception {
        Path acl = Files.writeString(folder.resolve("acl"), "topic readwrite #\ntopic read $CONTROL/#\n");
        assertThat(ask("enable_control_api true\nacl_file " + acl + "\n", "$CONTROL/broker/v1", "{}"))
                .containsExactly("nothing");
        assertThat(log).anyMatch(line -> line.startsWith("Denied PUBLISH from asks"));
    }
}
