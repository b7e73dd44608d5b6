package org.althing.broker.shard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.althing.testing.Gen;
import org.junit.jupiter.api.Test;

class LinkedProperties {
    private static final class Bead extends Linked.Element<Bead> {}

    @Test
    void behaves_like_a_list() {
        Gen.forAll(200, gen -> {
            Linked<Bead> linked = new Linked<>();
            List<Bead> model = new ArrayList<>();
            for (int step = 0; step < 100; step++) {
                if (model.isEmpty() || gen.bool()) {
                    Bead bead = new Bead();
                    linked.add(bead);
                    model.add(bead);
                } else {
                    Bead removed = model.remove(gen.between(0, model.size() - 1));
                    linked.remove(removed);
                    if (gen.bool()) { // it can come again
                        linked.add(removed);
                        model.add(removed);
                    }
                }
                assertThat(linked.copy()).containsExactlyElementsOf(model);
                assertThat(linked.size()).isEqualTo(model.size());
            }
        });
    }
}
