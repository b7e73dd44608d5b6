package org.althing.tools;

import org.althing.mqtt.Qos;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.SubscriptionOptions.RetainHandling;

/** How sub and rr subscribe. */
final class Receiving {
    private Receiving() {}

    static SubscriptionOptions options(Arguments arguments) {
        String handling =
                arguments.text(Option.RETAIN_HANDLING, arguments.has(Option.NO_RETAINED) ? "never" : "always");
        boolean five = arguments.version.hasProperties();
        RetainHandling known = switch (handling) {
            case "new" -> RetainHandling.SEND_IF_NEW;
            case "never" -> RetainHandling.DO_NOT_SEND;
            default -> RetainHandling.SEND;
        };
        return new SubscriptionOptions(
                arguments.qos(Option.QOS, Qos.AT_MOST_ONCE),
                false,
                five && arguments.has(Option.RETAIN_AS_PUBLISHED),
                five ? known : RetainHandling.SEND);
    }
}
