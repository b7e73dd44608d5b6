package org.althing.access;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Mosquitto's {@code psk_file}: identities of TLS-PSK and their keys, {@code identity:hexkey} a line. */
public final class PskFile {
    private final Path file;
    private final Map<String, byte[]> keys;
    private final List<String> warnings;

    private PskFile(Path file, Map<String, byte[]> keys, List<String> warnings) {
        this.file = file;
        this.keys = Map.copyOf(keys);
        this.warnings = List.copyOf(warnings);
    }

    /**
     * Reads a file. Lines that begin with {@code #} and lines without a colon are left out. Mosquitto: an identity that
     * comes twice keeps its first key, which costs a warning.
     *
     * @throws AccessFileException if it cannot be read, or naming the first line with a key that is not hexadecimal
     */
    public static PskFile read(Path file) throws AccessFileException {
        try {
            return parse(file, Files.readAllLines(file, StandardCharsets.UTF_8));
        } catch (AccessFileException e) {
            throw e;
        } catch (IOException e) {
            throw new AccessFileException(file, e);
        }
    }

    static PskFile parse(Path file, List<String> lines) throws AccessFileException {
        Map<String, byte[]> keys = new HashMap<>();
        List<String> warnings = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            int colon = line.indexOf(':');
            if (line.startsWith("#") || colon < 0) {
                continue;
            }
            String identity = AclLine.trimmed(line.substring(0, colon));
            String hex = AclLine.trimmed(line.substring(colon + 1));
            if (identity.isEmpty() || hex.isEmpty()) {
                warnings.add("Warning: the identity or the key is empty (" + file + ":" + (i + 1) + ").");
                continue;
            }
            byte[] key = key(file, i + 1, identity, hex);
            if (keys.putIfAbsent(identity, key) != null) {
                warnings.add("Warning: identity '" + identity + "' stands there already; its first key counts (" + file
                        + ":" + (i + 1) + ").");
            }
        }
        return new PskFile(file, keys, warnings);
    }

    /** An odd number of digits has its first one alone in a byte, as OpenSSL reads it. */
    private static byte[] key(Path file, int line, String identity, String hex) throws AccessFileException {
        try {
            return HexFormat.of().parseHex(hex.length() % 2 == 0 ? hex : "0" + hex);
        } catch (IllegalArgumentException notHex) {
            throw new AccessFileException(
                    file, line, "the key of identity '" + identity + "' contains non-hexadecimal characters");
        }
    }

    /** The key of this identity, or null if the file has none. */
    public byte @Nullable [] key(String identity) {
        byte[] key = keys.get(identity);
        return key == null ? null : key.clone();
    }

    public int size() {
        return keys.size();
    }

    /** What is odd and no error, in whole sentences. */
    public List<String> warnings() {
        return warnings;
    }

    public Path file() {
        return file;
    }
}
