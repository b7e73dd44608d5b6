package org.althing.broker;

import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.Set;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.Qos;
import org.althing.mqtt.TopicName;
import org.althing.net.tls.TlsSettings;
import org.jspecify.annotations.Nullable;

/**
 * One listener: where it listens, what is spoken there, and what its clients may do. Immutable; {@link #toBuilder} makes
 * another one from it.
 *
 * @param name for messages, such as {@code listener 1883 (mosquitto.conf:3)}
 * @param allowAnonymous whether clients without a user name may connect
 * @param tls null for a listener in clear
 */
public record ListenerConfig(
        String name,
        Address address,
        Protocol protocol,
        boolean allowAnonymous,
        Limits limits,
        Naming naming,
        @Nullable TlsSettings tls,
        Proxy proxy,
        Web web) {
    private static final int AUTO_ID_PREFIX_MAX = 50;
    private static final int PORT_MAX = 65_535;

    /** What is spoken on a port. */
    public enum Protocol {
        MQTT,
        WEBSOCKETS
    }

    /** Which addresses are served where the host leaves it open: {@code socket_domain}. */
    public enum Family {
        BOTH,
        IPV4,
        IPV6
    }

    /**
     * Whether a proxy in front says who the client is: {@code enable_proxy_protocol}.
     *
     * @param version of the PROXY protocol, or 0 for no proxy
     * @param requiresTls whether the proxy must say that the client uses TLS; version 2 only
     * @param requiresCertificate whether the proxy must say that the client has shown a good certificate; version 2 only
     */
    public record Proxy(int version, boolean requiresTls, boolean requiresCertificate) {
        public static final Proxy NONE = new Proxy(0, false, false);

        public Proxy {
            if (version < 0 || version > 2) {
                throw new IllegalArgumentException("the PROXY protocol has the versions 1 and 2, not " + version);
            }
        }
    }

    /** What of a client certificate becomes the user name. */
    public enum CertificateName {
        NOTHING,
        /** Its first CN: {@code use_identity_as_username}. */
        IDENTITY,
        /** The whole subject in the form of RFC 2253: {@code use_subject_as_username}. */
        SUBJECT
    }

    /**
     * Where a listener listens.
     *
     * @param host a name or address to bind, or empty for all addresses; of no meaning for a Unix socket
     * @param port 1 to 65,535, or 0 for a free one
     * @param unixPath the Unix socket to listen on instead; null for TCP
     * @param networkInterface only addresses of this one are bound; null for all
     */
    public record Address(
            String host,
            int port,
            @Nullable Path unixPath,
            Family family,
            @Nullable String networkInterface) {
        public Address {
            requireTwoBytes("port", port);
        }
    }

    /**
     * What clients of this listener may do.
     *
     * @param connectionsMax network connections at a time, or -1 for no limit; more are closed at once
     * @param qosMax the highest QoS that clients may publish with, announced as Maximum QoS
     * @param topicAliasMax how many Topic Aliases a client may use, 0 to 65,535, announced as Topic Alias Maximum
     * @param topicAliasBrokerMax how many Topic Aliases the broker uses to a client that allows as many, 0 to 65,535
     * @param versions of MQTT that are spoken here; others are refused as unsupported
     */
    public record Limits(
            int connectionsMax, Qos qosMax, int topicAliasMax, int topicAliasBrokerMax, Set<ProtocolVersion> versions) {
        public Limits {
            requireTwoBytes("topicAliasMax", topicAliasMax);
            requireTwoBytes("topicAliasBrokerMax", topicAliasBrokerMax);
            versions = Set.copyOf(versions);
        }
    }

    /**
     * How clients of this listener are known.
     *
     * @param zeroLengthClientId whether a client may leave it to the broker to name it
     * @param autoIdPrefix what such a name begins with, at most 50 characters
     * @param userNameAsClientId whether the user name is the client identifier
     * @param certificateName what of its certificate is a client's user name
     * @param mountPoint put before all topics of these clients, and taken off again; empty for none
     */
    public record Naming(
            boolean zeroLengthClientId,
            String autoIdPrefix,
            boolean userNameAsClientId,
            CertificateName certificateName,
            String mountPoint) {
        public Naming {
            if (autoIdPrefix.length() > AUTO_ID_PREFIX_MAX) {
                throw new IllegalArgumentException("autoIdPrefix must be at most 50 characters: " + autoIdPrefix);
            }
            if (!mountPoint.isEmpty()) {
                TopicName.of(mountPoint);
            }
        }
    }

    /**
     * What a listener for WebSocket has beside MQTT.
     *
     * @param origins pages that may open a WebSocket, such as {@code https://example.org}; empty for all
     * @param folder whose files are served; null for none
     */
    public record Web(Set<String> origins, @Nullable Path folder) {
        public Web {
            origins = Collections.unmodifiableSet(new LinkedHashSet<>(origins));
        }
    }

    private static void requireTwoBytes(String what, int value) {
        if (value < 0 || value > PORT_MAX) {
            throw new IllegalArgumentException(what + " must be 0 to 65535, not " + value);
        }
    }

    /** A listener for MQTT over TCP that lets anonymous clients in, with Mosquitto's defaults. */
    public static ListenerConfig mqtt(String host, int port) {
        return new Builder(host, port).build();
    }

    /** The same on WebSocket, at every path. */
    public static ListenerConfig webSockets(String host, int port) {
        return new Builder(host, port).protocol(Protocol.WEBSOCKETS).build();
    }

    /** A listener on a Unix socket; its file is removed at the end. */
    public static ListenerConfig unixSocket(Path path) {
        return new Builder("", 0).unixPath(path).name("listener 0 " + path).build();
    }

    /** The same listener, to be changed. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /**
     * Where it listens, as the configuration says it: {@code PORT}, {@code PORT HOST} or {@code 0 PATH}. The same after a
     * reload.
     */
    public String place() {
        String more = address.unixPath() == null ? host() : address.unixPath().toString();
        return (more.isEmpty() ? String.valueOf(port()) : port() + " " + more).intern(); // every client keeps it
    }

    public String host() {
        return address.host();
    }

    public int port() {
        return address.port();
    }

    public int connectionsMax() {
        return limits.connectionsMax();
    }

    public Qos qosMax() {
        return limits.qosMax();
    }

    public int topicAliasMax() {
        return limits.topicAliasMax();
    }

    public int topicAliasBrokerMax() {
        return limits.topicAliasBrokerMax();
    }

    public ListenerConfig withName(String other) {
        return toBuilder().name(other).build();
    }

    public ListenerConfig withAllowAnonymous(boolean allow) {
        return toBuilder().allowAnonymous(allow).build();
    }

    /** {@code max_connections}; -1 for no limit. */
    public ListenerConfig withConnectionsMax(int max) {
        return toBuilder().connectionsMax(max).build();
    }

    /** {@code max_qos}. */
    public ListenerConfig withQosMax(Qos max) {
        return toBuilder().qosMax(max).build();
    }

    /** {@code max_topic_alias} and {@code max_topic_alias_broker}: from clients and to them. */
    public ListenerConfig withTopicAliases(int fromClients, int toClients) {
        return toBuilder().topicAliases(fromClients, toClients).build();
    }

    /** Collects the settings of a listener; what is not said is Mosquitto's default. */
    public static final class Builder {
        private static final int TOPIC_ALIASES = 10;

        private final String host;
        private final int port;
        private String name;
        private @Nullable Path unixPath;
        private Family family = Family.BOTH;
        private @Nullable String networkInterface;
        private Protocol protocol = Protocol.MQTT;
        private boolean allowAnonymous = true;
        private int connectionsMax = -1;
        private Qos qosMax = Qos.EXACTLY_ONCE;
        private int topicAliasMax = TOPIC_ALIASES;
        private int topicAliasBrokerMax = TOPIC_ALIASES;
        private Set<ProtocolVersion> versions = EnumSet.allOf(ProtocolVersion.class);
        private boolean zeroLengthClientId = true;
        private String autoIdPrefix = "auto-";
        private boolean userNameAsClientId;
        private CertificateName certificateName = CertificateName.NOTHING;
        private String mountPoint = "";
        private @Nullable TlsSettings tls;
        private Proxy proxy = Proxy.NONE;
        private final Set<String> origins = new LinkedHashSet<>();
        private @Nullable Path folder;

        /**
         * @param host a name or address to bind, or empty for all addresses
         * @param port 1 to 65,535, or 0 for a free one
         */
        public Builder(String host, int port) {
            this.host = host;
            this.port = port;
            name = "listener " + port;
        }

        private Builder(ListenerConfig from) {
            host = from.host();
            port = from.port();
            name = from.name;
            unixPath = from.address.unixPath;
            family = from.address.family;
            networkInterface = from.address.networkInterface;
            protocol = from.protocol;
            allowAnonymous = from.allowAnonymous;
            connectionsMax = from.limits.connectionsMax;
            qosMax = from.limits.qosMax;
            topicAliasMax = from.limits.topicAliasMax;
            topicAliasBrokerMax = from.limits.topicAliasBrokerMax;
            versions = from.limits.versions;
            zeroLengthClientId = from.naming.zeroLengthClientId;
            autoIdPrefix = from.naming.autoIdPrefix;
            userNameAsClientId = from.naming.userNameAsClientId;
            certificateName = from.naming.certificateName;
            mountPoint = from.naming.mountPoint;
            tls = from.tls;
            proxy = from.proxy;
            origins.addAll(from.web.origins);
            folder = from.web.folder;
        }

        public Builder name(String value) {
            name = value;
            return this;
        }

        public Builder unixPath(@Nullable Path value) {
            unixPath = value;
            return this;
        }

        /** {@code socket_domain}. */
        public Builder family(Family value) {
            family = value;
            return this;
        }

        /** {@code bind_interface}. */
        public Builder networkInterface(@Nullable String value) {
            networkInterface = value;
            return this;
        }

        /** {@code protocol}. */
        public Builder protocol(Protocol value) {
            protocol = value;
            return this;
        }

        /** {@code listener_allow_anonymous}. */
        public Builder allowAnonymous(boolean value) {
            allowAnonymous = value;
            return this;
        }

        /** {@code max_connections}; -1 for no limit. */
        public Builder connectionsMax(int value) {
            connectionsMax = value;
            return this;
        }

        /** {@code max_qos}. */
        public Builder qosMax(Qos value) {
            qosMax = value;
            return this;
        }

        /** {@code max_topic_alias} and {@code max_topic_alias_broker}: from clients and to them. */
        public Builder topicAliases(int fromClients, int toClients) {
            topicAliasMax = fromClients;
            topicAliasBrokerMax = toClients;
            return this;
        }

        /** {@code accept_protocol_versions}. */
        public Builder versions(Set<ProtocolVersion> value) {
            versions = value;
            return this;
        }

        /** {@code allow_zero_length_clientid}. */
        public Builder zeroLengthClientId(boolean value) {
            zeroLengthClientId = value;
            return this;
        }

        /** {@code listener_auto_id_prefix}. */
        public Builder autoIdPrefix(String value) {
            autoIdPrefix = value;
            return this;
        }

        /** {@code use_username_as_clientid}. */
        public Builder userNameAsClientId(boolean value) {
            userNameAsClientId = value;
            return this;
        }

        /** {@code use_identity_as_username}, {@code use_subject_as_username}. */
        public Builder certificateName(CertificateName value) {
            certificateName = value;
            return this;
        }

        /** {@code mount_point}; empty for none. */
        public Builder mountPoint(String value) {
            mountPoint = value;
            return this;
        }

        public Builder tls(@Nullable TlsSettings value) {
            tls = value;
            return this;
        }

        /** {@code enable_proxy_protocol}. */
        public Builder proxy(Proxy value) {
            proxy = value;
            return this;
        }

        /** {@code websockets_origin}; empty for all. */
        public Builder origins(Collection<String> values) {
            origins.clear();
            origins.addAll(values);
            return this;
        }

        /** {@code http_dir}. */
        public Builder folder(@Nullable Path value) {
            folder = value;
            return this;
        }

        public ListenerConfig build() {
            return new ListenerConfig(
                    name,
                    new Address(host, port, unixPath, family, networkInterface),
                    protocol,
                    allowAnonymous,
                    new Limits(connectionsMax, qosMax, topicAliasMax, topicAliasBrokerMax, versions),
                    new Naming(zeroLengthClientId, autoIdPrefix, userNameAsClientId, certificateName, mountPoint),
                    tls,
                    proxy,
                    new Web(origins, folder));
        }
    }
}
