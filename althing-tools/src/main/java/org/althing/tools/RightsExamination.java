package org.althing.tools;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.althing.client.MqttClient;
import org.althing.client.PublishResult;
import org.althing.client.ReceivedMessage;
import org.althing.client.SubscribeResult;
import org.althing.client.Subscription;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Qos;
import org.althing.mqtt.TopicName;
import org.althing.net.Clock;
import org.jspecify.annotations.Nullable;

/** Tries what a client that is in may do, with messages that it sends to itself and takes away again. */
final class RightsExamination {
    private static final Duration STEP = Duration.ofMillis(5);

    private final Findings findings;
    private final MqttClient client;
    private final boolean five;
    private final String topic;
    private final Clock clock = Clock.system();
    private @Nullable String awaited;
    private long arrivedNanos;
    private boolean arrivedRetained;

    RightsExamination(Arguments arguments, Findings findings, MqttClient client, String clientId) {
        this.findings = findings;
        this.client = client;
        this.five = arguments.version.hasProperties();
        TopicName named = arguments.topicName(Option.PROBE_TOPIC);
        this.topic = named == null ? "althing/doctor/" + clientId : named.toString();
        client.onMessage((it, message) -> onMessage(message));
    }

    private void onMessage(ReceivedMessage message) {
        if (message.text().equals(awaited)) {
            arrivedNanos = clock.nanos();
            arrivedRetained = message.retain();
            awaited = null;
        }
        message.ack();
    }

    void examine() {
        try {
            if (!mySubscribe(topic, "-t chooses another topic.")) {
                return;
            }
            if (!publishRight() || !roundTrips()) {
                return;
            }
            client.unsubscribe(topic).await(DoctorCommand.STEP_MAX);
            retained();
            shared();
        } catch (TimeoutException late) {
            findings.bad(
                    DoctorStep.ROUND_TRIP,
                    "the broker did not answer within " + DoctorCommand.STEP_MAX.toSeconds() + " s",
                    "It is overloaded, or something between here and there holds packets back.");
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- rights --------------------------------------------------------------------------------------------------

    private boolean mySubscribe(String filter, String advice) throws InterruptedException, TimeoutException {
        Subscription subscription = client.subscribe(Qos.EXACTLY_ONCE, filter);
        SubscribeResult result = subscription.await(DoctorCommand.STEP_MAX);
        if (result instanceof SubscribeResult.Granted) {
            return true;
        }
        String why = result instanceof SubscribeResult.Refused it
                ? "refused: " + Voice.lowerFirst(Reasons.words(it.reason()))
                : "not answered: the connection ended";
        findings.bad(
                DoctorStep.RIGHTS,
                "subscribing to " + filter + " is " + why,
                "This user may not read there: look into the broker's ACL (acl_file). " + advice);
        return false;
    }

    private boolean publishRight() throws InterruptedException, TimeoutException {
        PublishResult result =
                client.publish(message("right", Qos.AT_LEAST_ONCE, false)).await(DoctorCommand.STEP_MAX);
        if (result.isSuccess()) {
            findings.good(
                    DoctorStep.RIGHTS,
                    "subscribed to " + topic
                            + (five
                                    ? " and published there"
                                    : "; MQTT before 5 does not say whether" + " publishing is allowed"));
            return true;
        }
        String why = result instanceof PublishResult.Refused it
                ? "refused: " + Voice.lowerFirst(Reasons.words(it.reason()))
                : "not acknowledged: the broker hung up";
        findings.bad(
                DoctorStep.RIGHTS,
                "publishing on " + topic + " is " + why,
                "This user may not write there: look into the broker's ACL (acl_file). -t chooses another topic.");
        return false;
    }

    private ApplicationMessage message(String text, Qos qos, boolean retain) {
        return new ApplicationMessage(TopicName.of(topic), Bytes.of(text), qos, retain, Properties.NONE);
    }

    // ---- round trips -----------------------------------------------------------------------------------------------

    private boolean roundTrips() throws InterruptedException {
        List<String> good = new ArrayList<>();
        for (Qos qos : Qos.values()) {
            long sent = clock.nanos();
            if (!arrives(message("round trip " + qos.level(), qos, false))) {
                findings.bad(
                        DoctorStep.ROUND_TRIP,
                        (good.isEmpty() ? "" : String.join(", ", good) + "; ") + "QoS " + qos.level()
                                + ": the message does not come back within " + DoctorCommand.STEP_MAX.toSeconds()
                                + " s",
                        "The broker took it and delivered nothing: its ACL does not let this user write or read on "
                                + topic + ", or drops it silently.");
                return false;
            }
            good.add("QoS " + qos.level() + " " + DoctorCommand.millis(arrivedNanos - sent));
        }
        findings.good(DoctorStep.ROUND_TRIP, String.join(", ", good));
        return true;
    }

    private boolean arrives(ApplicationMessage message) {
        awaited = message.payload().text();
        client.publish(message);
        return waitFor();
    }

    private boolean waitFor() {
        long deadline = clock.nanos() + DoctorCommand.STEP_MAX.toNanos();
        while (awaited != null && deadline - clock.nanos() > 0) {
            if (!client.loop(STEP)) {
                return awaited == null;
            }
        }
        return awaited == null;
    }

    // ---- what not every broker has -------------------------------------------------------------------------------

    private void retained() throws InterruptedException, TimeoutException {
        PublishResult result =
                client.publish(message("retained", Qos.AT_LEAST_ONCE, true)).await(DoctorCommand.STEP_MAX);
        if (!result.isSuccess()) {
            findings.note(
                    DoctorStep.RETAINED, "not taken", "The broker has retain_available false, or its ACL refuses it.");
            return;
        }
        awaited = "retained";
        arrivedRetained = false;
        client.subscribe(Qos.AT_LEAST_ONCE, topic);
        boolean came = waitFor() && arrivedRetained;
        client.publish(new ApplicationMessage(
                        TopicName.of(topic), Bytes.EMPTY, Qos.AT_LEAST_ONCE, true, Properties.NONE))
                .await(DoctorCommand.STEP_MAX);
        client.unsubscribe(topic).await(DoctorCommand.STEP_MAX);
        if (came) {
            findings.good(DoctorStep.RETAINED, "kept, delivered to a new subscriber, taken away again");
        } else {
            findings.note(
                    DoctorStep.RETAINED, "taken, but not delivered to a new subscriber", "The broker keeps none.");
        }
    }

    private void shared() throws InterruptedException, TimeoutException {
        String filter = "$share/doctor/" + topic;
        SubscribeResult result = client.subscribe(Qos.AT_LEAST_ONCE, filter).await(DoctorCommand.STEP_MAX);
        if (!(result instanceof SubscribeResult.Granted)) {
            findings.note(DoctorStep.SHARED, "subscriptions of a group are refused", null);
            return;
        }
        if (arrives(message("shared", Qos.AT_LEAST_ONCE, false))) {
            findings.good(DoctorStep.SHARED, "subscriptions of a group work");
        } else {
            findings.note(
                    DoctorStep.SHARED,
                    "granted, but nothing is delivered",
                    "The broker takes $share for a usual topic.");
        }
        client.unsubscribe(filter).await(DoctorCommand.STEP_MAX);
    }
}
