package org.althing.broker.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.althing.net.EventLoop;
import org.althing.net.memory.MemoryEngine;
import org.althing.net.memory.VirtualTime;
import org.junit.jupiter.api.Test;

class DeadlinesTest {
    private final VirtualTime time = new VirtualTime(1);
    private final EventLoop loop = new MemoryEngine(time).newLoop("loop");
    private final Deadlines deadlines = new Deadlines(loop);
    private final List<String> happened = new ArrayList<>();

    private Deadlines.Deadline in(Duration wait, String what) {
        return deadlines.at(loop.clock().wallMillis() + wait.toMillis(), () -> happened.add(what));
    }

    @Test
    void things_happen_in_the_order_of_their_times() {
        in(Duration.ofHours(2), "second");
        in(Duration.ofMillis(1_500), "first");
        time.runFor(Duration.ofMillis(1_499));
        assertThat(happened).isEmpty();
        time.runFor(Duration.ofMillis(1));
        assertThat(happened).containsExactly("first");
        time.runFor(Duration.ofHours(2));
        assertThat(happened).containsExactly("first", "second");
        assertThat(deadlines.size()).isZero();
    }

    @Test
    void what_is_cancelled_leaves_nothing_behind() {
        Deadlines.Deadline far = in(Duration.ofDays(10_000), "never");
        deadlines.cancel(far);
        assertThat(deadlines.size()).isZero();
        time.runFor(Duration.ofDays(20_000));
        assertThat(happened).isEmpty();
    }

    @Test
    void a_jump_of_the_wall_clock_is_noticed_within_ten_seconds() {
        in(Duration.ofHours(1), "after the jump");
        time.jumpWallClock(Duration.ofHours(2));
        time.runFor(Duration.ofSeconds(10));
        assertThat(happened).containsExactly("after the jump");
    }

    @Test
    void a_time_that_has_passed_already_comes_at_once() {
        in(Duration.ofHours(-1), "late");
        time.runFor(Duration.ZERO);
        assertThat(happened).containsExactly("late");
    }
}
