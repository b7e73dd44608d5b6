package org.althing.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.althing.testing.Gen;
import org.junit.jupiter.api.Test;

class KeyTableTest {
    private static ByteBuffer key(Gen gen) {
        byte[] bytes = new byte[gen.oneIn(200) ? gen.between(0, 3 << 20) : gen.between(0, 20)];
        for (int i = 0; i < Math.min(2, bytes.length); i++) {
            bytes[bytes.length - 1 - i] = (byte) gen.between(0, 20);
        }
        return ByteBuffer.wrap(bytes);
    }

    @Test
    void it_is_a_map_from_bytes_to_numbers() {
        Gen.forAll(30, gen -> {
            KeyTable table = new KeyTable();
            Map<ByteBuffer, Long> map = new HashMap<>();
            for (int i = gen.between(0, 3000); i > 0; i--) {
                ByteBuffer key = key(gen);
                if (gen.oneIn(4)) {
                    Long before = map.remove(key);
                    assertThat(table.remove(key)).isEqualTo(before == null ? KeyTable.NONE : before);
                } else {
                    Long before = map.put(key, (long) i);
                    assertThat(table.put(key, i)).isEqualTo(before == null ? KeyTable.NONE : before);
                }
            }
            map.forEach((key, value) -> assertThat(table.get(key)).isEqualTo(value));
            assertThat(table.get(ByteBuffer.wrap(new byte[] {-1}))).isEqualTo(KeyTable.NONE);
        });
    }

    @Test
    void a_key_is_found_in_a_buffer_of_any_place() {
        KeyTable table = new KeyTable();
        for (int i = 0; i < 100_000; i++) {
            assertThat(table.put(ByteBuffer.allocate(9).putLong(0, i), i)).isEqualTo(KeyTable.NONE);
        }
        ByteBuffer inside =
                ByteBuffer.allocateDirect(40).putLong(17, 77_777).position(17).limit(26);
        assertThat(table.get(inside)).isEqualTo(77_777);
        assertThat(inside.position()).isEqualTo(17);
    }
}
