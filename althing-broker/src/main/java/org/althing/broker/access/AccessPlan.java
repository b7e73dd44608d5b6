package org.althing.broker.access;

import java.util.Map;

/**
 * All that a configuration says about access.
 *
 * @param global for all listeners; with {@code per_listener_settings} only {@code global_plugin} lines
 * @param byListener what listeners have of their own, by {@link org.althing.broker.ListenerConfig#place}: without {@code
 *     per_listener_settings} at most {@code listener_allow_anonymous}
 * @param perListener {@code per_listener_settings}: what the global settings say about anonymous clients does not count
 * @param checkRetainSource {@code check_retain_source}: whether a retained message is delivered only if its publisher might
 *     still write it
 */
public record AccessPlan(
        AccessSettings global, Map<String, AccessSettings> byListener, boolean perListener, boolean checkRetainSource) {
    public AccessPlan {
        byListener = Map.copyOf(byListener);
    }

    /** The same for all listeners. */
    public static AccessPlan global(AccessSettings settings) {
        return new AccessPlan(settings, Map.of(), false, false);
    }
}
