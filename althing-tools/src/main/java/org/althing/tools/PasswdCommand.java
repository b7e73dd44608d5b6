package org.althing.tools;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import org.althing.access.Argon2id;
import org.althing.access.PasswordHash;

/**
 * Keeps password files, as {@code mosquitto_passwd} does. Mosquitto: a build without argon2id writes 1,000 iterations of
 * PBKDF2, which a guesser is through with in no time; here it is argon2id, or 210,000. Comments stay where they are.
 */
final class PasswdCommand implements Command {
    private static final int NAME_BYTES_MAX = 65_535;
    private static final int FEW_ITERATIONS = 100_000;
    private static final int SHA512_SALT_BYTES = 12;

    private final Arguments arguments;
    private final Terminal terminal;
    private final Voice voice;

    PasswdCommand(Arguments arguments, Terminal terminal, Voice voice) {
        this.arguments = arguments;
        this.terminal = terminal;
        this.voice = voice;
    }

    @Override
    public Outcome run() {
        try {
            Request request = request();
            return perform(request);
        } catch (UsageException mistake) {
            voice.usage(mistake);
            return Outcome.USAGE;
        } catch (DifferentException different) {
            voice.failed("Passwords do not match.");
            return Outcome.PASSWORDS_DIFFER;
        } catch (NoClassDefFoundError withoutLibrary) {
            voice.failed("Unable to hash password: argon2id needs the library Bouncy Castle, which is not there.");
            return Outcome.NOT_SUPPORTED;
        } catch (IOException failure) {
            voice.failed(String.valueOf(failure.getMessage()));
            return Outcome.FAILED;
        }
    }

    @Override
    public void stop() {
        // It is over before somebody has asked twice; nothing of the file is ever half written.
    }

    /** The two passwords are not the same. */
    private static final class DifferentException extends IOException {
        private static final long serialVersionUID = 1L;
    }

    /** What is to be done. Unused parts are empty. */
    private record Request(String file, String user, String password) {}

    private Request request() throws UsageException {
        boolean batch = arguments.has(Option.BATCH);
        boolean create = arguments.has(Option.CREATE);
        boolean delete = arguments.has(Option.DELETE);
        boolean update = arguments.has(Option.UPDATE);
        exclude(create && delete, "-c and -D cannot be used together.");
        exclude(create && update, "-c and -U cannot be used together.");
        exclude(delete && update, "-D and -U cannot be used together.");
        exclude(delete && batch, "-b and -D cannot be used together.");
        int words = arguments.operands.size();
        exclude(create && batch && words < 3, "-c argument given but password file, username, or password missing.");
        exclude(create && words < 2, "-c argument given but password file or username missing.");
        exclude(delete && words < 2, "-D argument given but password file or username missing.");
        exclude(update && words != 1, "-U argument given but password file missing.");
        int wanted = update ? 1 : batch ? 3 : 2;
        exclude(!create && !delete && words != wanted, "the command line is " + Program.PASSWD.usage);
        String user = update ? "" : arguments.operands.get(1);
        checkName(user);
        String password = batch ? arguments.operands.get(2) : "";
        exclude(bytes(password).length > NAME_BYTES_MAX, "Password must be less than 65536 characters long.");
        return new Request(arguments.operands.getFirst(), user, password);
    }

    private static void exclude(boolean wrong, String why) throws UsageException {
        if (wrong) {
            throw new UsageException(why);
        }
    }

    private static void checkName(String name) throws UsageException {
        exclude(bytes(name).length > NAME_BYTES_MAX, "Username must be less than 65536 characters long.");
        for (int i = 0; i < name.length(); i++) {
            exclude(Character.isISOControl(name.charAt(i)), "Username must not contain control characters.");
        }
        exclude(name.indexOf(':') >= 0, "Username must not contain the ':' character.");
        exclude(name.startsWith("#"), "Username must not begin with '#': that is a comment in a password file.");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private Outcome perform(Request request) throws IOException, UsageException {
        if (arguments.has(Option.CREATE)) {
            return create(request);
        }
        if (arguments.has(Option.UPDATE)) {
            PasswordLines.change(request.file, lines -> lines.hashAll(this::hash));
            return Outcome.DONE;
        }
        if (arguments.has(Option.DELETE)) {
            boolean[] found = {false};
            PasswordLines.change(request.file, lines -> found[0] = lines.remove(request.user));
            if (!found[0]) {
                voice.warn("User " + request.user + " not found in password file.");
            }
            return found[0] ? Outcome.DONE : Outcome.FAILED;
        }
        PasswordLines.mustExist(request.file);
        String password = password(request);
        boolean[] found = {false};
        PasswordLines.change(request.file, lines -> found[0] = lines.put(request.user, hash(password)));
        terminal.line((found[0] ? "Updating" : "Adding") + " password for user " + request.user);
        return Outcome.DONE;
    }

    private Outcome create(Request request) throws IOException, UsageException {
        String password = password(request);
        String line = request.user + ":" + hash(password);
        if (request.file.equals("-")) {
            terminal.line(line);
        } else {
            PasswordLines.create(request.file, line);
            terminal.line("Adding password for user " + request.user);
        }
        return Outcome.DONE;
    }

    private String password(Request request) throws IOException, UsageException {
        if (arguments.has(Option.BATCH)) {
            return request.password;
        }
        String password = Passwords.ask("Password: ", terminal);
        if (!password.equals(Passwords.ask("Reenter password: ", terminal))) {
            throw new DifferentException();
        }
        return password;
    }

    // ---- hashing -------------------------------------------------------------------------------------------------

    private String hash(String password) throws IOException {
        String kind = arguments.text(Option.HASH);
        SecureRandom random = new SecureRandom();
        if (kind == null) {
            try {
                return Argon2id.make(bytes(password), random).text();
            } catch (NoClassDefFoundError withoutLibrary) {
                return pbkdf2(password, random);
            }
        }
        return switch (kind) {
            case "argon2id" -> Argon2id.make(bytes(password), random).text();
            case "sha512-pbkdf2" -> pbkdf2(password, random);
            default -> sha512(password, random);
        };
    }

    private String pbkdf2(String password, SecureRandom random) {
        int iterations = (int) arguments.number(Option.ITERATIONS, PasswordHash.Pbkdf2.ITERATIONS);
        if (iterations < FEW_ITERATIONS) {
            voice.warn("PBKDF2 with " + iterations + " iterations is quickly guessed; " + PasswordHash.Pbkdf2.ITERATIONS
                    + " are usual today.");
        }
        return PasswordHash.Pbkdf2.make(bytes(password), iterations, random).text();
    }

    private String sha512(String password, SecureRandom random) throws IOException {
        voice.warn("A single SHA-512 is quickly guessed: argon2id and sha512-pbkdf2 are not.");
        byte[] salt = new byte[SHA512_SALT_BYTES];
        random.nextBytes(salt);
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-512");
            digest.update(bytes(password));
            return new PasswordHash.Sha512(salt, digest.digest(salt)).text();
        } catch (GeneralSecurityException e) {
            throw new IOException("every JDK has SHA-512", e);
        }
    }
}
