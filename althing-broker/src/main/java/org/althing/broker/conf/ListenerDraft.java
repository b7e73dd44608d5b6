package org.althing.broker.conf;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.althing.broker.ListenerConfig;
import org.althing.broker.ListenerConfig.CertificateName;
import org.althing.broker.ListenerConfig.Family;
import org.althing.broker.ListenerConfig.Proxy;
import org.althing.broker.conf.ConfBuilder.Located;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.TopicName;
import org.althing.net.tls.TlsSettings;
import org.jspecify.annotations.Nullable;

/** One listener, in the making. */
final class ListenerDraft {
    int port;
    /** Host name, address, or path of a Unix socket. */
    @Nullable
    String place;

    Directive declared;

    final SecurityDraft security = new SecurityDraft();
    boolean webSockets;
    int connectionsMax = -1;
    int qosMax = 2;
    int topicAliasMax = 10;
    int topicAliasBrokerMax = 10;
    Set<ProtocolVersion> versions = EnumSet.allOf(ProtocolVersion.class);
    Family family = Family.BOTH;

    @Nullable
    String networkInterface;

    @Nullable
    Located<Boolean> allowAnonymous;

    @Nullable
    String autoIdPrefix;

    boolean userNameAsClientId;
    boolean identityAsUserName;
    boolean subjectAsUserName;
    String mountPoint = "";
    int proxyVersion;
    boolean proxyRequiresTls;
    final List<String> origins = new ArrayList<>();

    @Nullable
    Path folder;

    // TLS

    @Nullable
    String certificateFile;

    @Nullable
    String keyFile;

    @Nullable
    String caFile;

    @Nullable
    String caFolder;

    @Nullable
    String revocationFile;

    boolean requireCertificate;
    boolean checkDates = true;
    TlsSettings.Version lowestVersion = TlsSettings.Version.TLS_1_2;

    @Nullable
    String ciphers;

    @Nullable
    String ciphersTls13;

    @Nullable
    Directive pskHint;

    ListenerDraft(int port, @Nullable String place, Directive declared) {
        this.port = port;
        this.place = place;
        this.declared = declared;
    }

    /** The listener of a file that says nothing about listeners. */
    static ListenerDraft unsaid() {
        return new ListenerDraft(1883, null, new Directive(Path.of(""), 0, "listener", ""));
    }

    /** {@code accept_protocol_versions}. Mosquitto: words that are no known version are passed over. */
    static void versions(ConfBuilder conf, Directive line) throws ConfException {
        Set<ProtocolVersion> versions = EnumSet.noneOf(ProtocolVersion.class);
        for (String word : Values.string(line).split("[, \t]+")) {
            switch (word) {
                case "3" -> versions.add(ProtocolVersion.MQTT_3_1);
                case "4" -> versions.add(ProtocolVersion.MQTT_3_1_1);
                case "5" -> versions.add(ProtocolVersion.MQTT_5);
                default -> {
                    // as Mosquitto
                }
            }
        }
        conf.listener().versions = versions;
    }

    static void mountPoint(ConfBuilder conf, Directive line) throws ConfException {
        String value = Values.string(line);
        try {
            TopicName.of(value);
        } catch (IllegalArgumentException e) {
            throw new ConfException(
                    "Invalid 'mount_point' value (" + value + "). Does it contain a wildcard character?", line);
        }
        conf.listener().mountPoint = value;
    }

    static void autoIdPrefix(ConfBuilder conf, Directive line) throws ConfException {
        String value = Values.string(line);
        if (value.length() > 50) {
            throw new ConfException("'" + line.name() + "' length must be <= 50.", line);
        }
        if (line.name().equals("auto_id_prefix")) {
            conf.deprecated(line, "Please use 'listener_auto_id_prefix' instead.");
            conf.security().autoIdPrefix = value;
        } else {
            conf.listener().autoIdPrefix = value;
        }
    }

    static void pskHint(ConfBuilder conf, Directive line) throws ConfException {
        Values.string(line);
        conf.listener().pskHint = line;
        conf.listener().requireOneEncryption(line);
    }

    void requireOneEncryption(Directive line) throws ConfException {
        if (pskHint != null && (certificateFile != null || caFile != null || caFolder != null)) {
            throw new ConfException("Cannot use both certificate and psk encryption in a single listener.", line);
        }
    }

    static void folder(ConfBuilder conf, Directive line) throws ConfException {
        Path folder = Path.of(Values.string(line));
        if (!folder.toFile().exists()) {
            throw new ConfException("The http_dir '" + folder + "' does not exist.", line);
        }
        conf.listener().folder = folder.toAbsolutePath().normalize();
    }

    /** What Mosquitto looks at when it has read everything. */
    private void check() throws ConfException {
        if (pskHint != null) {
            throw new ConfException(
                    "TLS-PSK ('psk_hint') is not served: Java's TLS has no cipher suites with pre-shared keys. Use"
                            + " certfile and keyfile.",
                    pskHint);
        }
        if ((certificateFile == null) != (keyFile == null)) {
            throw new ConfException("Both certfile and keyfile must be provided to enable a TLS listener.", declared);
        }
        if (certificateFile == null && (caFile != null || caFolder != null)) {
            throw new ConfException(
                    (caFile == null ? "capath" : "cafile") + " specified without certfile and keyfile.", declared);
        }
        if (proxyVersion == 2 && subjectAsUserName) {
            throw new ConfException("use_subject_as_username cannot be used with `enable_proxy_protocol 2`.", declared);
        }
        if (proxyVersion == 2 && certificateFile != null) {
            throw new ConfException("certfile and keyfile cannot be used with `enable_proxy_protocol 2`.", declared);
        }
    }

    ListenerConfig build(ConfBuilder conf) throws ConfException {
        boolean unixSocket = port == 0;
        return builder(conf, unixSocket || place == null ? "" : place, port)
                .name(name())
                .unixPath(unixSocket && place != null ? Path.of(place) : null)
                .build();
    }

    /**
     * The same where no listener has a port or an address: this machine alone is served. Mosquitto: forgets everything else
     * that the file says about it; here limits and certificates are not passed over in silence.
     */
    ListenerConfig buildLocal(ConfBuilder conf, int localPort, String localHost) throws ConfException {
        SecurityDraft rules = conf.perListenerSettings ? security : conf.security;
        return builder(conf, localHost, localPort)
                .allowAnonymous(rules.allowAnonymous == null || rules.allowAnonymous.value())
                .build();
    }

    private ListenerConfig.Builder builder(ConfBuilder conf, String host, int at) throws ConfException {
        check();
        SecurityDraft rules = conf.perListenerSettings ? security : conf.security;
        String prefix = autoIdPrefix != null ? autoIdPrefix : rules.autoIdPrefix;
        return new ListenerConfig.Builder(host, at)
                .family(family)
                .networkInterface(networkInterface)
                .protocol(webSockets ? ListenerConfig.Protocol.WEBSOCKETS : ListenerConfig.Protocol.MQTT)
                .allowAnonymous(isAnonymousAllowed(rules))
                .connectionsMax(connectionsMax)
                .qosMax(Qos.of(qosMax))
                .topicAliases(topicAliasMax, topicAliasBrokerMax)
                .versions(versions)
                .zeroLengthClientId(rules.allowZeroLengthClientId)
                .autoIdPrefix(prefix == null ? "auto-" : prefix)
                .userNameAsClientId(userNameAsClientId)
                .certificateName(certificateName())
                .mountPoint(mountPoint)
                .tls(tls())
                .proxy(proxy())
                .origins(origins)
                .folder(folder);
    }

    /** For messages, and to tell listeners apart. */
    String name() {
        return "listener " + (port == 0 ? place : Integer.toString(port)) + " (" + declared.place() + ")";
    }

    /** As the file says it, without where. */
    String shortName() {
        return "listener " + port + (place == null ? "" : " " + place);
    }

    private boolean isAnonymousAllowed(SecurityDraft rules) {
        Located<Boolean> said = allowAnonymous == null ? rules.allowAnonymous : allowAnonymous;
        return said != null && said.value();
    }

    private CertificateName certificateName() {
        // Mosquitto: without TLS here or required by the proxy there is no certificate, and names are as sent.
        if (certificateFile == null && !requireCertificate) {
            return CertificateName.NOTHING;
        }
        if (identityAsUserName) {
            return CertificateName.IDENTITY;
        }
        return subjectAsUserName ? CertificateName.SUBJECT : CertificateName.NOTHING;
    }

    private Proxy proxy() {
        boolean second = proxyVersion == 2;
        return proxyVersion == 0
                ? Proxy.NONE
                : new Proxy(proxyVersion, second && proxyRequiresTls, second && requireCertificate);
    }

    private @Nullable TlsSettings tls() {
        return certificateFile == null || keyFile == null
                ? null
                : new TlsSettings(
                        Path.of(certificateFile),
                        Path.of(keyFile),
                        path(caFile),
                        path(caFolder),
                        path(revocationFile),
                        requireCertificate,
                        checkDates,
                        lowestVersion,
                        ciphers,
                        ciphersTls13);
    }

    private static @Nullable Path path(@Nullable String name) {
        return name == null ? null : Path.of(name);
    }
}
