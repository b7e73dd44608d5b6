package org.althing.vote.web;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The fields of a form post or a query: {@code application/x-www-form-urlencoded}. */
final class FormFields {
    private final Map<String, List<String>> fields = new HashMap<>();

    private FormFields() {}

    static FormFields of(byte[] body) {
        return of(new String(body, StandardCharsets.UTF_8));
    }

    /** Pairs whose percent-encoding is broken are left out. */
    static FormFields of(String encoded) {
        FormFields read = new FormFields();
        for (String pair : encoded.strip().split("&")) {
            int cut = pair.indexOf('=');
            try {
                String name = URLDecoder.decode(cut < 0 ? pair : pair.substring(0, cut), StandardCharsets.UTF_8);
                String value = cut < 0 ? "" : URLDecoder.decode(pair.substring(cut + 1), StandardCharsets.UTF_8);
                read.fields.computeIfAbsent(name, _ -> new ArrayList<>()).add(value);
            } catch (IllegalArgumentException e) {
                // Nobody's field: no browser writes it.
            }
        }
        return read;
    }

    /** The first value, or empty. */
    String first(String name) {
        List<String> values = fields.get(name);
        return values == null ? "" : values.getFirst();
    }

    Set<String> names() {
        return fields.keySet();
    }

    List<String> all(String name) {
        return fields.getOrDefault(name, List.of());
    }
}
