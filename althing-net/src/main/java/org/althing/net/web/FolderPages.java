package org.althing.net.web;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.althing.net.EventLoop;
import org.althing.net.HttpHandler;
import org.althing.net.Worker;

/**
 * The files of a folder as pages, with {@code index.html} for a folder. Nothing outside of it is served, not through a
 * symbolic link either, and no file whose name begins with a dot.
 */
public final class FolderPages implements HttpHandler {
    private static final long FILE_BYTES_MAX = 32L << 20;
    private static final Map<String, String> TYPES = Map.ofEntries(
            Map.entry("html", "text/html; charset=utf-8"),
            Map.entry("htm", "text/html; charset=utf-8"),
            Map.entry("css", "text/css; charset=utf-8"),
            Map.entry("js", "text/javascript; charset=utf-8"),
            Map.entry("mjs", "text/javascript; charset=utf-8"),
            Map.entry("json", "application/json"),
            Map.entry("txt", "text/plain; charset=utf-8"),
            Map.entry("svg", "image/svg+xml"),
            Map.entry("png", "image/png"),
            Map.entry("jpg", "image/jpeg"),
            Map.entry("jpeg", "image/jpeg"),
            Map.entry("gif", "image/gif"),
            Map.entry("ico", "image/x-icon"),
            Map.entry("webp", "image/webp"),
            Map.entry("woff2", "font/woff2"),
            Map.entry("wasm", "application/wasm"));

    private final Path folder;
    private final Worker worker;
    private final EventLoop loop;

    /**
     * @param worker reads the files
     * @param loop where the answers come back
     * @throws IOException if there is no such folder
     */
    public FolderPages(Path folder, Worker worker, EventLoop loop) throws IOException {
        this.folder = folder.toRealPath();
        this.worker = worker;
        this.loop = loop;
        if (!Files.isDirectory(this.folder)) {
            throw new IOException(folder + " is no folder");
        }
    }

    @Override
    public void handle(Request request, Exchange exchange) {
        if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
            exchange.respond(text(405, "Only GET and HEAD are served here.\n"));
            return;
        }
        worker.run(
                () -> read(request.path()),
                loop,
                (response, failure) ->
                        exchange.respond(response == null ? text(500, "The file cannot be read.\n") : response));
    }

    private Response read(String path) throws IOException {
        Path file;
        try {
            file = folder.resolve(path.substring(1)).normalize();
            if (Files.isDirectory(file)) {
                file = file.resolve("index.html");
            }
            if (!file.startsWith(folder) || isHidden(folder.relativize(file)) || !Files.isRegularFile(file)) {
                return text(404, "There is no such page.\n");
            }
            file = file.toRealPath();
        } catch (InvalidPathException e) {
            return text(404, "There is no such page.\n");
        }
        if (!file.startsWith(folder)) {
            return text(404, "There is no such page.\n");
        }
        if (Files.size(file) > FILE_BYTES_MAX) {
            return text(413, "The file is larger than 32 MiB.\n");
        }
        return new Response(
                200, Map.of("Content-Type", type(file), "X-Content-Type-Options", "nosniff"), Files.readAllBytes(file));
    }

    private static boolean isHidden(Path relative) {
        for (Path part : relative) {
            if (part.toString().startsWith(".")) {
                return true;
            }
        }
        return false;
    }

    private static String type(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        String known = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
        return known == null ? "application/octet-stream" : known;
    }

    private static Response text(int status, String text) {
        return new Response(
                status, Map.of("Content-Type", "text/plain; charset=utf-8"), text.getBytes(StandardCharsets.UTF_8));
    }
}
