package org.althing.broker.conf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.althing.broker.BrokerConfig;
import org.althing.broker.BrokerConfig.QueueFull;
import org.althing.broker.BrokerConfig.ShareStrategy;
import org.althing.broker.BrokerLog;
import org.althing.broker.ListenerConfig;
import org.althing.broker.conf.MosquittoConf.Persistence;
import org.althing.journal.Journal.Durability;
import org.althing.mqtt.Qos;
import org.althing.testing.Gen;
import org.althing.testing.Option;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MosquittoConfTest {
    @TempDir
    Path folder;

    private MosquittoConf read(String text) throws Exception {
        return MosquittoConf.read(write("mosquitto.conf", text), List.of());
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private void refused(String text, String message) {
        assertThatThrownBy(() -> read(text)).isInstanceOf(ConfException.class).hasMessageContaining(message);
    }

    @Test
    void an_empty_file_serves_this_machine_alone_and_lets_anonymous_clients_in() throws Exception {
        MosquittoConf conf = read("");
        assertThat(conf.localOnly()).isTrue();
        assertThat(conf.broker().listeners())
                .containsExactly(ListenerConfig.mqtt("127.0.0.1", 1883), ListenerConfig.mqtt("::1", 1883));
    }

    @Test
    void ports_of_the_command_line_count_only_without_a_listener() throws Exception {
        Path file = write("a.conf", "listener 5000\n");
        assertThat(MosquittoConf.read(file, List.of(1999)).broker().listeners())
                .extracting(ListenerConfig::port)
                .containsExactly(5000);
        assertThat(MosquittoConf.withoutFile(List.of(1999)).broker().listeners())
                .extracting(ListenerConfig::port)
                .containsExactly(1999, 1999);
    }

    @Test
    void with_a_listener_anonymous_clients_are_refused_unless_the_file_allows_them() throws Exception {
        assertThat(read("listener 5000\n").broker().listeners().getFirst().allowAnonymous())
                .isFalse();
        assertThat(read("listener 5000\nallow_anonymous true\n")
                        .broker()
                        .listeners()
                        .getFirst()
                        .allowAnonymous())
                .isTrue();
    }

    @Test
    void a_listener_is_named_with_file_and_line_for_messages() throws Exception {
        String name = read("# first\n\nlistener 5000\n")
                .broker()
                .listeners()
                .getFirst()
                .name();
        assertThat(name).isEqualTo("listener 5000 (" + folder.resolve("mosquitto.conf") + ":3)");
    }

    @Test
    void options_of_a_listener_belong_to_the_last_one_before_them() throws Exception {
        MosquittoConf conf = read("listener 1 a\nmax_connections 7\nlistener 2 b\nprotocol websockets\nmax_qos 1\n"
                + "listener_allow_anonymous true\n");
        assertThat(conf.broker().listeners())
                .extracting(
                        ListenerConfig::host,
                        ListenerConfig::connectionsMax,
                        ListenerConfig::protocol,
                        ListenerConfig::qosMax,
                        ListenerConfig::allowAnonymous)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(
                                "a", 7, ListenerConfig.Protocol.MQTT, Qos.EXACTLY_ONCE, false),
                        org.assertj.core.groups.Tuple.tuple(
                                "b", -1, ListenerConfig.Protocol.WEBSOCKETS, Qos.AT_LEAST_ONCE, true));
    }

    @Option({"max_topic_alias", "max_topic_alias_broker"})
    @Test
    void topic_aliases_are_mosquittos_ten_and_a_listeners_own() throws Exception {
        ListenerConfig unsaid = read("listener 1\n").broker().listeners().getFirst();
        assertThat(unsaid.topicAliasMax()).isEqualTo(10);
        assertThat(unsaid.topicAliasBrokerMax()).isEqualTo(10);
        ListenerConfig said = read("listener 1\nmax_topic_alias 0\nmax_topic_alias_broker 65535\n")
                .broker()
                .listeners()
                .getFirst();
        assertThat(said.topicAliasMax()).isZero();
        assertThat(said.topicAliasBrokerMax()).isEqualTo(65_535);
        refused("listener 1\nmax_topic_alias 65536\n", "Invalid 'max_topic_alias' value");
        refused("max_topic_alias 1\n", "requires a listener to be defined first");
        refused("max_topic_alias_broker 1\n", "requires a listener to be defined first");
    }

    @Option({
        "althing_max_connect_size",
        "althing_handshake_timeout",
        "althing_max_clientid_length",
        "althing_max_user_properties",
        "althing_max_filters",
        "althing_max_unsent_bytes",
        "althing_response_information",
        "althing_server_reference",
        "althing_server_moved",
        "althing_check_payload_format",
        "althing_max_subscriptions"
    })
    @Test
    void options_of_our_own_reach_the_broker() throws Exception {
        BrokerConfig unsaid = read("").broker();
        assertThat(unsaid.connections().connectSizeMax()).isEqualTo(100_000);
        assertThat(unsaid.connections().clientIdBytesMax()).isEqualTo(65_535);
        assertThat(unsaid.connections().userPropertiesMax()).isEqualTo(10_000);
        assertThat(unsaid.connections().filtersMax()).isEqualTo(10_000);
        assertThat(unsaid.delivery().subscriptionsMax()).isZero();
        assertThat(unsaid.delivery().payloadFormatChecked()).isFalse();
        assertThat(unsaid.announcements()).isEqualTo(new BrokerConfig.Announcements(null, null, false));
        BrokerConfig said = read("althing_max_connect_size 1000\nalthing_max_clientid_length 64\n"
                        + "althing_max_user_properties 7\nalthing_max_filters 8\nalthing_max_subscriptions 9\n"
                        + "althing_handshake_timeout 5\nalthing_max_unsent_bytes 70000\n"
                        + "althing_check_payload_format true\nalthing_response_information a/%c\n"
                        + "althing_server_reference b.example:1883 c.example\nalthing_server_moved true\n")
                .broker();
        assertThat(said.connections().connectSizeMax()).isEqualTo(1_000);
        assertThat(said.connections().clientIdBytesMax()).isEqualTo(64);
        assertThat(said.connections().userPropertiesMax()).isEqualTo(7);
        assertThat(said.connections().filtersMax()).isEqualTo(8);
        assertThat(said.connections().handshakeTimeout()).isEqualTo(java.time.Duration.ofSeconds(5));
        assertThat(said.connections().unsentBytesMax()).isEqualTo(70_000);
        assertThat(said.delivery().subscriptionsMax()).isEqualTo(9);
        assertThat(said.delivery().payloadFormatChecked()).isTrue();
        assertThat(said.announcements())
                .isEqualTo(new BrokerConfig.Announcements("a/%c", "b.example:1883 c.example", true));
        refused("althing_server_moved true\n", "needs althing_server_reference");
        assertThat(read("althing_server_moved true\nalthing_server_moved false\n")
                        .broker()
                        .announcements()
                        .serverMoved())
                .isFalse();
        refused("althing_max_clientid_length 0\n", "from 1 to 65535");
        refused("althing_max_unsent_bytes 1\n", "from 65536");
        refused("althing_handshake_timeout 0\n", "from 1 to 3600");
    }

    @Option({"althing_scram_file"})
    @Test
    void users_of_scram_are_in_a_file() throws Exception {
        assertThat(read("").program().scramFile()).isNull();
        assertThat(read("althing_scram_file people.scram\n").program().scramFile())
                .isEqualTo(Path.of("people.scram"));
        refused("althing_scram_file\n", "Empty 'althing_scram_file'");
        refused("althing_scram_file a\nalthing_scram_file b\n", "Duplicate 'althing_scram_file'");
    }

    @Test
    void port_and_bind_address_make_the_default_listener() throws Exception {
        MosquittoConf conf = read("bind_address 127.0.0.9\nport 1999\nmax_connections 3\n");
        ListenerConfig listener = conf.broker().listeners().getFirst();
        assertThat(listener.host()).isEqualTo("127.0.0.9");
        assertThat(listener.port()).isEqualTo(1999);
        assertThat(listener.connectionsMax()).isEqualTo(3);
        assertThat(conf.localOnly()).isFalse();
    }

    @Test
    void with_per_listener_settings_anonymous_is_each_listeners_own() throws Exception {
        MosquittoConf conf = read("per_listener_settings true\nlistener 1\nallow_anonymous true\nlistener 2\n");
        assertThat(conf.broker().listeners())
                .extracting(ListenerConfig::allowAnonymous)
                .containsExactly(true, false);
        refused("allow_anonymous true\nper_listener_settings true\n", "must be set before");
    }

    @Option({
        "max_inflight_messages",
        "max_queued_messages",
        "queue_qos0_messages",
        "max_packet_size",
        "message_size_limit",
        "max_keepalive",
        "retain_available",
        "persistent_client_expiration",
        "allow_zero_length_clientid",
        "connection_messages"
    })
    @Test
    void limits_reach_the_broker() throws Exception {
        MosquittoConf conf = read("""
                max_inflight_messages 5
                max_queued_messages 0x10
                queue_qos0_messages 1
                max_packet_size 4096
                message_size_limit 100
                max_keepalive 30
                retain_available false
                persistent_client_expiration 2w
                allow_zero_length_clientid false
                connection_messages false
                """);
        assertThat(conf.broker().delivery().inflightMessagesMax()).isEqualTo(5);
        assertThat(conf.broker().delivery().queuedMessagesMax()).isEqualTo(16);
        assertThat(conf.broker().delivery().queueQos0Messages()).isTrue();
        assertThat(conf.broker().connections().packetSizeMax()).isEqualTo(4096);
        assertThat(conf.broker().delivery().payloadSizeMax()).isEqualTo(100);
        assertThat(conf.broker().connections().keepAliveSecondsMax()).isEqualTo(30);
        assertThat(conf.broker().delivery().retainAvailable()).isFalse();
        assertThat(conf.broker().delivery().sessionExpiryMax()).isEqualTo(Duration.ofDays(14));
        assertThat(conf.broker().listeners())
                .allSatisfy(listener ->
                        assertThat(listener.naming().zeroLengthClientId()).isFalse());
        assertThat(conf.broker().connectionMessages()).isFalse();
    }

    @Test
    void persistence_names_a_folder_beside_mosquittos_file() throws Exception {
        assertThat(read("persistence_location /var/lib/x/\n").persistence()).isNull();
        assertThat(read("persistence true\npersistence_location /var/lib/x/\n").persistence())
                .isEqualTo(new Persistence(Path.of("/var/lib/x/mosquitto.db.althing"), Durability.SYNC));
    }

    @Option({"althing_durability", "althing_durability_interval"})
    @Test
    void durability_is_every_commit_an_interval_or_the_operating_systems() throws Exception {
        assertThat(durability("althing_durability commit\n")).isEqualTo(Durability.SYNC);
        assertThat(durability("althing_durability system\n")).isEqualTo(Durability.OPERATING_SYSTEM);
        assertThat(durability("althing_durability interval\n")).isEqualTo(Durability.every(Duration.ofMillis(100)));
        assertThat(durability("althing_durability interval\nalthing_durability_interval 2000\n"))
                .isEqualTo(Durability.every(Duration.ofSeconds(2)));
        refused("althing_durability never\n", "It must be one of commit, interval, system");
        refused("althing_durability_interval 0\n", "It must be from 1 to 3600000");
    }

    private Durability durability(String lines) throws Exception {
        return Objects.requireNonNull(read("persistence true\n" + lines).persistence())
                .durability();
    }

    @Option({"log_timestamp"})
    @Test
    void log_settings_are_read() throws Exception {
        MosquittoConf.LogSettings log =
                read("log_dest stdout\nlog_dest file /x/y z\nlog_type error\nlog_type debug\nlog_timestamp false\n")
                        .log();
        assertThat(log.destinations()).containsExactly("stdout", "file /x/y z");
        assertThat(log.levels()).containsExactlyInAnyOrder(BrokerLog.Level.ERROR, BrokerLog.Level.DEBUG);
        assertThat(log.timestamp()).isFalse();
        assertThat(read("log_dest none\n").log().destinations()).isEmpty();
        assertThat(read("").log().destinations()).containsExactly("stderr");
        // Mosquitto: none forgets what stands before it.
        assertThat(read("log_dest stdout\nlog_dest none\nlog_dest stderr\n")
                        .log()
                        .destinations())
                .containsExactly("stderr");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "nonsense 1|Unknown configuration variable 'nonsense'.",
                "listener|Empty 'listener port' value",
                "listener 70000|Invalid 'port' value (70000).",
                "max_packet_size 19|Error: 'max_packet_size' must be >= 20.",
                "message_size_limit 556000000|Error: Invalid 'message_size_limit' value (556000000).",
                "max_keepalive -1|Error: Invalid 'max_keepalive' value (-1).",
                "websockets_headers_size 65536|Error: Packet buffer size must be between 0 and 65535 inclusive.",
                "sys_interval 65536|Error: Invalid 'sys_interval' value (65536).",
                "listener 12x|'listener' value not a number.",
                "listener 0|A listener with port 0 must provide a Unix socket path.",
                "listener 0 # comment|A listener with port 0 must provide a Unix socket path.",
                "allow_anonymous yes|Invalid 'allow_anonymous' value (yes)",
                "allow_anonymous TRUE|Invalid 'allow_anonymous' value (TRUE)",
                "max_inflight_messages 10k|'max_inflight_messages' value not a number.",
                "max_packet_size 19|must be >= 20.",
                "protocol coap|Invalid 'protocol' value (coap).",
                "log_type everything|Invalid 'log_type' value",
                "persistent_client_expiration 5|duration",
                "persistent_client_expiration 0d|duration",
                "pid_file|Empty 'pid_file' value",
            })
    void mistakes_are_named_with_file_and_line(String line, String message) {
        refused("# a comment\n" + line + "\n", message);
        refused("# a comment\n" + line + "\n", "Error found at " + folder.resolve("mosquitto.conf") + ":2.");
    }

    @Test
    void what_changes_nothing_costs_one_warning_with_file_and_line() throws Exception {
        assertThat(read("autosave_interval 30\n").notes()).singleElement().satisfies(note -> {
            assertThat(note.level()).isEqualTo(BrokerLog.Level.WARNING);
            assertThat(note.line())
                    .contains("'autosave_interval' changes nothing")
                    .contains("mosquitto.conf:1");
        });
    }

    @Test
    void a_repeated_string_is_an_error_a_repeated_number_the_last_one() throws Exception {
        refused("persistence_file a\npersistence_file b\n", "Duplicate 'persistence_file' value");
        assertThat(read("max_keepalive 1\nmax_keepalive 2\n")
                        .broker()
                        .connections()
                        .keepAliveSecondsMax())
                .isEqualTo(2);
    }

    @Test
    void line_ends_spaces_and_trailing_words_are_as_in_mosquitto() throws Exception {
        MosquittoConf conf = read("  listener 5000\r\nallow_anonymous true # yes\r\nmax_keepalive 7 seconds");
        assertThat(conf.broker().listeners().getFirst().port()).isEqualTo(5000);
        assertThat(conf.broker().listeners().getFirst().allowAnonymous()).isTrue();
        assertThat(conf.broker().connections().keepAliveSecondsMax()).isEqualTo(7);
        refused("\tlistener 1883\n", "Unknown configuration variable");
        refused(" # not a comment\n", "Unknown configuration variable '#'");
    }

    @Option({"include_dir"})
    @Test
    void included_files_are_taken_in_order_and_their_errors_name_them() throws Exception {
        Path more = Files.createDirectory(folder.resolve("conf.d"));
        Files.writeString(more.resolve("B.conf"), "max_keepalive 2\n");
        Files.writeString(more.resolve("a.conf"), "max_keepalive 1\n");
        Files.writeString(more.resolve("c.txt"), "nonsense\n");
        assertThat(read("include_dir " + more + "\n").broker().connections().keepAliveSecondsMax())
                .isEqualTo(2);
        Files.writeString(more.resolve("z.conf"), "\nnonsense 1\n");
        refused("include_dir " + more + "\n", "Error found at " + more.resolve("z.conf") + ":2.");
        refused("include_dir " + folder.resolve("nowhere") + "\n", "Unable to open include_dir");
    }

    @Test
    void a_file_that_is_missing_or_not_utf_8_is_an_error_that_names_it() throws Exception {
        assertThatThrownBy(() -> MosquittoConf.read(folder.resolve("none.conf"), List.of()))
                .hasMessage("Error: Unable to open config file '" + folder.resolve("none.conf") + "'.")
                .isInstanceOfSatisfying(
                        ConfException.class, e -> assertThat(e.exitStatus()).isEqualTo(3));
        Files.write(folder.resolve("mosquitto.conf"), new byte[] {'p', 'o', 'r', 't', ' ', (byte) 0xC3, '\n'});
        assertThatThrownBy(() -> MosquittoConf.read(folder.resolve("mosquitto.conf"), List.of()))
                .hasMessageContaining("UTF-8")
                .hasMessageContaining("mosquitto.conf:1.");
        refused("listener 1\npid_file a\u0000b\n", "mosquitto.conf:2.");
        refused("include_dir \u0000\n", "mosquitto.conf:1.");
        assertThatThrownBy(() -> MosquittoConf.read(folder, List.of()))
                .hasMessage("Error: Config file '" + folder + "' is a directory.");
    }

    @Test
    void no_text_makes_the_reader_fail_otherwise_than_with_a_conf_exception() {
        List<String> words = List.of(
                "listener",
                "port",
                "protocol",
                "log_dest",
                "log_type",
                "true",
                "1883",
                "#",
                "\t",
                "max_qos",
                "file",
                "persistence",
                "allow_anonymous",
                "0",
                "-1",
                "\r",
                "\u0000",
                "é",
                "bind_address");
        Gen.forAll(2_000, gen -> {
            StringBuilder text = new StringBuilder();
            for (int i = gen.between(0, 12); i > 0; i--) {
                text.append(gen.oneIn(5) ? gen.text(8) : gen.pick(words)).append(gen.pick(" ", "\n", " \n", "  "));
            }
            try {
                Files.write(folder.resolve("mosquitto.conf"), text.toString().getBytes(StandardCharsets.UTF_8));
                MosquittoConf.read(folder.resolve("mosquitto.conf"), List.of());
            } catch (ConfException expected) {
                assertThat(expected.getMessage()).startsWith("Error: ");
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    @Option({"althing_shared_strategy", "althing_shards"})
    @Test
    void the_strategy_of_shared_subscriptions_is_one_of_three() throws Exception {
        assertThat(read("").broker().delivery().shareStrategy()).isEqualTo(ShareStrategy.ROUND_ROBIN);
        assertThat(read("althing_shared_strategy key\n").broker().delivery().shareStrategy())
                .isEqualTo(ShareStrategy.KEY);
        assertThat(read("althing_shards 4\n").broker().shards()).isEqualTo(4);
        assertThat(read("").broker().shards()).isEqualTo(1);
        refused("althing_shards 0\n", "from 1 to 64");
        refused("althing_shards 65\n", "from 1 to 64");
        assertThat(read("althing_shared_strategy sticky\n").broker().delivery().shareStrategy())
                .isEqualTo(ShareStrategy.STICKY);
        refused("althing_shared_strategy random\n", "must be one of round_robin, sticky, key");
    }

    @Option({
        "max_inflight_bytes",
        "max_queued_bytes",
        "althing_queue_full",
        "althing_tell_quota",
        "althing_memory_budget",
        "sys_interval"
    })
    @Test
    void limits_of_queues_and_memory_are_read() throws Exception {
        BrokerConfig.QueueLimits unset = read("").broker().delivery().queue();
        assertThat(unset)
                .isEqualTo(new BrokerConfig.QueueLimits(
                        0, 0, QueueFull.DROP_NEWEST, false, Runtime.getRuntime().maxMemory() / 2));
        assertThat(read("max_queued_bytes 1\nmax_inflight_bytes 2\nalthing_queue_full drop_oldest\n"
                                + "althing_tell_quota true\nalthing_memory_budget 3\n")
                        .broker()
                        .delivery()
                        .queue())
                .isEqualTo(new BrokerConfig.QueueLimits(1, 2, QueueFull.DROP_OLDEST, true, 3));
        refused("althing_queue_full drop\n", "must be one of drop_newest, drop_oldest");
        assertThat(read("sys_interval 0\n").broker().sysIntervalSeconds()).isZero();
    }
}
