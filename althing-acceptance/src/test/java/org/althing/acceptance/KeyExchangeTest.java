package org.althing.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import org.althing.testing.ChildProcess;
import org.althing.testing.Programs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The short commands offer key exchanges in an order of their own (see the launcher): every server finds one. */
class KeyExchangeTest {
    @TempDir
    Path folder;

    @Test
    void a_server_that_knows_one_key_exchange_only_is_spoken_to() {
        Programs.require("openssl");
        String key = folder.resolve("key.pem").toString();
        String certificate = folder.resolve("certificate.pem").toString();
        assertThat(Programs.run(("openssl req -x509 -newkey rsa:2048 -nodes -days 60 -subj /CN=localhost -addext"
                                        + " subjectAltName=IP:127.0.0.1,DNS:localhost -keyout "
                                        + key
                                        + " -out "
                                        + certificate)
                                .split(" "))
                        .exitCode())
                .isZero();
        for (String group : new String[] {"X25519", "P-256", "P-384", "ffdhe2048"}) {
            int port = Programs.freePort();
            try (ChildProcess server = Programs.start(("openssl s_server -www -quiet -accept " + port + " -groups "
                            + group + " -key " + key + " -cert " + certificate)
                    .split(" "))) {
                Waiting.until(() -> answers(port), server::err);
                ChildProcess.Result result =
                        Althing.run("doctor", "-h", "localhost", "-p", Integer.toString(port), "--cafile", certificate);
                assertThat(result.outText()).as(group).contains("TLSv1.3");
            }
        }
    }

    private static boolean answers(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false; // not yet
        }
    }
}
