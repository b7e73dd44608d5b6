package org.althing.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Base64;
import java.util.random.RandomGenerator;
import org.althing.client.engine.AuthenticationFailedException;
import org.althing.mqtt.Bytes;
import org.junit.jupiter.api.Test;

/** The exchange of RFC 7677, section 3, whose nonces and salt are given there. */
class ScramSha256Test {
    private static final String NONCE = "rOprNGfwEbeRWgbNEkqO";
    private static final String CHALLENGE =
            "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";

    private static ScramSha256 exchange() {
        return ScramSha256.withNonce("user", "pencil", NONCE);
    }

    @Test
    void the_example_of_the_standard() throws Exception {
        ScramSha256 exchange = exchange();
        assertThat(exchange.begin().text()).isEqualTo("n,,n=user,r=" + NONCE);
        assertThat(exchange.respond(Bytes.of(CHALLENGE)).text())
                .isEqualTo("c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                        + "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
        exchange.complete(Bytes.of("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="));
        assertThat(exchange.isProven()).isTrue();
    }

    @Test
    void a_server_that_does_not_know_the_password_is_found_out() throws Exception {
        ScramSha256 exchange = exchange();
        exchange.begin();
        exchange.respond(Bytes.of(CHALLENGE));
        for (String last : new String[] {"v=AAAATRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", "", "v=", "v=***"}) {
            assertThatThrownBy(() -> exchange.complete(Bytes.of(last)))
                    .isInstanceOf(AuthenticationFailedException.class)
                    .hasMessageContaining("does not prove");
        }
        assertThatThrownBy(() -> exchange.complete(null)).hasMessageContaining("does not prove");
        assertThatThrownBy(() -> exchange.complete(Bytes.of("e=other-error"))).hasMessageContaining("other-error");
        assertThat(exchange.isProven()).isFalse();
    }

    @Test
    void a_challenge_that_is_not_as_it_should_be_is_not_answered() {
        for (String challenge : new String[] {
            "r=foreign,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", // another nonce
            "r=" + NONCE + ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", // nothing of the server in it
            "r=" + NONCE + "x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=100", // too few iterations
            "r=" + NONCE + "x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=2000000000", // too many
            "r=" + NONCE + "x,s=***,i=4096",
            "r=" + NONCE + "x",
            ""
        }) {
            ScramSha256 exchange = exchange();
            exchange.begin();
            assertThatThrownBy(() -> exchange.respond(Bytes.of(challenge)))
                    .as(challenge)
                    .isInstanceOf(AuthenticationFailedException.class);
        }
    }

    @Test
    void nonces_are_fresh_and_names_are_escaped() {
        RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
        assertThat(new ScramSha256("a=b,c", "x", random).begin().text()).startsWith("n,,n=a=3Db=2Cc,r=");
        String one = ScramSha256.of("u", "p").begin().text();
        assertThat(ScramSha256.of("u", "p").begin().text()).isNotEqualTo(one);
        assertThat(Base64.getDecoder().decode(one.substring(one.indexOf("r=") + 2)))
                .hasSize(18);
    }
}
