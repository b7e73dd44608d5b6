package org.althing.broker;

import static org.althing.mqtt.Qos.AT_LEAST_ONCE;
import static org.althing.mqtt.Qos.AT_MOST_ONCE;
import static org.althing.mqtt.Qos.EXACTLY_ONCE;

import org.althing.broker.Ledger.Fate;
import org.althing.broker.Ledger.Intake;

/** A whole broker in a small heap that is sent far more than fits, by all ways; ends with 0 if it still serves. */
final class BudgetProgram {
    private static final int MESSAGES = 300_000;

    private BudgetProgram() {}

    public static void main(String[] args) {
        Rig rig = Rig.with(config -> config.queuedMessagesMax(0).unsentBytesMax(16 << 20));
        for (String filter : new String[] {"t/#", "$share/g/t/#", "$share/h/t/#"}) {
            TestClient offline = rig.client().connect("offline " + filter, false, 1_000);
            offline.accepted();
            offline.subscribe(filter, EXACTLY_ONCE);
            offline.peer.transport().abort();
        }
        TestClient publisher = rig.client().connect("publisher");
        publisher.accepted();
        String payload = "x".repeat(1_000);
        for (int i = 0; i < MESSAGES; i++) {
            int identifier = 1 + i % 60_000;
            switch (i % 3) {
                case 0 -> publisher.publish("t/" + i % 1_000, payload, AT_LEAST_ONCE, identifier);
                case 1 -> publisher.send(TestClient.packet("r/" + i, payload, AT_MOST_ONCE, true, 0));
                default -> rig.broker.publish(TestClient.message("t/x", payload, AT_LEAST_ONCE, false));
            }
            if (i % 10 == 9) {
                publisher.receive();
            }
        }
        TestClient later = rig.client().connect("later");
        later.accepted();
        later.subscribe("live", AT_MOST_ONCE);
        publisher.publish("live", "still here", AT_MOST_ONCE, 0);
        rig.idle();
        boolean serves = TestClient.payloads(later.receive()).contains("still here");
        Ledger ledger = rig.broker.counters().ledger;
        System.out.println(
                "serves " + serves + ", kept " + rig.broker.counters().memory.used() + " bytes, refused "
                        + ledger.count(Intake.QUOTA_EXCEEDED) + ", dropped " + ledger.count(Fate.MEMORY_FULL));
        boolean limited = ledger.count(Intake.QUOTA_EXCEEDED) > 0 && ledger.count(Fate.MEMORY_FULL) > 0;
        System.exit(serves && limited ? 0 : 1);
    }
}
