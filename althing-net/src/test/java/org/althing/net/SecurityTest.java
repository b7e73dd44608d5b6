package org.althing.net;

import static org.assertj.core.api.Assertions.assertThat;

import javax.security.auth.x500.X500Principal;
import org.junit.jupiter.api.Test;

class SecurityTest {
    @Test
    void the_common_name_is_read_whatever_stands_in_it() {
        assertThat(Security.commonName(new X500Principal("O=Club, CN=\"Alice, B.+C\"")))
                .isEqualTo("Alice, B.+C");
        assertThat(Security.commonName(new X500Principal("O=\"x,CN=Mallory\", CN=Bob")))
                .isEqualTo("Bob");
        assertThat(Security.commonName(new X500Principal("O=Club"))).isNull();
    }

    @Test
    void without_a_certificate_the_proxy_has_the_word() {
        assertThat(new Security("TLSv1.3", "x", null, "anna").commonName()).isEqualTo("anna");
        assertThat(new Security("TLSv1.3", "x", null, null).commonName()).isNull();
    }
}
