package org.althing.tools;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.althing.mqtt.Bytes;

/** What pub and rr send. */
final class Payload {
    /** The file cannot be read. */
    static final class Unreadable extends IOException {
        private static final long serialVersionUID = 1L;

        final String file;

        Unreadable(String file, String why, IOException cause) {
            super("Unable to read file \"" + file + "\": " + why + ".", cause);
            this.file = file;
        }
    }

    private Payload() {}

    /** The message, the file, the whole input, or nothing. */
    static Bytes of(Arguments arguments, Terminal terminal) throws IOException {
        String message = arguments.text(Option.MESSAGE);
        if (message != null) {
            return Bytes.of(message);
        }
        String file = arguments.text(Option.FILE);
        if (file != null) {
            return Bytes.wrap(file(file));
        }
        return arguments.has(Option.STDIN) ? input(terminal) : Bytes.EMPTY;
    }

    /** An empty message, which clears a retained one, is hardly meant by an empty input: that is what -n is for. */
    private static Bytes input(Terminal terminal) throws IOException {
        byte[] bytes = terminal.in.readAllBytes();
        if (bytes.length == 0) {
            throw new IOException("Zero length input: -n sends an empty message.");
        }
        return Bytes.wrap(bytes);
    }

    private static byte[] file(String name) throws IOException {
        try {
            return Files.readAllBytes(Path.of(name));
        } catch (NoSuchFileException missing) {
            throw new Unreadable(name, "No such file or directory", missing);
        } catch (AccessDeniedException denied) {
            throw new Unreadable(name, "Permission denied", denied);
        } catch (IOException failure) {
            throw new Unreadable(name, String.valueOf(failure.getMessage()), failure);
        }
    }
}
