package org.althing.broker.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.althing.broker.StateChange;
import org.althing.broker.StateChange.Delivery;
import org.althing.broker.StateChange.InflightState;
import org.althing.broker.StateLog;
import org.althing.broker.StateModel;
import org.althing.broker.StateStore;
import org.althing.broker.routing.Partitions;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.Properties;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RestoredStateTest {
    private static final TopicName TOPIC = TopicName.of("t");

    private static StateChange session(String clientId) {
        return new StateChange.SessionPut(clientId, null, null, ProtocolVersion.MQTT_5, 60, StateChange.NEVER, null);
    }

    private static StateChange message(long id) {
        return new StateChange.MessageStored(
                id,
                new ApplicationMessage(TOPIC, Bytes.wrap(new byte[1]), Qos.AT_LEAST_ONCE, false, Properties.NONE),
                null,
                StateChange.NEVER);
    }

    private static Delivery delivery(long messageId) {
        return new Delivery(messageId, Qos.EXACTLY_ONCE, false, List.of());
    }

    private static StateChange queued(String clientId, long sequence, long messageId) {
        return new StateChange.Queued(clientId, sequence, delivery(messageId));
    }

    private static StateChange inflight(int packet, long sequence, InflightState state, long messageId) {
        return new StateChange.InflightPut("c", packet, sequence, state, delivery(messageId));
    }

    private static RestoredState state(StateChange... changes) {
        RestoredState state = new RestoredState();
        List.of(changes).forEach(state);
        return state;
    }

    /** A store that reads back what it is made of. */
    private static StateStore reading(StateChange... changes) {
        return new StateStore() {
            @Override
            public void replay(Consumer<StateChange> consumer) {
                throw new UnsupportedOperationException();
            }

            @Override
            public StateChange.@Nullable MessageStored read(long messageId) {
                return Stream.of(changes)
                        .filter(StateChange.MessageStored.class::isInstance)
                        .map(StateChange.MessageStored.class::cast)
                        .filter(stored -> stored.messageId() == messageId)
                        .findFirst()
                        .orElse(null);
            }

            @Override
            public StateLog log(int shard) {
                throw new UnsupportedOperationException();
            }

            @Override
            public void close() {}
        };
    }

    static Stream<Arguments> damages() {
        return Stream.of(
                Arguments.of("retained/t names message 7", new StateChange.RetainedPut(TOPIC, 7)),
                Arguments.of("queued/c/3 names message 7", queued("c", 3, 7)),
                Arguments.of("inflight/c/5 names message 7", inflight(5, 1, InflightState.AWAITING_PUBACK, 7)),
                Arguments.of("inflight/c/5 names message 0", inflight(5, 1, InflightState.AWAITING_PUBREC, 0)),
                Arguments.of("received/c/9 names message 7", new StateChange.ReceivedPut("c", 9, 7)),
                Arguments.of(
                        "group/$share/g/t/9 names message 7",
                        new StateChange.GroupQueued(TopicFilter.of("$share/g/t"), 9, delivery(7))),
                Arguments.of("handover/7/2 names message 7", new StateChange.HandOver(7, 2, 4, 0)),
                Arguments.of("records of client d, but not session/d", queued("d", 3, 1)),
                Arguments.of(
                        "retained/u names message 1, which is one of t",
                        new StateChange.RetainedPut(TopicName.of("u"), 1)));
    }

    @ParameterizedTest
    @MethodSource("damages")
    void a_record_that_leads_nowhere_is_named_with_the_command_that_repairs(String what, StateChange damage) {
        RestoredState state = state(session("c"), message(1), queued("c", 1, 1), damage);
        assertThatThrownBy(() -> state.check(reading(message(1))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(what)
                .hasMessageContaining("'althing data repair'");
    }

    @Test
    void a_message_that_nothing_names_is_dropped_and_not_restored() throws IOException {
        RestoredState state = state(
                message(1),
                message(2),
                message(3),
                message(4),
                message(5),
                session("c"),
                queued("c", 1, 2),
                inflight(5, 2, InflightState.AWAITING_PUBCOMP, 0),
                new StateChange.ReceivedPut("c", 8, 0),
                new StateChange.ReceivedPut("c", 9, 4),
                new StateChange.RetainedPut(TOPIC, 5));
        assertThat(state.check(StateStore.none()))
                .containsExactlyInAnyOrder(new StateChange.MessageDropped(1), new StateChange.MessageDropped(3));
        assertThat(state).hasToString("1 sessions, 1 retained messages, 3 messages");
        assertThat(state.messages.get(1)).isNull();
        assertThat(state.messages.get(2)).isNotNull();
    }

    private static StateChange message(long id, String payload) {
        return new StateChange.MessageStored(
                id,
                new ApplicationMessage(TOPIC, Bytes.of(payload), Qos.EXACTLY_ONCE, true, Properties.NONE),
                "p",
                StateChange.NEVER);
    }

    /** To the shard of four that owns the topic. */
    private static StateChange handOver(long messageId, long retainedStamp) {
        int shard = new Partitions(0, 4).shardOf(TOPIC.toString());
        return new StateChange.HandOver(messageId, shard, new Partitions(0, 4).ofShard(shard), retainedStamp);
    }

    static Stream<Arguments> crossings() {
        StateChange.RetainedPut first = new StateChange.RetainedPut(TOPIC, 1, 64);
        StateChange.RetainedPut second = new StateChange.RetainedPut(TOPIC, 2, 129);
        StateChange.RetainedPut gone = new StateChange.RetainedPut(TOPIC, 0, 129);
        return Stream.of(
                Arguments.of("nothing was retained", List.of(handOver(1, 64)), List.of(first)),
                Arguments.of("an older one was", List.of(first, handOver(2, 129)), List.of(second)),
                Arguments.of("a newer one was", List.of(second, handOver(1, 64)), List.of(second)),
                Arguments.of("a newer one was cleared", List.of(gone, handOver(1, 64)), List.of()),
                Arguments.of(
                        "an older one was cleared",
                        List.of(new StateChange.RetainedPut(TOPIC, 0, 65), handOver(2, 129)),
                        List.of(second)),
                Arguments.of("it clears an older one", List.of(first, handOver(3, 129)), List.of()),
                Arguments.of("it would have cleared an older one", List.of(second, handOver(3, 64)), List.of(second)),
                Arguments.of("two arrive", List.of(handOver(2, 129), handOver(1, 64)), List.of(second)),
                Arguments.of("two arrive, the later clears", List.of(handOver(3, 129), handOver(1, 64)), List.of()),
                Arguments.of("it retains nothing", List.of(first, handOver(2, 0)), List.of(first)),
                Arguments.of(
                        "it is for others", List.of(first, new StateChange.HandOver(2, 0, 0xF0, 129)), List.of(first)));
    }

    @ParameterizedTest
    @MethodSource("crossings")
    void of_the_retained_messages_that_were_on_their_way_the_last_one_stays(
            String what, List<StateChange> records, List<StateChange> retained) throws IOException {
        RestoredState state = state(message(1, "first"), message(2, "second"), message(3, ""));
        records.forEach(state);
        List<StateChange> changes = new ArrayList<>(state.check(StateStore.none()));
        changes.addAll(state.spread(4, StateStore.none()));
        assertThat(state.retained)
                .extracting(put -> payload(state, put.messageId()))
                .isEqualTo(retained.stream()
                        .map(put -> ((StateChange.RetainedPut) put).messageId() == 1 ? "first" : "second")
                        .toList());
        assertThat(foldedRetained(records, changes)).isEqualTo(new ArrayList<StateChange>(state.retained));
    }

    private static String payload(RestoredState state, long messageId) {
        return Objects.requireNonNull(state.contentOf(messageId))
                .message()
                .payload()
                .text();
    }

    /** What another start would find. */
    private static List<StateChange> foldedRetained(List<StateChange> records, List<StateChange> changes) {
        StateModel model = new StateModel();
        records.forEach(model::apply);
        changes.forEach(model::apply);
        return model.changes().stream()
                .filter(StateChange.RetainedPut.class::isInstance)
                .toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 64})
    void what_is_to_be_handed_over_is_for_those_who_own_its_clients_now(int shards) throws IOException {
        Partitions before = new Partitions(0, 4);
        StateChange[] records = {
            message(1),
            message(2),
            new StateChange.HandOver(1, 1, before.ofShard(1), 0),
            new StateChange.HandOver(1, 2, before.ofShard(2), 0),
            new StateChange.HandOver(2, 3, before.ofShard(3), 0)
        };
        RestoredState state = state(records);
        assertThat(state.check(StateStore.none())).isEmpty();
        StateModel model = new StateModel();
        List.of(records).forEach(model::apply);
        state.spread(shards, StateStore.none()).forEach(model::apply);
        assertThat(model.changes())
                .filteredOn(StateChange.HandOver.class::isInstance)
                .containsExactlyInAnyOrderElementsOf(state.handOvers);
        long[] covered = new long[2];
        Set<Long> ids = new HashSet<>();
        for (StateChange.HandOver put : state.handOvers) {
            assertThat(put.partitions() & ~new Partitions(0, shards).ofShard(put.shard()))
                    .isZero();
            assertThat(ids.add(put.messageId()))
                    .as("one shard for each stored message")
                    .isTrue();
            assertThat(model.changes())
                    .anyMatch(change -> change instanceof StateChange.MessageStored stored
                            && stored.messageId() == put.messageId());
            int message = (put.partitions() & before.ofShard(3)) == 0 ? 0 : 1;
            assertThat(covered[message] & put.partitions()).isZero();
            covered[message] |= put.partitions();
        }
        assertThat(covered).containsExactly(before.ofShard(1) | before.ofShard(2), before.ofShard(3));
    }

    @Test
    void queues_are_in_the_order_of_their_sequence_numbers() throws IOException {
        RestoredState state = state(
                message(1),
                queued("c", 12, 1),
                queued("c", 11, 1),
                inflight(4, 8, InflightState.AWAITING_PUBREC, 1),
                inflight(5, 7, InflightState.AWAITING_PUBREC, 1),
                session("c"));
        assertThat(state.check(reading(message(1)))).isEmpty();
        RestoredState.RestoredSession session = Objects.requireNonNull(state.sessions.get("c"));
        assertThat(session.queued)
                .containsExactly((StateChange.Queued) queued("c", 11, 1), (StateChange.Queued) queued("c", 12, 1));
        assertThat(session.inflight)
                .extracting(StateChange.InflightPut::packetIdentifier)
                .containsExactly(5, 4);
    }

    @Test
    void the_content_of_what_only_queues_name_is_not_kept() throws IOException {
        RestoredState state = state(
                session("c"),
                message(1),
                queued("c", 1, 1),
                message(2),
                queued("c", 2, 2),
                inflight(4, 3, InflightState.AWAITING_PUBREC, 2),
                message(3),
                new StateChange.ReceivedPut("c", 9, 3),
                queued("c", 4, 3));
        assertThat(state.check(reading(message(2)))).isEmpty();
        assertThat(state.contentOf(1)).isNull();
        assertThat(Objects.requireNonNull(state.messages.get(1)).payloadLength).isEqualTo(1);
        assertThat(state.contentOf(2)).as("read back for the client").isEqualTo(message(2));
        assertThat(state.contentOf(3)).as("never let go of").isEqualTo(message(3));
    }

    @Test
    void what_is_needed_and_cannot_be_read_back_stops_the_start() {
        RestoredState state =
                state(session("c"), message(2), queued("c", 2, 2), inflight(4, 3, InflightState.AWAITING_PUBREC, 2));
        assertThatThrownBy(() -> state.check(reading()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("message 2 was there and cannot be found again");
    }

    @Test
    void ids_are_found_among_many() {
        IdMap<String> map = new IdMap<>();
        for (long id = 1; id < 100_000; id += 3) {
            map.put(id, "m" + id);
        }
        for (long id = 1; id < 100_000; id++) {
            assertThat(map.get(id)).isEqualTo(id % 3 == 1 ? "m" + id : null);
        }
        map.put(4, "again");
        map.forget(1);
        assertThat(map.get(4)).isEqualTo("again");
        assertThat(map.size()).isEqualTo(33_332);
    }
}
