package org.althing.broker.conf;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.althing.broker.ListenerConfig;
import org.althing.broker.access.AccessPlan;
import org.althing.broker.access.AccessSettings;
import org.althing.broker.access.AccessSettings.Setting;
import org.althing.broker.conf.ConfBuilder.Located;
import org.jspecify.annotations.Nullable;

/** What a configuration says about access, put together from its drafts. */
final class AccessDraft {
    private final ConfBuilder conf;

    private AccessDraft(ConfBuilder conf) {
        this.conf = conf;
    }

    /** @param listeners as they were built from the drafts, in the same order */
    static AccessPlan plan(ConfBuilder conf, List<ListenerDraft> drafts, List<ListenerConfig> listeners) {
        AccessDraft draft = new AccessDraft(conf);
        Map<String, AccessSettings> byListener = new HashMap<>();
        for (int i = 0; i < listeners.size(); i++) {
            ListenerDraft listener = drafts.get(i);
            AccessSettings own = draft.settings(listener.security, listener.allowAnonymous);
            if (!own.equals(AccessSettings.NONE)) {
                byListener.put(listeners.get(i).place(), own);
            }
        }
        AccessSettings global = draft.settings(conf.security, null);
        return new AccessPlan(
                conf.clientIdPrefixes == null ? global : draft.withPrefixes(global),
                byListener,
                conf.perListenerSettings,
                conf.localOnly,
                conf.refuseSubscriptions,
                conf.guessing);
    }

    private AccessSettings settings(SecurityDraft security, @Nullable Located<Boolean> ofListener) {
        List<AccessSettings.Plugin> plugins = new ArrayList<>();
        security.plugins.forEach(plugin -> plugins.add(plugin(plugin)));
        return new AccessSettings(
                setting(ofListener == null ? security.allowAnonymous : ofListener),
                path(security.passwordFile),
                path(security.aclFile),
                path(security.pskFile),
                null,
                plugins);
    }

    private AccessSettings withPrefixes(AccessSettings global) {
        return new AccessSettings(
                global.allowAnonymous(),
                global.passwordFile(),
                global.aclFile(),
                global.pskFile(),
                setting(conf.clientIdPrefixes),
                global.plugins());
    }

    private static AccessSettings.Plugin plugin(PluginDraft plugin) {
        List<AccessSettings.Option> options = new ArrayList<>();
        plugin.options.forEach(option -> options.add(new AccessSettings.Option(option.key(), located(option.value()))));
        return new AccessSettings.Plugin(located(plugin.name), setting(plugin.denySpecialChars), options);
    }

    private static @Nullable Setting<Path> path(@Nullable Located<String> value) {
        return value == null ? null : located(value).map(Path::of);
    }

    private static <T> @Nullable Setting<T> setting(@Nullable Located<T> value) {
        return value == null ? null : located(value);
    }

    private static <T> Setting<T> located(Located<T> value) {
        return new Setting<>(
                value.value(), value.where().file().toString(), value.where().line());
    }
}
