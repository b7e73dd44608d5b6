package org.althing.broker.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.althing.broker.AuthenticationMethod;
import org.althing.broker.Authenticator;
import org.althing.broker.ListenerConfig;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.ProtocolVersion;
import org.althing.mqtt.ReasonCode;
import org.althing.net.memory.MemoryAddress;
import org.althing.testing.Gen;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The server's side of SCRAM-SHA-256, message by message. */
class ScramSha256Test {
    private static final Authenticator.ConnectAttempt ATTEMPT = new Authenticator.ConnectAttempt(
            ListenerConfig.mqtt("", 1), MemoryAddress.named("c"), ProtocolVersion.MQTT_5, "c", null, null, null);

    /** What the server says, as text: {@code challenge ...}, {@code accept USER ...} or {@code refuse CODE ...}. */
    private static final class Answers implements AuthenticationMethod.Reply {
        final List<String> all = new ArrayList<>();

        @Override
        public void challenge(Bytes data) {
            all.add("challenge " + data.text());
        }

        @Override
        public void accept(String userName, @Nullable Bytes data) {
            all.add("accept " + userName + " " + (data == null ? "" : data.text()));
        }

        @Override
        public void refuse(ReasonCode reasonCode, String why) {
            all.add("refuse " + reasonCode + " " + why);
        }
    }

    private final SplittableRandom random = new SplittableRandom(1);
    private final ScramUsers users = ScramUsers.none()
            .with(
                    "user",
                    ScramCredential.parse(
                            "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY="
                                    + ":wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="),
                    random)
            .with("a,b=c", ScramCredential.of("secret", 4_096, random), random);
    private final ScramSha256 method = new ScramSha256(users, random);
    private final Answers answers = new Answers();
    private final AuthenticationMethod.Exchange exchange = method.begin(ATTEMPT);

    private String say(AuthenticationMethod.Exchange to, String message) {
        int before = answers.all.size();
        to.onData(Bytes.of(message), answers);
        assertThat(answers.all).hasSize(before + 1);
        return answers.all.getLast();
    }

    private String say(String message) {
        return say(exchange, message);
    }

    @Test
    void the_example_of_rfc_7677_byte_by_byte() {
        AuthenticationMethod.Exchange example =
                new ScramSha256(users, random, () -> "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0").begin(ATTEMPT);
        assertThat(say(example, "n,,n=user,r=rOprNGfwEbeRWgbNEkqO"))
                .isEqualTo("challenge r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                        + "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096");
        assertThat(say(
                        example,
                        "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                                + "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="))
                .isEqualTo("accept user v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
    }

    private String prove(ScramClient client) {
        AuthenticationMethod.Exchange begun = method.begin(ATTEMPT);
        String challenge = say(begun, client.first());
        assertThat(challenge).startsWith("challenge ");
        return say(begun, client.last(challenge.substring("challenge ".length())));
    }

    @Test
    void a_client_of_its_own_is_let_in_with_each_header_that_may_be() {
        for (String header : List.of("n,,", "y,,", "n,a=user,", "y,a=user,")) {
            ScramClient client = new ScramClient(header, "user", "pencil", "nonce");
            assertThat(prove(client)).isEqualTo("accept user " + client.expected());
        }
        ScramClient escaped = new ScramClient("n,a=a=2Cb=3Dc,", "a,b=c", "secret", "nonce");
        assertThat(prove(escaped)).isEqualTo("accept a,b=c " + escaped.expected());
    }

    @Test
    void a_wrong_password_and_a_user_that_does_not_exist_are_refused_with_the_same_words() {
        String wrong = prove(new ScramClient("n,,", "user", "pencil ", "nonce"));
        assertThat(wrong).startsWith("refuse NOT_AUTHORIZED");
        assertThat(prove(new ScramClient("n,,", "ghost", "pencil", "nonce"))).isEqualTo(wrong);
        assertThat(prove(new ScramClient("n,,", "ghost", "x", "nonce"))).isEqualTo(wrong);
    }

    @Test
    void an_unknown_user_gets_the_same_salt_each_time() {
        String[] first = say(method.begin(ATTEMPT), "n,,n=ghost,r=x").split(",");
        String[] second = say(method.begin(ATTEMPT), "n,,n=ghost,r=x").split(",");
        assertThat(first[1]).isEqualTo(second[1]);
        assertThat(first[2]).isEqualTo("i=4096");
        assertThat(first[0]).isNotEqualTo(second[0]);
    }

    @Test
    void without_data_the_client_is_asked_for_its_first_message() {
        exchange.onData(null, answers);
        assertThat(answers.all).containsExactly("challenge ");
        assertThat(say("n,,n=user,r=x")).startsWith("challenge r=x");
        exchange.onData(null, answers);
        assertThat(answers.all.getLast()).startsWith("refuse NOT_AUTHORIZED");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "n",
                "n,",
                "n,,",
                "n,,n=user",
                "n,,r=x,n=user",
                "n,,n=user,r=",
                "n,,n=user,r=a b",
                "n,,n=,r=x",
                "n,,n=us=er,r=x",
                "n,,n=\u0007,r=x",
                "n,a=other,n=user,r=x",
                "n,user,n=user,r=x",
                "n,,m=x,n=user,r=x",
                "x,,n=user,r=x",
                "p=tls-unique,,n=user,r=x",
                "p=,,n=user,r=x"
            })
    void a_first_message_that_is_none_is_refused(String message) {
        assertThat(say(message)).startsWith("refuse NOT_AUTHORIZED SCRAM-SHA-256: ");
    }

    @Test
    void what_the_last_message_repeats_must_be_what_was_said() {
        for (String[] change : new String[][] {
            {"c=biws", "c=eSws"}, {"r=nonce", "r=other"}, {",p=", ",x="}, {"c=biws", "m=x,c=biws"}, {",p=", ",p=*"}
        }) {
            ScramClient client = new ScramClient("n,,", "user", "pencil", "nonce");
            AuthenticationMethod.Exchange begun = method.begin(ATTEMPT);
            String last = client.last(say(begun, client.first()).substring("challenge ".length()));
            assertThat(say(begun, last.replace(change[0], change[1]))).startsWith("refuse NOT_AUTHORIZED");
        }
    }

    @Test
    void a_good_proof_of_another_header_or_nonce_does_not_help() {
        ScramClient client = new ScramClient("n,,", "user", "pencil", "nonce");
        AuthenticationMethod.Exchange one = method.begin(ATTEMPT);
        String challenge = say(one, client.first()).substring("challenge ".length());
        String nonce = challenge.substring(2, challenge.indexOf(','));
        assertThat(say(one, client.last(challenge, "y,,", nonce))).contains("header of the first message");
        AuthenticationMethod.Exchange two = method.begin(ATTEMPT);
        challenge = say(two, client.first()).substring("challenge ".length());
        assertThat(say(two, client.last(challenge, "n,,", "nonce"))).contains("nonce is not the one");
    }

    @Test
    void an_extension_that_need_not_be_understood_is_part_of_what_is_proved() {
        String withExtension = "n,,n=user,r=nonce,x=1";
        String challenge = say(withExtension).substring("challenge ".length());
        ScramClient client = new ScramClient("n,,", "user", "pencil", "nonce,x=1");
        assertThat(client.first()).isEqualTo(withExtension);
        assertThat(say(client.last(challenge))).isEqualTo("accept user " + client.expected());
    }

    @Test
    void a_proof_of_another_exchange_does_not_fit() {
        ScramClient client = new ScramClient("n,,", "user", "pencil", "nonce");
        AuthenticationMethod.Exchange one = method.begin(ATTEMPT);
        String last = client.last(say(one, client.first()).substring("challenge ".length()));
        say(exchange, client.first());
        assertThat(say(last)).startsWith("refuse NOT_AUTHORIZED");
    }

    @Test
    void whatever_is_said_gets_one_answer_and_nobody_in() {
        Gen.forAll(3_000, gen -> {
            AuthenticationMethod.Exchange begun = method.begin(ATTEMPT);
            for (int i = 0; i < 3; i++) {
                String message = gen.pick("n,,n=user,r=x", "y,a=user,n=user,r=x", "c=biws,r=x,p=AAAA", gen.text(20));
                byte[] bytes = Bytes.of(message).toByteArray();
                for (int k = gen.between(0, 2); k > 0 && bytes.length > 0; k--) {
                    bytes[gen.between(0, bytes.length - 1)] = (byte) gen.between(0, 255);
                }
                int before = answers.all.size();
                begun.onData(gen.oneIn(10) ? null : Bytes.of(bytes), answers);
                assertThat(answers.all).hasSize(before + 1);
                assertThat(answers.all.getLast()).doesNotStartWith("accept");
            }
        });
    }

    @Test
    void a_message_longer_than_any_is_not_read() {
        String most = "n,,n=user,r=" + "x".repeat(4_096 - 12);
        assertThat(say(method.begin(ATTEMPT), most)).startsWith("challenge r=xxx");
        assertThat(say(method.begin(ATTEMPT), most + "x"))
                .isEqualTo("refuse NOT_AUTHORIZED SCRAM-SHA-256: a message of 4097 bytes");
    }
}
