package org.althing.vote.web;

import java.net.InetSocketAddress;
import java.util.Locale;
import org.althing.net.HttpHandler.Request;
import org.althing.vote.Language;
import org.jspecify.annotations.Nullable;

/** What a request says beside its path. */
final class Requests {
    private Requests() {}

    /** As the link says ({@code ?lang=en}), otherwise the first one that the browser prefers and we speak. */
    static Language language(Request request) {
        Language asked = Language.of(FormFields.of(request.query()).first("lang"));
        if (asked != null) {
            return asked;
        }
        String accepted = String.valueOf(request.header("accept-language"));
        double best = 0;
        Language chosen = Language.FRENCH;
        for (String part : accepted.toLowerCase(Locale.ROOT).split(",")) {
            String[] words = part.strip().split(";\\s*q=", -1);
            Language language = Language.of(words[0].strip());
            double weight = words.length == 1 ? 1 : weight(words[1]);
            if (language != null && weight > best) {
                best = weight;
                chosen = language;
            }
        }
        return chosen;
    }

    private static double weight(String text) {
        try {
            return Double.parseDouble(text.strip());
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    static boolean isGet(Request request) {
        return request.method().equals("GET") || request.method().equals("HEAD");
    }

    static boolean wantsJson(Request request) {
        return String.valueOf(request.header("accept")).startsWith("application/json");
    }

    /**
     * Whether the request comes from one of our pages, or from no page at all. A browser says the origin of every post; a
     * program that says nothing is nobody's tool in somebody else's browser.
     */
    static boolean isSameOrigin(Request request) {
        String origin = request.header("origin");
        String host = request.header("host");
        if (origin != null) {
            return host != null
                    && (origin.equalsIgnoreCase("http://" + host) || origin.equalsIgnoreCase("https://" + host));
        }
        String site = request.header("sec-fetch-site");
        return site == null || site.equals("same-origin") || site.equals("none");
    }

    static @Nullable String cookie(Request request, String name) {
        String cookies = request.header("cookie");
        if (cookies != null) {
            for (String pair : cookies.split(";")) {
                String[] both = pair.strip().split("=", 2);
                if (both.length == 2 && both[0].equals(name)) {
                    return both[1];
                }
            }
        }
        return null;
    }

    /** By which wrong PINs and codes are counted. */
    static String source(Request request) {
        return request.remoteAddress() instanceof InetSocketAddress address && address.getAddress() != null
                ? address.getAddress().getHostAddress()
                : "";
    }
}
