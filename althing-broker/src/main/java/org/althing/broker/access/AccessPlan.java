package org.althing.broker.access;

import java.util.Map;

/**
 * All that a configuration says about access.
 *
 * @param global for all listeners; with {@code per_listener_settings} only {@code global_plugin} lines
 * @param byListener what listeners have of their own, by {@link org.althing.broker.ListenerConfig#place}: without {@code
 *     per_listener_settings} at most {@code listener_allow_anonymous}
 * @param perListener {@code per_listener_settings}: what the global settings say about anonymous clients does not count
 * @param localOnly whether no listener is configured: anonymous clients may come in then, unless the settings forbid it
 * @param refuseSubscriptions {@code althing_refuse_subscriptions}: whether a subscription is refused that no message would
 *     come from
 * @param guessing what is done against addresses that guess passwords or come too often
 */
public record AccessPlan(
        AccessSettings global,
        Map<String, AccessSettings> byListener,
        boolean perListener,
        boolean localOnly,
        boolean refuseSubscriptions,
        GuessingLimits guessing) {
    public AccessPlan {
        byListener = Map.copyOf(byListener);
    }

    /** The same for all listeners. */
    public static AccessPlan global(AccessSettings settings) {
        return new AccessPlan(settings, Map.of(), false, false, false, GuessingLimits.DEFAULT);
    }

    AccessSettings of(String listener) {
        return byListener.getOrDefault(listener, AccessSettings.NONE);
    }

    /** Whether a client that has proved nothing may come in there. */
    boolean allowsAnonymous(String listener) {
        AccessSettings own = of(listener);
        if (own.allowAnonymous() != null) {
            return own.allowAnonymous().value();
        }
        if (!perListener && global.allowAnonymous() != null) {
            return global.allowAnonymous().value();
        }
        return localOnly;
    }
}
