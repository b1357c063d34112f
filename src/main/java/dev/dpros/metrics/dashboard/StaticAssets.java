package dev.dpros.metrics.dashboard;

import com.sun.net.httpserver.HttpExchange;
import dev.dpros.metrics.Replies;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;

/** The page's own files, from the jar: a fixed list, read once. Any thread. */
final class StaticAssets {
    private static final Map<String, String> TYPES = Map.of(
            "index.html", "text/html; charset=utf-8",
            "style.css", "text/css; charset=utf-8",
            "app.js", "text/javascript; charset=utf-8",
            "panels.js", "text/javascript; charset=utf-8",
            "plots.js", "text/javascript; charset=utf-8",
            "icon.svg", "image/svg+xml");

    private final Map<String, byte[]> files = new TreeMap<>();

    StaticAssets() {
        for (String name : TYPES.keySet()) {
            try (InputStream in = StaticAssets.class.getResourceAsStream("/dashboard/" + name)) {
                files.put(name, in.readAllBytes());
            } catch (IOException e) {
                throw new IllegalStateException("dashboard/" + name + " cannot be read from the program's jar", e);
            }
        }
    }

    void serve(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String name = path.equals("/") ? "index.html" : path.substring(1);
        byte[] body = files.get(name);
        if (body == null) {
            Replies.text(exchange, 404, "not found");
            return;
        }
        CRC32 crc = new CRC32();
        crc.update(body);
        String tag = "\"" + Long.toHexString(crc.getValue()) + "\"";
        exchange.getResponseHeaders().set("ETag", tag);
        exchange.getResponseHeaders().set("Cache-Control", "no-cache");
        if (tag.equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
            exchange.sendResponseHeaders(304, -1);
            return;
        }
        Replies.send(exchange, 200, TYPES.get(name), body);
    }
}
