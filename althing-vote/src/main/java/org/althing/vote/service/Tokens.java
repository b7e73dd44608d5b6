package org.althing.vote.service;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.althing.net.Clock;
import org.althing.vote.Role;
import org.althing.vote.Roles;

/**
 * The tokens of organiser and presenter: one file for each beside the ballot log, made at the first start, readable by the
 * owner only. Whoever may read the data folder directs the polls; to give everybody new tokens, delete the files.
 */
public record Tokens(String organiser, String presenter) {
    /** Makes those that are missing. */
    static Tokens ofFolder(Path folder, RandomGenerator random) throws IOException {
        return new Tokens(readOrMake(folder, Role.ORGANISER, random), readOrMake(folder, Role.PRESENTER, random));
    }

    /**
     * The token of a role, as a program on the same machine reads it.
     *
     * @throws IOException if there is none, or it may not be read
     */
    public static String read(Path folder, Role role) throws IOException {
        return Files.readString(file(folder, role)).strip();
    }

    Roles roles(RandomGenerator random, Clock clock) {
        return new Roles(organiser, presenter, random, clock);
    }

    private static Path file(Path folder, Role role) {
        return folder.resolve(role.word() + ".token");
    }

    private static String readOrMake(Path folder, Role role, RandomGenerator random) throws IOException {
        Path file = file(folder, role);
        if (!Files.exists(file)) {
            write(file, Roles.newSecret(random));
        }
        String token = Files.readString(file).strip();
        if (token.isEmpty()) { // a start that died while it made the file
            Files.delete(file);
            write(file, Roles.newSecret(random));
            token = Files.readString(file).strip();
        }
        return token;
    }

    private static void write(Path file, String token) throws IOException {
        Set<StandardOpenOption> options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try (FileChannel channel = FileChannel.open(file, options, ownerOnly())) {
            channel.write(ByteBuffer.wrap((token + "\n").getBytes(StandardCharsets.UTF_8)));
            channel.force(true);
        } catch (FileAlreadyExistsException e) {
            return; // another start was faster, and it holds a token
        }
    }

    private static FileAttribute<?>[] ownerOnly() {
        boolean hasModes =
                FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
        return hasModes
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }
}
