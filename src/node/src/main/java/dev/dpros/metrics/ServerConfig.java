package dev.dpros.metrics;

import dev.dpros.core.InputException;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * Where the metrics and the live page are served, and to whom.
 *
 * @param bind address to listen on
 * @param port TCP port, 0 for a free one
 * @param token secret that every request must carry; empty on loopback only
 */
public record ServerConfig(String bind, int port, String token) {
    private static final int SHORTEST_TOKEN = 16;

    /** Loopback, this port, no token. */
    public static ServerConfig loopback(int port) {
        return new ServerConfig("127.0.0.1", port, "");
    }

    /** @throws InputException if the address is unknown, the port out of range, or a token is needed and missing */
    public ServerConfig {
        if (port < 0 || port > 65_535) {
            throw InputException.of("metrics", "port", "0 to 65535", Integer.toString(port), "");
        }
        if (!token.matches("[A-Za-z0-9._~-]*")) {
            throw InputException.of("metrics", "token", "letters, digits, . _ ~ -", "other characters", "");
        }
        if (!resolve(bind).isLoopbackAddress() && token.length() < SHORTEST_TOKEN) {
            throw InputException.of("metrics", "token", "at least " + SHORTEST_TOKEN + " characters, because " + bind
                    + " can be reached from other machines", token.isEmpty() ? "none" : token.length() + " characters",
                    "set metrics.token, or bind to 127.0.0.1");
        }
    }

    /** The address to listen on. */
    public InetAddress address() {
        return resolve(bind);
    }

    private static InetAddress resolve(String bind) {
        try {
            return InetAddress.getByName(bind);
        } catch (UnknownHostException e) {
            throw InputException.of("metrics", "bind", "an address of this machine", bind, "use 127.0.0.1 or 0.0.0.0");
        }
    }

    /** Does not show the token. */
    @Override
    public String toString() {
        return "ServerConfig[" + bind + ":" + port + (token.isEmpty() ? "" : ", token") + "]";
    }
}
