package org.althing.broker.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.althing.testing.Gen;
import org.junit.jupiter.api.Test;

class IdentifierMapProperties {
    @Test
    void behaves_like_a_map() {
        Gen.forAll(300, gen -> {
            IdentifierMap<String> map = new IdentifierMap<>();
            Map<Integer, String> model = new HashMap<>();
            // Few identifiers, some of them far apart, so that they meet in the table and around its end.
            int spread = gen.pick(1, 7, 8, 1_024);
            for (int step = 0; step < 200; step++) {
                int identifier = 1 + gen.between(0, 40) * spread;
                if (gen.bool()) {
                    map.put(identifier, "v" + step);
                    model.put(identifier, "v" + step);
                } else {
                    assertThat(map.remove(identifier)).isEqualTo(model.remove(identifier));
                }
                int asked = 1 + gen.between(0, 40) * spread;
                assertThat(map.get(asked)).isEqualTo(model.get(asked));
                assertThat(map.has(asked)).isEqualTo(model.containsKey(asked));
                assertThat(map.size()).isEqualTo(model.size());
                assertThat(map.values()).containsExactlyInAnyOrderElementsOf(model.values());
            }
        });
    }

    @Test
    void holds_every_packet_identifier_at_a_time() {
        IdentifierMap<Integer> map = new IdentifierMap<>();
        for (int i = 1; i <= 0xFFFF; i++) {
            map.put(i, i);
        }
        assertThat(map.size()).isEqualTo(0xFFFF);
        for (int i = 1; i <= 0xFFFF; i++) {
            assertThat(map.remove(i)).isEqualTo(i);
        }
        assertThat(map.isEmpty()).isTrue();
    }
}
