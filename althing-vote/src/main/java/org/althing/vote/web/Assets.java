package org.althing.vote.web;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** Style, scripts and pictures of the pages: resources beside this class, read once. */
final class Assets {
    /**
     * One file.
     *
     * @param packed the content by gzip
     * @param tag its ETag
     */
    record Asset(String contentType, byte[] content, byte[] packed, String tag) {}

    private static final Map<String, String> CONTENT_TYPES = Map.of(
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "svg", "image/svg+xml");

    private final Map<String, Asset> byName = new LinkedHashMap<>();

    Assets() {
        for (String name : new String[] {
            "page.css",
            "screen.css",
            "organiser.css",
            "page.js",
            "screen.js",
            "organiser.js",
            "mqtt.js",
            "bars.js",
            "seats.js",
            "clock.js",
            "icon.svg"
        }) {
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
            byte[] content = resource.readAllBytes();
            String hash = tag(content);
            return new Asset(type, content, packed(content), '"' + hash + '"');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] packed(byte[] content) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(content);
        }
        return packed.toByteArray();
    }

    private static String tag(byte[] content) {
        CRC32C crc = new CRC32C();
        crc.update(content);
        return content.length + "-" + Long.toHexString(crc.getValue());
    }
}
