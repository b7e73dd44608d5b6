package org.althing.server;

import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.althing.broker.access.ScramCredential;
import org.althing.broker.access.ScramUsers;
import org.jspecify.annotations.Nullable;

/**
 * {@code althing scram}: writes the file of {@code althing_scram_file}. The password comes from a terminal or from standard
 * input, never from the command line, where everybody on the machine could read it.
 */
final class ScramCommand {
    private static final int FAILED = 1;
    private static final int PASSWORD_BYTES_MAX = 65_535;

    private static final String HELP = """
            Usage: althing scram [-i ITERATIONS] FILE USER
                   althing scram --delete FILE USER

            Adds the user to FILE, or gives him another password; FILE is made if it is not there. The password is
            asked for on a terminal, and otherwise read from the first line of standard input.

             -i, --iterations N   how much work a password costs one who guesses (and the client): 4096 to 10000000,
                                  4096 if not said
             -D, --delete         remove the user
             -h, --help

            In the broker's configuration: althing_scram_file FILE. It is read when the broker starts.
            """;

    /** What the command line says. */
    private static final class Line {
        final List<String> names = new ArrayList<>();
        int iterations = ScramCredential.ITERATIONS_MIN;
        boolean delete;
    }

    private final InputStream in;
    private final PrintStream out;
    private final PrintStream err;
    private final @Nullable Console console;

    /** @param console asked for the password if it is a terminal */
    ScramCommand(InputStream in, PrintStream out, PrintStream err, @Nullable Console console) {
        this.in = in;
        this.out = out;
        this.err = err;
        this.console = console;
    }

    /** Returns the exit status. */
    int run(List<String> words) {
        if (words.contains("-h") || words.contains("--help")) {
            out.print(HELP);
            return 0;
        }
        try {
            Line line = parse(new Options(words));
            Path file = Path.of(line.names.getFirst());
            String user = line.names.getLast();
            return line.delete ? delete(file, user) : set(file, user, line.iterations);
        } catch (Options.UsageException e) {
            err.println("althing scram: " + e.getMessage() + "; althing scram --help");
            return Main.USAGE;
        } catch (IllegalArgumentException | IOException e) {
            err.println("Error: " + e.getMessage());
            return FAILED;
        }
    }

    private static Line parse(Options options) throws Options.UsageException {
        Line line = new Line();
        for (String word = options.next(); word != null; word = options.next()) {
            switch (word) {
                case "-i", "--iterations" -> line.iterations = iterations(options.value());
                case "-D", "--delete" -> line.delete = true;
                default -> {
                    if (word.startsWith("-")) {
                        throw options.unknown();
                    }
                    line.names.add(word);
                }
            }
        }
        if (line.names.size() != 2) {
            throw new Options.UsageException("a file and a user are needed");
        }
        return line;
    }

    private static int iterations(String value) throws Options.UsageException {
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new Options.UsageException("--iterations must be a number, not '" + value + "'");
        }
    }

    private int set(Path file, String user, int iterations) throws IOException {
        ScramUsers before = Files.exists(file) ? ScramUsers.read(file) : ScramUsers.none();
        SecureRandom random = new SecureRandom();
        ScramUsers after = before.with(user, ScramCredential.of(password(user), iterations, random), random);
        write(file, after);
        out.println((after.size() == before.size() ? "Changed " : "Added ") + user + " in " + file + ".");
        return 0;
    }

    private int delete(Path file, String user) throws IOException {
        ScramUsers before = ScramUsers.read(file);
        ScramUsers after = before.without(user);
        if (after.size() == before.size()) {
            throw new IOException("There is no user " + user + " in " + file + ".");
        }
        write(file, after);
        out.println("Removed " + user + " from " + file + ".");
        return 0;
    }

    private String password(String user) throws IOException {
        if (console == null || !console.isTerminal()) {
            return firstLine();
        }
        char[] password = console.readPassword("Password for %s: ", user);
        char[] again = console.readPassword("Again: ");
        if (password == null || !Arrays.equals(password, again)) {
            throw new IOException("The two passwords are not the same.");
        }
        return new String(password);
    }

    /** Only that line: what follows may belong to the next command of a script. */
    private String firstLine() throws IOException {
        byte[] line = new byte[PASSWORD_BYTES_MAX];
        int length = 0;
        for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
            if (length == line.length) {
                throw new IOException("The password is longer than " + PASSWORD_BYTES_MAX + " bytes.");
            }
            line[length++] = (byte) next;
        }
        String password = new String(line, 0, length, StandardCharsets.UTF_8);
        return password.endsWith("\r") ? password.substring(0, password.length() - 1) : password;
    }

    /** As a whole or not at all; a new file is its owner's alone. */
    private static void write(Path file, ScramUsers users) throws IOException {
        try {
            replace(file, users);
        } catch (IOException e) {
            throw new IOException("The SCRAM file " + file + " cannot be written: " + e, e);
        }
    }

    private static void replace(Path file, ScramUsers users) throws IOException {
        Path target = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
        byte[] text = (String.join("\n", users.lines()) + "\n").getBytes(StandardCharsets.UTF_8);
        Path fresh = Files.createTempFile(target.getParent(), "." + target.getFileName(), ".new");
        try {
            try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(text);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            if (Files.getFileStore(target.getParent()).supportsFileAttributeView("posix")) {
                Files.setPosixFilePermissions(fresh, permissions(target));
            }
            Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    private static Set<PosixFilePermission> permissions(Path target) throws IOException {
        return Files.exists(target)
                ? EnumSet.copyOf(Files.getPosixFilePermissions(target))
                : PosixFilePermissions.fromString("rw-------");
    }
}
