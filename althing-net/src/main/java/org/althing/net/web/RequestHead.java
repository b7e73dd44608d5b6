package org.althing.net.web;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The request line and the header fields of one request (RFC 9112, sections 3 and 5), read strictly: what two readers
 * could take differently is refused.
 *
 * @param path decoded
 * @param query raw, without the question mark
 * @param headers names in lower case
 */
record RequestHead(String method, String path, String query, boolean isHttp11, Map<String, String> headers) {
    private static final int HEADERS_MAX = 100;
    private static final int METHOD_LENGTH_MAX = 32;
    /** Fields whose repetitions are one list (RFC 9110, section 5.3) and that we read as a list. */
    private static final Set<String> LISTS = Set.of("connection", "upgrade", "sec-websocket-protocol");
    /** Fields that say where a request ends or whom it is for: twice is once too often. */
    private static final Set<String> SINGLE = Set.of("host", "content-length", "transfer-encoding");

    /** Reads everything up to the empty line, which is not part of it. */
    static RequestHead parse(byte[] bytes, int from, int to) throws HttpRefusal {
        String[] lines = new String(bytes, from, to - from, ISO_8859_1).split("\r\n", -1);
        for (String line : lines) {
            checkCharacters(line);
        }
        String[] parts = lines[0].split(" ", -1);
        if (parts.length != 3 || !isToken(parts[0]) || parts[0].length() > METHOD_LENGTH_MAX) {
            throw new HttpRefusal(400, "The request line is not: method, target, version.");
        }
        boolean isHttp11 = isHttp11(parts[2]);
        Map<String, String> headers = headers(lines);
        String target = originForm(parts[1], headers);
        if (isHttp11 && !headers.containsKey("host")) {
            throw new HttpRefusal(400, "The Host header is missing.");
        }
        int question = target.indexOf('?');
        String path = question < 0 ? target : target.substring(0, question);
        String query = question < 0 ? "" : target.substring(question + 1);
        return new RequestHead(parts[0].toUpperCase(Locale.ROOT), decoded(path), query, isHttp11, headers);
    }

    @Nullable
    String header(String lowerCaseName) {
        return headers.get(lowerCaseName);
    }

    /** Whether a header that is a list has this element, whatever its case. */
    boolean lists(String lowerCaseName, String element) {
        String value = headers.get(lowerCaseName);
        if (value == null) {
            return false;
        }
        for (String each : value.split(",", -1)) {
            if (each.strip().equalsIgnoreCase(element)) {
                return true;
            }
        }
        return false;
    }

    boolean keepsAlive() {
        return isHttp11 ? !lists("connection", "close") : lists("connection", "keep-alive");
    }

    private static void checkCharacters(String line) throws HttpRefusal {
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if ((c < ' ' && c != '\t') || c == 0x7F) {
                throw new HttpRefusal(400, "A control character is in the request's head.");
            }
        }
    }

    private static boolean isHttp11(String version) throws HttpRefusal {
        return switch (version) {
            case "HTTP/1.1" -> true;
            case "HTTP/1.0" -> false;
            default -> {
                if (version.matches("HTTP/\\d\\.\\d")) {
                    throw new HttpRefusal(505, "Only HTTP/1.0 and HTTP/1.1 are spoken here.");
                }
                throw new HttpRefusal(400, "The request line is not: method, target, version.");
            }
        };
    }

    private static Map<String, String> headers(String[] lines) throws HttpRefusal {
        if (lines.length - 1 > HEADERS_MAX) {
            throw new HttpRefusal(431, "More than " + HEADERS_MAX + " header fields.");
        }
        Map<String, String> headers = new HashMap<>();
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            // A line that begins with a space would continue the one before: obsolete, and refused by this as well.
            if (colon < 1 || !isToken(lines[i].substring(0, colon))) {
                throw new HttpRefusal(400, "A header line is not: name, colon, value.");
            }
            String name = lines[i].substring(0, colon).toLowerCase(Locale.ROOT);
            String value = lines[i].substring(colon + 1).strip();
            String before = headers.putIfAbsent(name, value);
            if (before != null && SINGLE.contains(name)) {
                throw new HttpRefusal(400, "The header " + name + " is there twice.");
            }
            if (before != null && LISTS.contains(name)) {
                headers.put(name, before + ", " + value);
            }
        }
        return headers;
    }

    /** The target from its path on; of an absolute target the host replaces the header (RFC 9112, section 3.2.2). */
    private static String originForm(String target, Map<String, String> headers) throws HttpRefusal {
        for (int i = 0; i < target.length(); i++) {
            if (target.charAt(i) <= ' ' || target.charAt(i) > '~' || target.charAt(i) == '#') {
                throw new HttpRefusal(400, "The request target has a character that must be encoded.");
            }
        }
        if (target.startsWith("/")) {
            return target;
        }
        if (target.regionMatches(true, 0, "http://", 0, 7)) {
            int slash = target.indexOf('/', 7);
            String host = slash < 0 ? target.substring(7) : target.substring(7, slash);
            if (!host.isEmpty() && host.indexOf('?') < 0 && host.indexOf('@') < 0) {
                headers.put("host", host);
                return slash < 0 ? "/" : target.substring(slash);
            }
        }
        throw new HttpRefusal(400, "The request target does not begin with a slash.");
    }

    private static String decoded(String path) throws HttpRefusal {
        byte[] bytes = new byte[path.length()];
        int length = 0;
        for (int i = 0; i < path.length(); i++) {
            int value = path.charAt(i);
            if (value == '%') {
                int high = i + 2 < path.length() ? Character.digit(path.charAt(i + 1), 16) : -1;
                int low = i + 2 < path.length() ? Character.digit(path.charAt(i + 2), 16) : -1;
                value = high < 0 || low < 0 ? -1 : high * 16 + low;
                i += 2;
            }
            if (value < ' ' || value == 0x7F) {
                throw new HttpRefusal(400, "The path is not encoded as it should be.");
            }
            bytes[length++] = (byte) value;
        }
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, length)).toString();
        } catch (CharacterCodingException malformed) {
            throw new HttpRefusal(400, "The path is not UTF-8.");
        }
    }

    private static boolean isToken(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!alphanumeric && "!#$%&'*+-.^_`|~".indexOf(c) < 0) {
                return false;
            }
        }
        return !text.isEmpty();
    }
}
