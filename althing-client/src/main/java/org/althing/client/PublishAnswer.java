package org.althing.client;

import org.althing.client.engine.PublishFate;
import org.althing.mqtt.Properties;
import org.althing.mqtt.ReasonCode;

/** Translates the engine's word on one message for its {@link Delivery}. */
record PublishAnswer(Core core, Pending<PublishResult> pending) implements PublishFate {
    @Override
    public void sent() {
        pending.settle(new PublishResult.Sent());
    }

    @Override
    public void acknowledged(ReasonCode reason, Properties properties) {
        pending.settle(new PublishResult.Acknowledged(reason == ReasonCode.NO_MATCHING_SUBSCRIBERS));
    }

    @Override
    public void refused(ReasonCode reason, Properties properties) {
        core.settle(pending, new PublishResult.Refused(Reason.of(reason, properties)));
    }

    @Override
    public void dropped(String why) {
        core.settle(pending, new PublishResult.Dropped(why));
    }

    @Override
    public void kept() {
        pending.settle(new PublishResult.Kept());
    }

    @Override
    public void unknown(String why) {
        core.settle(pending, new PublishResult.Unknown(why));
    }
}
