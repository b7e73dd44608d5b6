package org.althing.net.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.althing.net.EventLoop;
import org.junit.jupiter.api.Test;

class VirtualTimeTest {
    private final VirtualTime time = new VirtualTime(1);
    private final MemoryEngine engine = new MemoryEngine(time);
    private final EventLoop loop = engine.newLoop("loop");
    private final List<String> ran = new ArrayList<>();

    @Test
    void nothing_runs_and_no_time_passes_until_told() {
        long before = time.clock().nanos();
        loop.execute(() -> ran.add("task"));
        assertThat(ran).isEmpty();
        time.runUntilIdle();
        assertThat(ran).containsExactly("task");
        assertThat(time.clock().nanos()).isEqualTo(before);
    }

    @Test
    void a_run_reaches_exactly_its_end() {
        long before = time.clock().nanos();
        long wallBefore = time.clock().wallMillis();
        loop.schedule(Duration.ofSeconds(5).toNanos(), () -> ran.add("at the end"));
        loop.schedule(Duration.ofSeconds(5).toNanos() + 1, () -> ran.add("beyond"));
        time.runFor(Duration.ofSeconds(5));
        assertThat(ran).containsExactly("at the end");
        assertThat(time.clock().nanos() - before)
                .isEqualTo(Duration.ofSeconds(5).toNanos());
        assertThat(time.clock().wallMillis() - wallBefore).isEqualTo(5_000);
    }

    @Test
    void a_timer_sees_its_own_time() {
        long before = time.clock().nanos();
        loop.schedule(700, () -> ran.add("" + (loop.clock().nanos() - before)));
        time.runFor(Duration.ofDays(1));
        assertThat(ran).containsExactly("700");
    }

    @Test
    void idle_does_not_wait_for_timers() {
        loop.schedule(1, () -> ran.add("timer"));
        loop.execute(() -> ran.add("task"));
        time.runUntilIdle();
        assertThat(ran).containsExactly("task");
    }

    @Test
    void what_is_due_at_one_instant_is_one_turn() {
        for (String timer : List.of("a", "b")) {
            loop.schedule(10, () -> {
                ran.add(timer);
                loop.atTurnEnd(() -> ran.add("end"));
                loop.execute(() -> ran.add("task of " + timer));
            });
        }
        time.runFor(Duration.ofNanos(10));
        assertThat(ran).containsExactly("a", "b", "task of a", "task of b", "end", "end");
    }

    @Test
    void while_a_turn_takes_time_the_next_one_gathers() {
        time.turnsTake(Duration.ofNanos(100), Duration.ofNanos(100));
        loop.execute(() -> ran.add("first"));
        loop.schedule(10, () -> {
            ran.add("second");
            loop.atTurnEnd(() -> ran.add("end"));
        });
        loop.schedule(90, () -> ran.add("third"));
        time.runFor(Duration.ofNanos(200));
        assertThat(ran).containsExactly("first", "second", "third", "end");
    }

    @Test
    void the_end_of_a_turn_can_be_asked_for_by_the_test() {
        loop.atTurnEnd(() -> ran.add("end"));
        time.runUntilIdle();
        assertThat(ran).containsExactly("end");
    }

    @Test
    void a_machine_asleep_finds_its_timers_late() {
        loop.schedule(10, () -> ran.add("timer"));
        time.advance(Duration.ofHours(1));
        assertThat(ran).isEmpty();
        time.runFor(Duration.ZERO);
        assertThat(ran).containsExactly("timer");
    }

    @Test
    void a_process_that_was_stopped_finds_what_has_come_before_timers_that_fell_due_earlier() {
        loop.schedule(10, () -> ran.add("timer"));
        time.after(Duration.ofSeconds(1), () -> loop.execute(() -> ran.add("arrival")));
        time.stop(List.of(loop), Duration.ofSeconds(2));
        time.runFor(Duration.ofMillis(1_999));
        assertThat(ran).isEmpty();
        time.runFor(Duration.ofMillis(1));
        assertThat(ran).containsExactly("arrival", "timer");
    }

    @Test
    void while_a_machine_sleeps_its_own_clock_and_timers_stand_still_and_wall_time_goes_on() {
        long nanos = loop.clock().nanos();
        long wall = loop.clock().wallMillis();
        loop.schedule(10, () -> ran.add("timer"));
        time.sleep(List.of(loop), Duration.ofSeconds(2));
        time.runFor(Duration.ofSeconds(2));
        assertThat(ran).isEmpty();
        assertThat(loop.clock().nanos()).isEqualTo(nanos);
        assertThat(loop.clock().wallMillis()).isEqualTo(wall + 2_000);
        time.runFor(Duration.ofNanos(10));
        assertThat(ran).containsExactly("timer");
    }

    @Test
    void wall_time_jumps_alone() {
        long nanos = time.clock().nanos();
        long wall = time.clock().wallMillis();
        time.jumpWallClock(Duration.ofDays(-1));
        assertThat(time.clock().nanos()).isEqualTo(nanos);
        assertThat(time.clock().wallMillis())
                .isEqualTo(wall - Duration.ofDays(1).toMillis());
    }

    @Test
    void the_actions_of_the_test_run_outside_of_all_loops() {
        time.after(Duration.ofSeconds(1), () -> ran.add("" + loop.inLoop()));
        loop.execute(() -> ran.add("" + loop.inLoop()));
        time.runFor(Duration.ofSeconds(1));
        assertThat(ran).containsExactly("true", "false");
    }

    @Test
    void a_failure_fails_the_run_unless_somebody_asked_for_it() {
        loop.execute(() -> {
            throw new IllegalStateException("meant by the test");
        });
        assertThatThrownBy(time::runUntilIdle).hasMessage("meant by the test");
        time.onFailure(failure -> ran.add(String.valueOf(failure.getMessage())));
        loop.execute(() -> {
            throw new IllegalStateException("another");
        });
        time.runUntilIdle();
        assertThat(ran).containsExactly("another");
    }

    @Test
    void a_condition_ends_the_run_or_its_limit_does() {
        long before = time.clock().nanos();
        loop.schedule(5, () -> ran.add("timer"));
        assertThat(time.runUntil(() -> !ran.isEmpty(), Duration.ofSeconds(1))).isTrue();
        assertThat(time.clock().nanos() - before).isEqualTo(5);
        assertThat(time.runUntil(() -> ran.size() > 1, Duration.ofSeconds(1))).isFalse();
        assertThat(time.clock().nanos() - before).isEqualTo(1_000_000_005);
    }

    @Test
    void two_loops_that_call_each_other_let_time_pass() {
        EventLoop other = engine.newLoop("other");
        class Ball implements Runnable {
            @Override
            public void run() {
                (loop.inLoop() ? other : loop).execute(this);
            }
        }
        loop.execute(new Ball());
        loop.schedule(1_000_000, () -> ran.add("timer"));
        assertThat(time.runUntil(() -> !ran.isEmpty(), Duration.ofSeconds(1))).isTrue();
    }
}
