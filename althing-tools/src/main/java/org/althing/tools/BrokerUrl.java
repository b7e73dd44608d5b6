package org.althing.tools;

/** Reads {@code mqtt://[user[:password]@]host[:port]/topic}. */
final class BrokerUrl {
    private BrokerUrl() {}

    /** Sets host, port and login; returns the topic. */
    static String read(String url, Arguments into) throws UsageException {
        String rest = afterScheme(url);
        int slash = rest.indexOf('/');
        if (slash < 0 || slash == rest.length() - 1) {
            throw new UsageException("Invalid URL for -L argument specified - topic missing.");
        }
        String topic = rest.substring(slash + 1);
        String address = rest.substring(0, slash);
        int at = address.lastIndexOf('@');
        if (at >= 0) {
            login(address.substring(0, at), into);
            address = address.substring(at + 1);
        }
        server(address, url, into);
        return topic;
    }

    private static String afterScheme(String url) throws UsageException {
        int end = url.indexOf("://");
        String scheme = end < 0 ? "" : url.substring(0, end);
        switch (scheme) {
            case "mqtt" -> {
                return url.substring(end + 3);
            }
            case "mqtts", "ws", "wss" -> throw new UsageException(scheme + ":// is not supported yet.");
            default -> throw new UsageException("unsupported URL scheme: -L " + url);
        }
    }

    private static void login(String login, Arguments into) {
        int colon = login.indexOf(':');
        into.user = colon < 0 ? login : login.substring(0, colon);
        if (colon >= 0) {
            into.password = login.substring(colon + 1);
        }
    }

    /** An IPv6 address stands in brackets. */
    private static void server(String address, String url, Arguments into) throws UsageException {
        int colon = address.lastIndexOf(':');
        if (colon >= 0 && address.indexOf(']', colon) < 0) {
            try {
                into.port = Integer.parseInt(address.substring(colon + 1));
            } catch (NumberFormatException invalid) {
                into.port = 0;
            }
            if (into.port < 1 || into.port > 65_535) {
                throw new UsageException("Invalid port given: " + address.substring(colon + 1) + " in -L " + url);
            }
            address = address.substring(0, colon);
        }
        boolean bracketed = address.startsWith("[") && address.endsWith("]");
        into.host = bracketed ? address.substring(1, address.length() - 1) : address;
        if (into.host.isEmpty()) {
            throw new UsageException("Invalid URL for -L argument specified - host missing.");
        }
    }
}
