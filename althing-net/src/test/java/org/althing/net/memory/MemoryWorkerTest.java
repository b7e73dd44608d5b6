package org.althing.net.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.althing.net.EventLoop;
import org.junit.jupiter.api.Test;

class MemoryWorkerTest {
    @Test
    void answers_come_late_out_of_order_on_the_loop_and_the_same_way_for_the_same_seed() {
        List<String> answers = answers(1);
        assertThat(answers).hasSize(20).isNotEqualTo(answers.stream().sorted().toList());
        assertThat(answers(1)).isEqualTo(answers);
        assertThat(answers(2)).isNotEqualTo(answers);
    }

    private static List<String> answers(long seed) {
        VirtualTime time = new VirtualTime(seed);
        EventLoop loop = new MemoryEngine(time).newLoop("loop");
        MemoryWorker worker = new MemoryWorker(time, Duration.ofMillis(1), Duration.ofMillis(10));
        List<String> answers = new ArrayList<>();
        for (int i = 10; i < 30; i++) {
            String task = "task " + i;
            worker.run(() -> task, loop, (value, failure) -> answers.add(value + " " + loop.inLoop() + failure));
        }
        time.runUntilIdle();
        assertThat(answers).allMatch(answer -> answer.endsWith(" truenull"));
        return answers;
    }

    @Test
    void a_failure_is_an_answer() {
        VirtualTime time = new VirtualTime(1);
        EventLoop loop = new MemoryEngine(time).newLoop("loop");
        List<String> answers = new ArrayList<>();
        new MemoryWorker(time, Duration.ZERO, Duration.ZERO)
                .run(
                        () -> {
                            throw new IOException("meant by the test");
                        },
                        loop,
                        (value, failure) -> answers.add(value + " " + failure));
        time.runUntilIdle();
        assertThat(answers).containsExactly("null java.io.IOException: meant by the test");
    }
}
