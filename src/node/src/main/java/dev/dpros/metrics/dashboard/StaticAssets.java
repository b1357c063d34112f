package dev.dpros.metrics.dashboard;

import com.sun.net.httpserver.HttpExchange;
import dev.dpros.http.Replies;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * The page's own files, from the program's resources below {@code dashboard}: names of lower-case letters, at most one
 * folder deep, of a known type; each is read once. Any thread.
 */
public final class StaticAssets {
    private static final Pattern NAME = Pattern.compile("/((?:[a-z0-9-]+/)?[a-z0-9-]+\\.(html|css|js|svg))");
    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "svg", "image/svg+xml");

    private record Asset(String type, String tag, byte[] body) {}

    private final Map<String, Asset> assets = new ConcurrentHashMap<>();
    private final String first;

    /** @param first the page's own name, served as {@code /} */
    public StaticAssets(String first) {
        this.first = "/" + first;
    }

    /** Answers with the file of the request's path; 404 where there is none, 304 where the client has it. */
    public void serve(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        Asset asset = find(path.equals("/") ? first : path);
        if (asset == null) {
            Replies.text(exchange, 404, "not found");
            return;
        }
        exchange.getResponseHeaders().set("ETag", asset.tag);
        exchange.getResponseHeaders().set("Cache-Control", "no-cache");
        if (asset.tag.equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
            exchange.sendResponseHeaders(304, -1);
            return;
        }
        Replies.send(exchange, 200, asset.type, asset.body);
    }

    private Asset find(String path) throws IOException {
        Matcher name = NAME.matcher(path);
        if (!name.matches()) {
            return null;
        }
        Asset known = assets.get(path);
        if (known != null) {
            return known;
        }
        try (InputStream in = StaticAssets.class.getResourceAsStream("/dashboard/" + name.group(1))) {
            if (in == null) {
                return null;
            }
            byte[] body = in.readAllBytes();
            CRC32 crc = new CRC32();
            crc.update(body);
            Asset read = new Asset(TYPES.get(name.group(2)), "\"" + Long.toHexString(crc.getValue()) + "\"", body);
            assets.put(path, read);
            return read;
        }
    }
}
