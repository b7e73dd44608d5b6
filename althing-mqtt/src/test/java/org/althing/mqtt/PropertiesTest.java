package org.althing.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.althing.mqtt.Properties.Entry;
import org.althing.mqtt.Properties.UserProperty;
import org.junit.jupiter.api.Test;

class PropertiesTest {
    @Test
    void values_are_read_by_their_type() {
        Properties properties = Properties.builder()
                .set(Property.MESSAGE_EXPIRY_INTERVAL, 0xFFFF_FFFFL)
                .set(Property.CONTENT_TYPE, "text/plain")
                .set(Property.CORRELATION_DATA, Bytes.of("id"))
                .user("a", "1")
                .build();
        assertThat(properties.integer(Property.MESSAGE_EXPIRY_INTERVAL, -1)).isEqualTo(0xFFFF_FFFFL);
        assertThat(properties.string(Property.CONTENT_TYPE)).isEqualTo("text/plain");
        assertThat(properties.bytes(Property.CORRELATION_DATA)).isEqualTo(Bytes.of("id"));
        assertThat(properties.userProperties()).containsExactly(new UserProperty("a", "1"));
        assertThat(properties.has(Property.CONTENT_TYPE)).isTrue();
        assertThat(properties.has(Property.RESPONSE_TOPIC)).isFalse();
    }

    @Test
    void absent_values_are_what_the_caller_says_or_null_or_empty() {
        assertThat(Properties.NONE.integer(Property.RECEIVE_MAXIMUM, 65_535)).isEqualTo(65_535);
        assertThat(Properties.NONE.string(Property.CONTENT_TYPE)).isNull();
        assertThat(Properties.NONE.bytes(Property.CORRELATION_DATA)).isNull();
        assertThat(Properties.NONE.userProperties()).isEmpty();
        assertThat(Properties.NONE.subscriptionIdentifiers()).isEmpty();
        assertThat(Properties.NONE.isEmpty()).isTrue();
        assertThat(Properties.builder().build()).isSameAs(Properties.NONE);
    }

    @Test
    void user_properties_and_subscription_identifiers_repeat_in_order_and_others_are_replaced() {
        Properties properties = Properties.builder()
                .user("b", "2")
                .set(Property.SUBSCRIPTION_IDENTIFIER, 7)
                .user("a", "1")
                .set(Property.SUBSCRIPTION_IDENTIFIER, 3)
                .user("b", "2")
                .set(Property.CONTENT_TYPE, "old")
                .set(Property.CONTENT_TYPE, "new")
                .build();
        assertThat(properties.userProperties())
                .containsExactly(new UserProperty("b", "2"), new UserProperty("a", "1"), new UserProperty("b", "2"));
        assertThat(properties.subscriptionIdentifiers()).containsExactly(7, 3);
        assertThat(properties.string(Property.CONTENT_TYPE)).isEqualTo("new");
        assertThat(properties.entries()).hasSize(6);
    }

    @Test
    void removing_takes_every_occurrence_and_leaves_the_original() {
        Properties properties = Properties.builder()
                .user("a", "1")
                .set(Property.REASON_STRING, "r")
                .user("b", "2")
                .build();
        Properties less = properties.without(Property.USER_PROPERTY);
        assertThat(less.entries()).containsExactly(new Entry(Property.REASON_STRING, "r"));
        assertThat(less.has(Property.USER_PROPERTY)).isFalse();
        assertThat(properties.userProperties()).hasSize(2);
        assertThat(less.without(Property.USER_PROPERTY)).isSameAs(less);
        assertThat(less.without(Property.REASON_STRING)).isSameAs(Properties.NONE);
        Properties again = less.toBuilder().user("c", "3").build();
        assertThat(again.userProperties()).containsExactly(new UserProperty("c", "3"));
    }

    @Test
    void integers_keep_to_their_range() {
        for (Property property : Property.values()) {
            switch (property.type()) {
                case STRING, STRING_PAIR, BINARY -> refused(property, 1);
                case BYTE -> ranges(property, property.allows(2) ? 0xFF : 1);
                case TWO_BYTE_INTEGER -> ranges(property, 0xFFFF);
                case FOUR_BYTE_INTEGER -> ranges(property, 0xFFFF_FFFFL);
                case VARIABLE_BYTE_INTEGER -> ranges(property, 268_435_455);
            }
        }
        for (Property notZero : List.of(
                Property.RECEIVE_MAXIMUM,
                Property.TOPIC_ALIAS,
                Property.MAXIMUM_PACKET_SIZE,
                Property.SUBSCRIPTION_IDENTIFIER)) {
            refused(notZero, 0);
        }
        refused(Property.MAXIMUM_QOS, 2);
    }

    private static void ranges(Property property, long max) {
        Properties set = Properties.builder().set(property, max).build();
        assertThat(set.integer(property, -1)).isEqualTo(max);
        refused(property, max + 1);
        refused(property, -1);
    }

    private static void refused(Property property, long value) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Properties.builder().set(property, value))
                .withMessageContaining(property.name());
    }

    @Test
    void texts_and_bytes_keep_to_their_type_and_length() {
        Properties.Builder builder = Properties.builder();
        assertThatIllegalArgumentException().isThrownBy(() -> builder.set(Property.RECEIVE_MAXIMUM, "1"));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.set(Property.USER_PROPERTY, "1"));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.set(Property.CONTENT_TYPE, Bytes.EMPTY));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.set(Property.CONTENT_TYPE, "\u0000"));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.set(Property.CONTENT_TYPE, "a".repeat(65_536)));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.user("\uD800", "v"));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.user("k", "a".repeat(65_536)));
        Bytes large = Bytes.wrap(new byte[65_536]);
        assertThatIllegalArgumentException().isThrownBy(() -> builder.set(Property.CORRELATION_DATA, large));
        assertThat(builder.build()).isSameAs(Properties.NONE);
    }

    @Test
    void equality_is_that_of_the_entries_in_their_order() {
        Properties ab = Properties.builder().user("a", "").user("b", "").build();
        Properties ba = Properties.builder().user("b", "").user("a", "").build();
        assertThat(ab).isNotEqualTo(ba);
        assertThat(ab)
                .isEqualTo(ab.toBuilder().build())
                .hasSameHashCodeAs(ab.toBuilder().build());
    }

    @Test
    void nobody_can_change_them() {
        Properties properties = Properties.builder().user("a", "").build();
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> properties.entries().clear());
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> properties.userProperties().clear());
    }

    @Test
    void authentication_data_is_not_shown() {
        Properties properties = Properties.builder()
                .set(Property.AUTHENTICATION_DATA, Bytes.of("AB"))
                .build();
        assertThat(properties.toString()).contains("AUTHENTICATION_DATA").doesNotContain("4142");
    }
}
