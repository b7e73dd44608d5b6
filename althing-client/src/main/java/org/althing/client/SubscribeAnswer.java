package org.althing.client;

import java.util.ArrayList;
import java.util.List;
import org.althing.client.engine.SubscribeFate;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Qos;
import org.althing.mqtt.ReasonCode;

/** Translates the engine's word on one subscribe for its {@link Subscription}. */
record SubscribeAnswer(Pending<List<SubscribeResult>> pending, int filters) implements SubscribeFate {
    @Override
    public void answered(List<ReasonCode> codes, Properties properties) {
        List<SubscribeResult> results = new ArrayList<>(codes.size());
        for (ReasonCode code : codes) {
            results.add(
                    code.value() <= 2
                            ? new SubscribeResult.Granted(Qos.of(code.value()))
                            : new SubscribeResult.Refused(Reason.of(code, properties)));
        }
        pending.settle(List.copyOf(results));
    }

    @Override
    public void failed(String why) {
        List<SubscribeResult> results = new ArrayList<>(filters);
        for (int i = 0; i < filters; i++) {
            results.add(new SubscribeResult.Failed(why));
        }
        pending.settle(List.copyOf(results));
    }
}
