package org.althing.broker.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.althing.broker.StateChange;
import org.althing.broker.StateChange.Delivery;
import org.althing.broker.StateChange.InflightState;
import org.althing.broker.StateStore;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.Properties;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RestoredStateTest {
    private static final TopicName TOPIC = TopicName.of("t");

    private static StateChange session(String clientId) {
        return new StateChange.SessionPut(clientId, null, ProtocolVersion.MQTT_5, 60, StateChange.NEVER, null);
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
                Arguments.of("records of client d, but not session/d", queued("d", 3, 1)),
                Arguments.of(
                        "retained/u names message 1, which is one of t",
                        new StateChange.RetainedPut(TopicName.of("u"), 1)));
    }

    @ParameterizedTest
    @MethodSource("damages")
    void a_record_that_leads_nowhere_is_named_with_the_command_that_repairs(String what, StateChange damage) {
        RestoredState state = state(session("c"), message(1), queued("c", 1, 1), damage);
        assertThatThrownBy(() -> state.check(StateStore.none()))
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

    @Test
    void queues_are_in_the_order_of_their_sequence_numbers() throws IOException {
        RestoredState state = state(
                message(1),
                queued("c", 12, 1),
                queued("c", 11, 1),
                inflight(4, 8, InflightState.AWAITING_PUBREC, 1),
                inflight(5, 7, InflightState.AWAITING_PUBREC, 1),
                session("c"));
        assertThat(state.check(StateStore.none())).isEmpty();
        RestoredState.RestoredSession session = Objects.requireNonNull(state.sessions.get("c"));
        assertThat(session.queued)
                .containsExactly((StateChange.Queued) queued("c", 11, 1), (StateChange.Queued) queued("c", 12, 1));
        assertThat(session.inflight)
                .extracting(StateChange.InflightPut::packetIdentifier)
                .containsExactly(5, 4);
    }

    @Test
    void ids_are_found_among_many() {
        IdMap<String> map = new IdMap<>();
        for (long id = 1; id < 100_000; id += 3) {
            map.put(id, "m" + id);
        }
        for (long id = 1; id < 100_000; id++) {
            assertThat(map.get(id)).isEqualTo(id % 3 == 1 ? "m" + id : null);
            assertThat(map.placeOf(id) >= 0).isEqualTo(id % 3 == 1);
        }
        map.put(4, "again");
        map.forget(1);
        assertThat(map.get(4)).isEqualTo("again");
        assertThat(map.size()).isEqualTo(33_332);
    }
}
