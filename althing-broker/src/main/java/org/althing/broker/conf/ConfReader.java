package org.althing.broker.conf;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Splits configuration files into directives.
 *
 * <p>Mosquitto: a comment has its # in column 0; the separator is the space character, a tab is not; LF and CRLF end a
 * line; {@code include_dir} is allowed in the main file only, and its files are taken in alphabetical order without
 * regard to case, upper case first where equal.
 */
final class ConfReader {
    private ConfReader() {}

    static List<Directive> read(Path file) throws ConfException {
        List<Directive> directives = new ArrayList<>();
        for (Directive directive : lines(file)) {
            if (directive.name().equals("include_dir")) {
                for (Path included : included(directive)) {
                    addWithoutIncludes(included, directives);
                }
            } else {
                directives.add(directive);
            }
        }
        return directives;
    }

    private static void addWithoutIncludes(Path file, List<Directive> directives) throws ConfException {
        for (Directive directive : lines(file)) {
            if (directive.name().equals("include_dir")) {
                throw new ConfException(
                        "The include_dir option is only valid in the main configuration file.", directive);
            }
            directives.add(directive);
        }
    }

    private static List<Path> included(Directive directive) throws ConfException {
        String name = Values.string(directive);
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> folder = Files.newDirectoryStream(Path.of(name), "*.conf")) {
            folder.forEach(files::add);
        } catch (IOException | DirectoryIteratorException e) {
            throw new ConfException("Unable to open include_dir '" + name + "'.", directive);
        }
        files.sort(Comparator.comparing((Path path) -> path.getFileName().toString(), String.CASE_INSENSITIVE_ORDER)
                .thenComparing(path -> path.getFileName().toString()));
        return files;
    }

    private static List<Directive> lines(Path file) throws ConfException {
        if (Files.isDirectory(file)) {
            throw new ConfException("Config file '" + file + "' is a directory.");
        }
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (IOException e) {
            throw new ConfException("Unable to open config file '" + file + "'.");
        }
        List<Directive> directives = new ArrayList<>();
        int number = 0;
        int start = 0;
        while (start < bytes.length) {
            int end = start;
            while (end < bytes.length && bytes[end] != '\n') {
                end++;
            }
            number++;
            Directive directive = line(file, number, bytes, start, end);
            if (directive != null) {
                directives.add(directive);
            }
            start = end + 1;
        }
        return directives;
    }

    private static @Nullable Directive line(Path file, int number, byte[] bytes, int start, int end)
            throws ConfException {
        int last = end > start && bytes[end - 1] == '\r' ? end - 1 : end;
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, start, last - start))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new ConfException("Malformed UTF-8 in configuration.", new Directive(file, number, "", ""));
        }
        if (text.indexOf('\0') >= 0) {
            throw new ConfException("A zero byte in configuration.", new Directive(file, number, "", ""));
        }
        if (text.startsWith("#")) {
            return null;
        }
        int from = 0;
        while (from < text.length() && text.charAt(from) == ' ') {
            from++;
        }
        if (from == text.length()) {
            return null;
        }
        int space = text.indexOf(' ', from);
        return space < 0
                ? new Directive(file, number, text.substring(from), "")
                : new Directive(file, number, text.substring(from, space), text.substring(space + 1));
    }
}
