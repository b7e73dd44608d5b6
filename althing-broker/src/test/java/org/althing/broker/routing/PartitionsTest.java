package org.althing.broker.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PartitionsTest {
    @Test
    void every_name_belongs_to_one_shard_and_all_shards_agree_which() {
        for (int shards = 1; shards <= Partitions.COUNT; shards++) {
            for (String name : new String[] {"", "alice", "polygenelubricants", "sport/tennis"}) {
                int owner = new Partitions(0, shards).shardOf(name);
                for (int shard = 0; shard < shards; shard++) {
                    Partitions partitions = new Partitions(shard, shards);
                    assertThat(partitions.shardOf(name)).isEqualTo(owner);
                    assertThat(partitions.areHere(name)).isEqualTo(shard == owner);
                }
            }
        }
    }

    @Test
    void a_negative_hash_has_a_partition_too() {
        assertThat("polygenelubricants".hashCode()).isEqualTo(Integer.MIN_VALUE);
        assertThat(Partitions.of("polygenelubricants")).isZero();
        assertThat("alice2".hashCode()).isNegative();
        assertThat(Partitions.of("alice2")).isBetween(0, 63);
    }

    @Test
    void with_one_shard_message_ids_have_no_gaps() {
        assertThat(Partitions.ALL.nextMessageId(0)).isEqualTo(1);
        assertThat(Partitions.ALL.nextMessageId(1)).isEqualTo(2);
    }

    @Test
    void shards_give_away_different_message_ids_wherever_they_begin() {
        for (int shards : new int[] {1, 2, 3, 64}) {
            Set<Long> given = new HashSet<>();
            for (int shard = 0; shard < shards; shard++) {
                Partitions partitions = new Partitions(shard, shards);
                long id = 100 + shard % 2;
                for (int i = 0; i < 50; i++) {
                    long next = partitions.nextMessageId(id);
                    assertThat(next).isBetween(id + 1, id + shards);
                    assertThat(given.add(next)).isTrue();
                    id = next;
                }
            }
        }
    }

    @Test
    void there_are_1_to_64_shards() {
        IntStream.of(0, 65, -1)
                .forEach(count -> assertThatThrownBy(() -> new Partitions(0, count))
                        .isInstanceOf(IllegalArgumentException.class));
        assertThatThrownBy(() -> new Partitions(2, 2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Partitions(-1, 2)).isInstanceOf(IllegalArgumentException.class);
    }
}
