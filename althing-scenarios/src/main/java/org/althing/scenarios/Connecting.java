package org.althing.scenarios;

import static org.althing.scenarios.Scenario.certificate;
import static org.althing.scenarios.Scenario.property;
import static org.althing.scenarios.Scenario.require;

import java.io.ByteArrayInputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.function.Supplier;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import org.althing.client.ClientOptions;
import org.althing.client.ConnectFailedException;
import org.althing.client.MqttClient;
import org.althing.client.engine.Authentication;
import org.althing.client.engine.AuthenticationFailedException;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Property;
import org.althing.mqtt.Qos;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/** Programs about what CONNECT says, about keep alive, and about TLS. */
final class Connecting {
    private static final String USER = "uname";
    private static final String PASSWORD = ";'[08gn=#";

    private Connecting() {}

    static Map<String, Scenario> all() {
        return Map.ofEntries(
                Map.entry("01-con-discon-success", it -> comeAndGo(it.options("01-con-discon-success"))),
                Map.entry("01-con-discon-success-v5", it -> comeAndGo(small(it.options5("01-con-discon-success-v5")))),
                Map.entry(
                        "01-con-discon-will",
                        it -> comeAndGo(it.options("01-con-discon-will")
                                .will(will(Properties.NONE))
                                .will(will(Properties.NONE)))),
                Map.entry(
                        "01-con-discon-will-clear",
                        it -> comeAndGo(it.options("01-con-discon-will")
                                .will(will(Properties.NONE))
                                .will(null))),
                Map.entry("01-con-discon-will-v5", it -> {
                    Properties format = property(Property.PAYLOAD_FORMAT_INDICATOR, 1);
                    comeAndGo(
                            it.options5("01-con-discon-will").will(will(format)).will(will(format)));
                }),
                Map.entry(
                        "01-extended-auth-continue",
                        it -> comeAndGo(small(it.options5("01-extended-auth"))
                                .authentication(() -> new TestMethod(Bytes.of("test-reply"))))),
                Map.entry("01-extended-auth-failure", Connecting::refuseTheChallenge),
                Map.entry("01-keepalive-pingreq", it -> stay(it.options("01-keepalive-pingreq"), 2)),
                Map.entry("01-server-keepalive-pingreq", it -> stay(it.options5("01-server-keepalive-pingreq"), 60)),
                Map.entry(
                        "01-no-clean-session",
                        it -> tryToConnect(it.options("01-no-clean-session").cleanStart(false))),
                Map.entry(
                        "01-pre-connect-callback",
                        it -> tryToConnect(
                                it.options("01-pre-connect").beforeConnect(attempt -> attempt.login(USER, PASSWORD)))),
                Map.entry(
                        "01-unpwd-set",
                        it -> tryToConnect(it.options("01-unpwd-set").login(USER, PASSWORD))),
                Map.entry(
                        "01-will-set",
                        it -> tryToConnect(it.options("01-will-set")
                                .will(will(
                                        "topic/on/unexpected/disconnect", "will message", Qos.AT_LEAST_ONCE, true)))),
                Map.entry(
                        "01-will-unpwd-set",
                        it -> tryToConnect(it.options("01-will-unpwd-set")
                                .login("oibvvwqw", "#'^2hg9a&nm38*us")
                                .will(will("will-topic", "will message", Qos.EXACTLY_ONCE, false)))));
    }

    static Map<String, Scenario> secure() {
        return Map.ofEntries(
                Map.entry("08-ssl-connect-no-auth", it -> comeAndGo(secure(it.options("08-ssl-connect-no-auth")))),
                Map.entry(
                        "08-ssl-connect-cert-auth",
                        it -> comeAndGo(named(named(secure(it.options("08-ssl-connect-crt-auth")))))),
                Map.entry(
                        "08-ssl-connect-cert-auth-enc",
                        it -> comeAndGo(secure(it.options("08-ssl-connect-crt-auth-enc"))
                                .tls(t -> t.certificate(
                                        certificate("client-encrypted.crt"),
                                        certificate("client-encrypted.key"),
                                        "password")))),
                Map.entry(
                        "08-ssl-connect-cert-auth-custom-ssl-ctx",
                        it -> comeAndGo(it.options("08-ssl-connect-crt-auth").tls(t -> t.context(ownContext())))),
                Map.entry(
                        "08-ssl-connect-cert-auth-custom-ssl-ctx-default",
                        it -> comeAndGo(named(secure(it.options("08-ssl-connect-crt-auth"))))),
                Map.entry(
                        "08-ssl-connect-san",
                        it -> comeAndGo(secure(it.options("08-ssl-connect-san")
                                .server(it.arguments().getFirst(), it.port())))),
                Map.entry("08-ssl-fake-cacert", Connecting::distrust),
                Map.entry("08-ssl-bad-cacert", it -> missingFile()));
    }

    private static ClientOptions small(ClientOptions options) {
        return options.connectProperties(Properties.builder()
                .set(Property.MAXIMUM_PACKET_SIZE, 1000)
                .set(Property.RECEIVE_MAXIMUM, Scenario.RECEIVE_MAXIMUM)
                .build());
    }

    private static ApplicationMessage will(Properties properties) {
        return new ApplicationMessage(
                TopicName.of("will/topic"), Bytes.of("will-payload"), Qos.AT_LEAST_ONCE, true, properties);
    }

    private static ApplicationMessage will(String topic, String text, Qos qos, boolean retain) {
        return new ApplicationMessage(TopicName.of(topic), Bytes.of(text), qos, retain, Properties.NONE);
    }

    private static void comeAndGo(ClientOptions options) {
        try (MqttClient client = MqttClient.create(options)) {
            client.onConnect((c, event) -> c.disconnect());
            client.connect();
            client.loopForever();
        }
    }

    /** The server looks at CONNECT and closes. */
    private static void tryToConnect(ClientOptions options) {
        try (MqttClient client = MqttClient.create(options)) {
            client.connect();
            client.loopForever();
        } catch (ConnectFailedException expected) {
            // that is what this server does
        }
    }

    /** Until the server closes. */
    private static void stay(ClientOptions options, int keepAliveSeconds) {
        try (MqttClient client = MqttClient.create(options.keepAlive(Duration.ofSeconds(keepAliveSeconds)))) {
            client.connect();
            client.loopForever();
        }
    }

    // ---- enhanced authentication ---------------------------------------------------------------------------------

    /**
     * Says nothing in CONNECT, and knows one answer.
     *
     * @param answer null to refuse
     */
    private record TestMethod(@Nullable Bytes answer) implements Authentication {
        @Override
        public String method() {
            return "test-method";
        }

        /** The server of these scenarios begins by itself. */
        @Override
        public boolean isAnnounced() {
            return false;
        }

        @Override
        public @Nullable Bytes begin() {
            return null;
        }

        @Override
        public Bytes respond(@Nullable Bytes challenge) throws AuthenticationFailedException {
            if (answer == null || challenge == null || !challenge.text().equals("test-request")) {
                throw new AuthenticationFailedException("not to be answered: " + challenge);
            }
            return answer;
        }
    }

    private static void refuseTheChallenge(Scenario.Setting it) {
        Supplier<Authentication> refusing = () -> new TestMethod(null);
        try (MqttClient client =
                MqttClient.create(small(it.options5("01-extended-auth")).authentication(refusing))) {
            client.connect();
            require(false, "the client connected although it refused to authenticate");
        } catch (ConnectFailedException expected) {
            // it refused
        }
    }

    // ---- TLS -----------------------------------------------------------------------------------------------------

    private static ClientOptions secure(ClientOptions options) {
        return options.tls(t -> t.ca(certificate("test-root-ca.crt")));
    }

    private static ClientOptions named(ClientOptions options) {
        return options.tls(t -> t.certificate(certificate("client.crt"), certificate("client.key")));
    }

    private static void distrust(Scenario.Setting it) {
        ClientOptions options =
                named(it.options("08-ssl-connect-crt-auth")).tls(t -> t.ca(certificate("test-fake-root-ca.crt")));
        try (MqttClient client = MqttClient.create(options)) {
            client.connect();
            require(false, "the client trusts a server that it should not");
        } catch (ConnectFailedException failure) {
            require(failure.getCause() instanceof SSLException, "not TLS: " + failure.getMessage());
        }
    }

    private static void missingFile() {
        boolean refused = false;
        try {
            new ClientOptions().tls(t -> t.ca(Path.of("this/file/doesnt/exist")));
        } catch (UncheckedIOException expected) {
            refused = true;
        }
        require(refused, "a file that does not exist was taken");
    }

    /** A context as programs make it that have one already. */
    private static SSLContext ownContext() {
        try {
            CertificateFactory certificates = CertificateFactory.getInstance("X.509");
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setCertificateEntry("ca", read(certificates, "test-root-ca.crt"));
            store.setKeyEntry(
                    "me",
                    KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(body("client.key"))),
                    new char[0],
                    new Certificate[] {read(certificates, "client.crt")});
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, new char[0]);
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (Exception failure) {
            throw new IllegalStateException("the context cannot be made", failure);
        }
    }

    private static Certificate read(CertificateFactory factory, String name) throws Exception {
        return factory.generateCertificate(new ByteArrayInputStream(body(name)));
    }

    private static byte[] body(String name) throws Exception {
        String text = Files.readString(certificate(name));
        String begin = text.substring(text.indexOf("-----BEGIN"));
        String inside = begin.substring(begin.indexOf('\n'), begin.indexOf("-----END"));
        return Base64.getMimeDecoder().decode(inside);
    }
}
