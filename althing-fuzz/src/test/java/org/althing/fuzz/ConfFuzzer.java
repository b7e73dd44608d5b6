package org.althing.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.althing.broker.conf.ConfException;
import org.althing.broker.conf.MosquittoConf;

/**
 * The configuration reader: a configuration, or the one exception with a message for the user.
 *
 * <p>Input: a mosquitto.conf.
 */
public final class ConfFuzzer {
    private static final Path FILE = temporaryFile();

    private ConfFuzzer() {}

    private static Path temporaryFile() {
        try {
            Path file = Files.createTempFile("fuzz", ".conf");
            file.toFile().deleteOnExit();
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static void fuzzerTestOneInput(byte[] data) {
        try {
            Files.write(FILE, data);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try {
            MosquittoConf conf = MosquittoConf.read(FILE, List.of());
            check(!conf.broker().listeners().isEmpty(), "nobody listens");
        } catch (ConfException e) {
            String message = String.valueOf(e.getMessage());
            check(message.startsWith("Error: ") && message.length() > 10, "no message for the user: " + message);
        }
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    static List<byte[]> seeds() {
        List<String> seeds = new ArrayList<>();
        seeds.add("");
        seeds.add("# only a comment\r\n\r\n   \n");
        seeds.add("listener 1883 127.0.0.1\nprotocol websockets\nmax_connections 5\nmax_qos 1\nallow_anonymous true\n");
        seeds.add(
                "port 1884\nbind_address localhost\nmax_keepalive 60\nmax_packet_size 1000\nmessage_size_limit 100\n");
        seeds.add("persistence true\npersistence_location /tmp/\npersistence_file a.db\nautosave_interval 10\n");
        seeds.add("log_dest file /tmp/x\nlog_dest stdout\nlog_type all\nlog_timestamp_format %Y\npid_file /tmp/pid\n");
        seeds.add("max_inflight_messages 0\nmax_queued_messages 0\nqueue_qos0_messages true\nretain_available false\n");
        seeds.add("persistent_client_expiration 14d\nper_listener_settings true\nlistener 0\nallow_anonymous true\n");
        seeds.add("password_file /etc/passwd\nacl_file x\nconnection bridge\naddress host\ntopic # in\n");
        seeds.add("include_dir /nonexistent\nconnection_messages false\nallow_zero_length_clientid false\nuser x\n");
        return seeds.stream().map(text -> text.getBytes(UTF_8)).toList();
    }
}
