package org.althing.acceptance.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.althing.mqtt.ControlPacket.Disconnect;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;
import org.althing.testing.ChildProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SIGTERM and SIGINT end the real broker in good order. */
class StopProcessTest {
    private final int port = RealBroker.freePort();

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void a_signal_tells_clients_publishes_wills_and_leaves_the_state_whole(String signal, @TempDir Path folder)
            throws IOException {
        CrashSubscriber watcher =
                new CrashSubscriber("watcher", port, CrashSubscriber.DURABLE_SECONDS, Qos.EXACTLY_ONCE, "#");
        CrashPublisher publisher = new CrashPublisher("publisher", port, "a");
        CrashWill now = new CrashWill("mortal", port, 0, "w/now", 0);
        CrashWill later = new CrashWill("late", port, CrashSubscriber.DURABLE_SECONDS, "w/delayed", 1);
        List<CrashClient> all = List.of(watcher, publisher, now, later);
        try {
            ChildProcess broker = RealBroker.start(folder, port);
            all.forEach(CrashClient::start);
            RealBroker.await("all are there", () -> all.stream().allMatch(CrashProgram::isReady));
            publisher.publishAlways();
            RealBroker.await("there is traffic", () -> publisher.acknowledged().size() > 50);
            watcher.stayAway();
            later.stayAwayAfterwards();
            broker.signal(signal);
            ChildProcess.Result result = broker.await(Duration.ofSeconds(8));
            assertThat(result.exitCode()).isZero();
            assertThat(now.lastWords()).isEqualTo(new Disconnect(ReasonCode.SERVER_SHUTTING_DOWN));
            checkFolder(folder);
            publisher.finish();
            try (ChildProcess again = RealBroker.start(folder, port)) {
                watcher.comeBack();
                RealBroker.await("the rest is acknowledged", publisher::isDone);
                RealBroker.await("the will", () -> watcher.count("w/now", "died") > 0);
                RealBroker.await("the delayed will", () -> watcher.count("w/delayed", "died") > 0);
                RealBroker.await(
                        "everything that was acknowledged",
                        () -> publisher.acknowledged().stream().allMatch(number -> got(watcher, number)));
                assertThat(again.err()).doesNotContain("torn");
            }
        } finally {
            all.forEach(CrashClient::stop);
        }
    }

    private static boolean got(CrashSubscriber watcher, long number) {
        return watcher.count("a/" + (number % 4 == 0 ? 1 : 2), Long.toString(number)) > 0;
    }

    private static void checkFolder(Path folder) {
        try (ChildProcess check = RealBroker.command(
                "data", "check", folder.resolve("mosquitto.db.althing").toString())) {
            ChildProcess.Result checked = check.await(RealBroker.LIMIT);
            assertThat(checked.exitCode())
                    .as(checked.outText() + checked.errText())
                    .isZero();
        }
    }

    @Test
    void a_client_that_does_not_read_cannot_hold_the_end_up(@TempDir Path folder) throws IOException {
        CrashPublisher publisher = new CrashPublisher("publisher", port, "a");
        ChildProcess broker = RealBroker.start(folder, port);
        try (Socket deaf = new Socket(InetAddress.getLoopbackAddress(), port)) {
            deaf.setReceiveBufferSize(4_096);
            deaf.getOutputStream().write(CrashClient.connectAndSubscribe("deaf", "#", 0));
            publisher.start();
            publisher.publishAlways();
            RealBroker.await("there is traffic", () -> publisher.acknowledged().size() > 200);
            long began = System.nanoTime();
            broker.signal("TERM");
            assertThat(broker.await(Duration.ofSeconds(10)).exitCode()).isZero();
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(8));
        } finally {
            publisher.finish();
            publisher.stop();
            broker.close();
        }
    }
}
