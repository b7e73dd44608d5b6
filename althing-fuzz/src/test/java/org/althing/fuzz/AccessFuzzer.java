package org.althing.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.althing.access.AccessFileException;
import org.althing.access.AclFile;
import org.althing.access.AclRights;
import org.althing.access.Action;
import org.althing.access.PasswordFile;
import org.althing.access.PasswordHash;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/**
 * The readers of password and ACL files: what the file says, or the one exception that names file and line.
 *
 * <p>Input: one byte that says which of both, a user name, a client identifier, and the file.
 */
public final class AccessFuzzer {
    private static final Path FILE = temporaryFile();
    private static final List<TopicName> TOPICS = List.of(
            TopicName.of("a"),
            TopicName.of("a/b/c"),
            TopicName.of("/"),
            TopicName.of("$SYS/broker/uptime"),
            TopicName.of("users/anna/data"));

    private AccessFuzzer() {}

    private static Path temporaryFile() {
        try {
            Path file = Files.createTempFile("fuzz", ".access");
            file.toFile().deleteOnExit();
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static void fuzzerTestOneInput(byte[] data) {
        Choices choices = new Choices(data);
        boolean passwords = choices.flag();
        String userName = choices.text();
        String clientId = choices.text();
        try {
            Files.write(FILE, choices.rest());
            if (passwords) {
                passwords(PasswordFile.read(FILE));
            } else {
                rights(AclFile.read(FILE), clientId, choices.flag() ? null : userName);
            }
        } catch (AccessFileException e) {
            String message = String.valueOf(e.getMessage());
            check(message.contains(FILE.toString()), "does not name the file: " + message);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Every user has a hash, and what is written from it is read as the same. */
    private static void passwords(PasswordFile file) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String name : file.userNames()) {
            PasswordHash hash = file.find(name);
            check(hash != null, "no hash of " + name);
            lines.add(name + ":" + (hash == null ? "" : hash.text()));
        }
        check(file.find("nobody's name") == null, "a hash of nobody");
        Files.write(FILE, lines, UTF_8);
        PasswordFile again = PasswordFile.read(FILE);
        check(again.userNames().equals(file.userNames()), "other users: " + again.userNames());
        for (String name : again.userNames()) {
            PasswordHash before = file.find(name);
            PasswordHash after = again.find(name);
            check(before != null && after != null && before.text().equals(after.text()), "another hash of " + name);
        }
    }

    private static void rights(AclFile file, String clientId, @Nullable String userName) {
        AclRights rights = file.rights(clientId, userName);
        for (TopicName topic : TOPICS) {
            for (Action action : Action.values()) {
                AclRights.Decision decision = rights.decide(action, topic);
                check(decision.allowed() == rights.allows(action, topic), "two answers for " + topic);
                check(!decision.allowed() || decision.rule() != null, "allowed by nothing: " + decision);
                check(!decision.reason().isEmpty(), "no reason");
            }
        }
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    static List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>();
        for (String file : List.of(
                "",
                "# a comment\nanna:$6$c2FsdHNhbHQ=$" + "QUJD\n",
                "anna:$7$101$c2FsdHNhbHRzYWx0$"
                        + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==\n",
                "anna:plain\n",
                "anna:$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\nbob\n")) {
            seeds.add(Seeds.concat(new byte[] {1, 0, 0}, file.getBytes(UTF_8)));
        }
        for (String file : List.of(
                "topic read $SYS/#\n\nuser anna\ntopic readwrite a/#\ntopic deny a/b/c\n",
                "# patterns\npattern write users/%u/data\npattern read clients/%c/#\npattern a/+/%u\n",
                "user\n",
                "topic a/#/b\ntopic\n",
                "user anna\ntopic write /\ntopic read +\n\ruser bob\ntopic #\n")) {
            seeds.add(Seeds.concat(new byte[] {0, 4, 'a', 'n', 'n', 'a', 1, 'c'}, file.getBytes(UTF_8)));
        }
        return seeds;
    }
}
