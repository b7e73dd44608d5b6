package org.althing.client;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.althing.client.engine.SubscribeFate;
import org.althing.mqtt.Properties;
import org.althing.mqtt.ReasonCode;

/** Translates the engine's word on one unsubscribe for its {@link Unsubscription}. */
record UnsubscribeAnswer(Pending<List<UnsubscribeResult>> pending, int filters) implements SubscribeFate {
    @Override
    public void answered(List<ReasonCode> codes, Properties properties) {
        List<UnsubscribeResult> results = new ArrayList<>(codes.size());
        for (ReasonCode code : codes) {
            results.add(
                    code.isError()
                            ? new UnsubscribeResult.Refused(Reason.of(code, properties))
                            : new UnsubscribeResult.Ended(code != ReasonCode.NO_SUBSCRIPTION_EXISTED));
        }
        pending.settle(List.copyOf(results));
    }

    @Override
    public void failed(String why) {
        pending.settle(List.copyOf(Collections.nCopies(filters, new UnsubscribeResult.Failed(why))));
    }
}
