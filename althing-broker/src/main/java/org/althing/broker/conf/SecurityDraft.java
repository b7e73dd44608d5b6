package org.althing.broker.conf;

import java.util.ArrayList;
import java.util.List;
import org.althing.broker.conf.ConfBuilder.Located;
import org.jspecify.annotations.Nullable;

/** The access settings of the broker or, with {@code per_listener_settings}, of one listener, in the making. */
final class SecurityDraft {
    @Nullable
    Located<Boolean> allowAnonymous;

    boolean allowZeroLengthClientId = true;

    @Nullable
    String autoIdPrefix;

    @Nullable
    Located<String> passwordFile;

    @Nullable
    Located<String> aclFile;

    @Nullable
    Located<String> pskFile;

    final List<PluginDraft> plugins = new ArrayList<>();
}
