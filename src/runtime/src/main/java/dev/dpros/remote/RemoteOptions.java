package dev.dpros.remote;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where a remote policy is and how it is reached.
 *
 * @param url of the server, such as {@code https://gpu.lab:8000}; the protocol's paths ({@code v2/...}) are appended
 * @param model its name there
 * @param timeoutNs most that a request may take, whatever time the chunk has
 * @param insecure whether http without TLS may leave this machine; a token never does
 * @param credentials token and certificates
 */
public record RemoteOptions(URI url, String model, long timeoutNs, boolean insecure, Credentials credentials) {
    /**
     * Who the robot is, and whom it trusts; empty: nobody, and the JDK's authorities.
     *
     * @param tokenFile a file whose one line is the bearer token; read again whenever the server is looked for
     * @param tokenEnv an environment variable that holds it
     * @param caFile a PEM file with the certificates of the authorities that are trusted, in place of the JDK's
     */
    public record Credentials(String tokenFile, String tokenEnv, String caFile) {
        /** None. */
        public static final Credentials NONE = new Credentials("", "", "");

        /** @throws IllegalArgumentException if there are two tokens */
        public Credentials {
            if (!tokenFile.isEmpty() && !tokenEnv.isEmpty()) {
                throw new IllegalArgumentException("token_file and token_env: expected one of them, found both");
            }
        }

        /** Whether there is a token. */
        public boolean token() {
            return !tokenFile.isEmpty() || !tokenEnv.isEmpty();
        }
    }

    /** @throws IllegalArgumentException naming the field, its value and what is allowed */
    public RemoteOptions {
        if (!model.matches("[A-Za-z0-9_][A-Za-z0-9_.\\-]{0,127}")) {
            throw new IllegalArgumentException("model: expected a name of letters, digits, '_', '.' and '-', found '" + model + "'");
        }
        boolean secure = "https".equals(url.getScheme());
        if (!secure && !loopback(url.getHost())) {
            if (!insecure) {
                throw new IllegalArgumentException("url: expected https, since " + url.getHost() + " is another machine, found '" + url
                        + "'; insecure: true allows http, which anybody in between can read and change");
            }
            if (credentials.token()) {
                throw new IllegalArgumentException("url: expected https, since a token never leaves this machine without TLS, found '"
                        + url + "'");
            }
        }
    }

    /**
     * A server's address.
     *
     * @throws IllegalArgumentException if it is none, or has user, query or fragment
     */
    public static URI address(String text) {
        try {
            URI uri = new URI(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
            boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            if (http && uri.getHost() != null && uri.getRawUserInfo() == null && uri.getRawQuery() == null && uri.getRawFragment() == null) {
                return uri;
            }
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(expectedAddress(text), e);
        }
        throw new IllegalArgumentException(expectedAddress(text));
    }

    /** Without the address: what is wrong may be a password in it. */
    private static String expectedAddress(String text) {
        return "url: expected http://HOST:PORT or https://HOST:PORT without user, query and fragment, found "
                + (text.contains("@") ? "one with a user" : "'" + text + "'");
    }

    private static boolean loopback(@Nullable String host) {
        String name = host == null ? "" : host.toLowerCase(Locale.ROOT);
        return name.equals("localhost") || name.equals("[::1]") || name.matches("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}");
    }

    /** A path of the protocol at this server, such as {@code v2/health/ready}. */
    URI at(String path) {
        return URI.create(url + "/" + path);
    }
}
