package org.althing.tools;

/** Reads {@code mqtt://[user[:password]@]host[:port]/topic}, and the same with mqtts, ws and wss. */
final class BrokerUrl {
    private BrokerUrl() {}

    /** Sets host, port, login and transport; returns the topic. */
    static String read(String url, Arguments into) throws UsageException {
        int end = url.indexOf("://");
        scheme(end < 0 ? "" : lower(url.substring(0, end)), into);
        String rest = url.substring(end + 3);
        int slash = rest.indexOf('/');
        if (slash < 0) {
            throw new UsageException("Invalid URL for -L argument specified - topic missing.");
        }
        String address = rest.substring(0, slash);
        int at = address.lastIndexOf('@');
        if (at >= 0) {
            login(address.substring(0, at), into);
            address = address.substring(at + 1);
        }
        server(address, into);
        return rest.substring(slash + 1);
    }

    private static void scheme(String scheme, Arguments into) throws UsageException {
        boolean secure = scheme.equals("mqtts") || scheme.equals("wss");
        boolean web = scheme.equals("ws") || scheme.equals("wss");
        if (!secure && !web && !scheme.equals("mqtt")) {
            throw new UsageException("Unsupported URL scheme.");
        }
        // Mosquitto: WebSockets have the ports of MQTT too, unless the URL names one.
        into.set(Option.PORT, secure ? 8883L : 1883L);
        into.urlWantsTls = secure;
        if (web) {
            into.set(Option.WS, true);
        }
    }

    private static String lower(String ascii) {
        StringBuilder lower = new StringBuilder(ascii.length());
        for (int i = 0; i < ascii.length(); i++) {
            lower.append(Character.toLowerCase(ascii.charAt(i)));
        }
        return lower.toString();
    }

    private static void login(String login, Arguments into) throws UsageException {
        int colon = login.indexOf(':');
        String user = colon < 0 ? login : login.substring(0, colon);
        if (user.isEmpty()) {
            throw new UsageException("Empty username in URL.");
        }
        into.set(Option.USER, user);
        if (colon >= 0) {
            into.set(Option.PASSWORD, login.substring(colon + 1));
        }
    }

    /** An IPv6 address stands in brackets. */
    private static void server(String address, Arguments into) throws UsageException {
        int colon = address.lastIndexOf(':');
        if (colon >= 0 && address.indexOf(']', colon) < 0) {
            into.set(Option.PORT, port(address.substring(colon + 1)));
            address = address.substring(0, colon);
        }
        boolean bracketed = address.startsWith("[") && address.endsWith("]");
        String host = bracketed ? address.substring(1, address.length() - 1) : address;
        if (host.isEmpty()) {
            throw new UsageException("Invalid URL for -L argument specified - host missing.");
        }
        into.set(Option.HOST, host);
    }

    private static long port(String digits) throws UsageException {
        if (digits.isEmpty()) {
            throw new UsageException("Empty port in URL.");
        }
        try {
            int port = Integer.parseInt(digits);
            if (port >= 1 && port <= 65_535) {
                return port;
            }
        } catch (NumberFormatException invalid) {
            // said below, like a number out of range
        }
        throw new UsageException("Invalid port given: " + digits);
    }
}
