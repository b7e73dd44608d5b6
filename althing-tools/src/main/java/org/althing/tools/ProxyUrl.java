package org.althing.tools;

/**
 * Reads {@code socks5h://[user[:password]@]host[:port]}, and {@code http://...} for a proxy that knows CONNECT. Returned
 * is the URL with what URLs need escaped. Mosquitto: {@code %25 %3a %40} in a login stand for {@code % : @}; other
 * escapes are mistakes.
 */
final class ProxyUrl {
    private static final String SCHEME = "socks5h://";
    private static final String HTTP = "http://";

    private ProxyUrl() {}

    static String read(String url) throws UsageException {
        String scheme = url.startsWith(SCHEME) ? SCHEME : url.startsWith(HTTP) ? HTTP : null;
        if (scheme == null) {
            throw new UsageException("Unsupported proxy protocol: " + url);
        }
        String rest = url.substring(scheme.length());
        int at = rest.lastIndexOf('@');
        String server = server(rest.substring(at + 1));
        return scheme + (at < 0 ? "" : login(rest.substring(0, at)) + "@") + server;
    }

    private static String login(String login) throws UsageException {
        int colon = login.indexOf(':');
        String user = decoded(colon < 0 ? login : login.substring(0, colon), "username");
        if (user.isEmpty()) {
            throw new UsageException("Invalid proxy.");
        }
        return colon < 0
                ? encoded(user)
                : encoded(user) + ":" + encoded(decoded(login.substring(colon + 1), "password"));
    }

    private static String decoded(String text, String what) throws UsageException {
        StringBuilder decoded = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%') {
                String code = i + 2 < text.length() ? text.substring(i + 1, i + 3) : "";
                c = switch (code) {
                    case "25" -> '%';
                    case "3a", "3A" -> ':';
                    case "40" -> '@';
                    default -> throw new UsageException("Invalid URL encoding in " + what + ".");
                };
                i += 2;
            }
            decoded.append(c);
        }
        return decoded.toString();
    }

    private static String encoded(String text) {
        StringBuilder encoded = new StringBuilder();
        for (byte each : text.getBytes(java.nio.charset.StandardCharsets.UTF_8)) {
            boolean plain =
                    (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') || (each >= '0' && each <= '9');
            if (plain) {
                encoded.append((char) each);
            } else {
                encoded.append('%')
                        .append(Character.forDigit((each >> 4) & 15, 16))
                        .append(Character.forDigit(each & 15, 16));
            }
        }
        return encoded.toString();
    }

    private static String server(String address) throws UsageException {
        int colon = address.lastIndexOf(':');
        String host = address;
        if (colon >= 0 && address.indexOf(']', colon) < 0) {
            host = address.substring(0, colon);
            String digits = address.substring(colon + 1);
            int port;
            try {
                port = Integer.parseInt(digits);
            } catch (NumberFormatException invalid) {
                port = 0;
            }
            if (port < 1 || port > 65_535) {
                throw new UsageException("Invalid proxy port " + digits);
            }
        }
        if (host.isEmpty()) {
            throw new UsageException("Invalid proxy.");
        }
        return address;
    }
}
