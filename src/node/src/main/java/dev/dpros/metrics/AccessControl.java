package dev.dpros.metrics;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import dev.dpros.http.Replies;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/**
 * Who may look and who may act.
 *
 * <p>On loopback anyone on this machine may look, provided that the request names this machine as its host (a page from
 * elsewhere that rebinds its name to 127.0.0.1 does not). Elsewhere every request carries the configured token: as
 * {@code Authorization: Bearer}, or as a cookie that {@code GET /?token=...} sets once.
 *
 * <p>Acting (POST) also needs the header {@code X-Dpros-Session} with this run's session key, which only a page of the
 * same origin can read, and an {@code Origin}, if the browser sends one, that is this server. Thread-safe, immutable.
 */
public final class AccessControl {
    private static final String COOKIE = "dpros_token";
    private static final List<String> LOOPBACK_NAMES = List.of("localhost", "[::1]");

    private final String token;
    private final String sessionKey;

    AccessControl(ServerConfig config) {
        token = config.token();
        byte[] random = new byte[16];
        new SecureRandom().nextBytes(random);
        sessionKey = HexFormat.of().formatHex(random);
    }

    /** This run's key for acting; given to pages that may look. */
    public String sessionKey() {
        return sessionKey;
    }

    /** Lets a request pass, or answers it with why not. Also answers the request that logs in. */
    boolean admit(HttpExchange exchange) throws IOException {
        if (token.isEmpty() ? !namesThisMachine(exchange) : !carriesToken(exchange)) {
            if (logsIn(exchange)) {
                return false;
            }
            Replies.text(exchange, token.isEmpty() ? 403 : 401, token.isEmpty()
                    ? "this server answers to localhost only"
                    : "token needed: open /?token=... once, or send Authorization: Bearer");
            return false;
        }
        return switch (exchange.getRequestMethod()) {
            case "GET", "HEAD" -> true;
            case "POST" -> mayAct(exchange);
            default -> {
                Replies.text(exchange, 405, "GET, HEAD or POST");
                yield false;
            }
        };
    }

    private boolean mayAct(HttpExchange exchange) throws IOException {
        Headers headers = exchange.getRequestHeaders();
        String origin = headers.getFirst("Origin");
        String host = headers.getFirst("Host");
        boolean sameOrigin = origin == null || host != null
                && (origin.equalsIgnoreCase("http://" + host) || origin.equalsIgnoreCase("https://" + host));
        if (sameOrigin && same(sessionKey, headers.getFirst("X-Dpros-Session"))) {
            return true;
        }
        Replies.text(exchange, 403, sameOrigin ? "X-Dpros-Session is missing or of another run" : "wrong Origin");
        return false;
    }

    private static boolean namesThisMachine(HttpExchange exchange) {
        String host = exchange.getRequestHeaders().getFirst("Host");
        if (host == null) {
            return true; // HTTP/1.0 tools; browsers always send it
        }
        String name = host.toLowerCase(Locale.ROOT).replaceFirst(":\\d+$", "");
        return LOOPBACK_NAMES.contains(name) || name.matches("127(\\.\\d{1,3}){3}");
    }

    private boolean carriesToken(HttpExchange exchange) {
        Headers headers = exchange.getRequestHeaders();
        String authorization = headers.getFirst("Authorization");
        if (authorization != null && authorization.startsWith("Bearer ")
                && same(token, authorization.substring("Bearer ".length()).trim())) {
            return true;
        }
        for (String cookies : headers.getOrDefault("Cookie", List.of())) {
            for (String cookie : cookies.split(";")) {
                String trimmed = cookie.trim();
                if (trimmed.startsWith(COOKIE + "=") && same(token, trimmed.substring(COOKIE.length() + 1))) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean logsIn(HttpExchange exchange) throws IOException {
        String query = exchange.getRequestURI().getQuery();
        if (token.isEmpty() || !exchange.getRequestURI().getPath().equals("/") || query == null
                || !query.startsWith("token=") || !same(token, query.substring("token=".length()))) {
            return false;
        }
        exchange.getResponseHeaders().set("Set-Cookie", COOKIE + "=" + token + "; HttpOnly; SameSite=Strict; Path=/");
        exchange.getResponseHeaders().set("Location", "/");
        Replies.text(exchange, 303, "logged in");
        return true;
    }

    private static boolean same(String secret, String offered) {
        return offered != null && MessageDigest.isEqual(secret.getBytes(StandardCharsets.UTF_8),
                offered.getBytes(StandardCharsets.UTF_8));
    }
}
