package org.althing.vote.web;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Style, scripts and pictures of the pages: resources beside this class, read once. */
final class Assets {
    /** One file. */
    record Asset(String contentType, byte[] content) {}

    private static final Map<String, String> CONTENT_TYPES = Map.of(
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "svg", "image/svg+xml");

    private final Map<String, Asset> byName = new LinkedHashMap<>();

    Assets() {
        for (String name : new String[] {"page.css", "page.js", "mqtt.js", "bars.js", "seats.js", "icon.svg"}) {
            byName.put(name, read(name));
        }
    }

    @Nullable
    Asset named(String name) {
        return byName.get(name);
    }

    private static Asset read(String name) {
        try (InputStream resource = Assets.class.getResourceAsStream(name)) {
            if (resource == null) {
                throw new IllegalStateException("resource " + name + " is missing");
            }
            String type = CONTENT_TYPES.getOrDefault(name.substring(name.lastIndexOf('.') + 1), "");
            return new Asset(type, resource.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
