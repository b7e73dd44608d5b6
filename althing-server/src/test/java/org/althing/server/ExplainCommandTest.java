package org.althing.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExplainCommandTest {
    @TempDir
    Path folder;

    private Path conf = Path.of("unset");

    @BeforeEach
    void write() throws IOException {
        Path acl = Files.writeString(folder.resolve("acl"), """
                topic read news/#
                user anna
                topic readwrite home/#
                topic deny home/alarm
                pattern write devices/%u/%c/#
                """);
        conf = Files.writeString(
                folder.resolve("mosquitto.conf"), "listener 1883\nallow_anonymous true\nacl_file " + acl);
    }

    /** What is printed, with the folder left out, and the status at its end. */
    private String explain(String... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("-c", conf.toString()));
        PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
        int status = new ExplainCommand(print, print).run(all);
        return out.toString(StandardCharsets.UTF_8).replace(folder + "/", "") + status;
    }

    @Test
    void the_example_of_the_page_is_true() throws IOException {
        String said =
                explain("acl", "--user", "anna", "--client", "phone", "--action", "publish", "--topic", "home/alarm");
        assertThat(said).isEqualTo("""
                denied: publish to 'home/alarm', for client 'phone' as user 'anna', listener 1883
                  denied by 'topic deny home/alarm' (acl:4)

                  acl (mosquitto.conf:3), rule by rule:
                        1  topic read news/#              is for clients without a user name
                        3  topic readwrite home/#         matches, but line 4 decides before it
                  =>    4  topic deny home/alarm          denies it
                        5  pattern write devices/%u/%c/#  'devices/anna/phone/#' does not match
                1""");
        Path root = Path.of(System.getProperty("althing.root", ".."));
        assertThat(Files.readString(root.resolve("docs/access.md"))).contains(said.substring(0, said.length() - 1));
    }

    @Test
    void subscribing_is_allowed_and_what_it_would_bring_is_said() {
        assertThat(explain("acl", "--action", "subscribe", "--topic", "home/#")).isEqualTo("""
                allowed: subscribe to 'home/#', for client 'client' without a user name, listener 1883
                  subscribing is always allowed; the rules count when a message is to be sent: ask about receive
                  no rule of acl lets the client read anything of it, so nothing would be sent
                0""");
    }

    @Test
    void what_only_the_broker_publishes_no_rule_allows() {
        assertThat(explain("acl", "--action", "publish", "--topic", "$SYS/x")).isEqualTo("""
                denied: publish to '$SYS/x', for client 'client' without a user name, listener 1883
                  because only the broker publishes there; no rule changes that
                1""");
    }

    @Test
    void a_login_is_explained_with_the_line_that_allows_it() {
        assertThat(explain("login", "--user", "anna")).isEqualTo("""
                allowed: connect as client 'client' with user name 'anna', listener 1883
                  no password file is set for this listener: a user name is only claimed, as by an anonymous client
                  anonymous clients may come in: allow_anonymous true (mosquitto.conf:2)
                0""");
    }

    @Test
    void what_is_asked_wrongly_is_named() {
        assertThat(explain("acl", "--action", "readwrite", "--topic", "a"))
                .isEqualTo("althing explain: --action is publish, subscribe or receive, not 'readwrite'\n2");
        assertThat(explain("acl", "--action", "read", "--topic", "a"))
                .as("the words of the file are understood too")
                .isEqualTo(explain("acl", "--action", "receive", "--topic", "a"));
        assertThat(explain("acl", "--action", "publish"))
                .isEqualTo("althing explain: acl needs --action and --topic\n2");
    }
}
