package dev.dpros.config;

import static dev.dpros.config.Bounds.inRange;

import dev.dpros.remote.RemoteOptions;
import dev.dpros.remote.RemoteOptions.Credentials;

/**
 * A server that samples the chunks.
 *
 * @param url where it is; empty for none
 * @param model its name there
 * @param fallback what drives while it does not answer
 * @param timeoutMs most that a request may take
 * @param insecure whether http without TLS may leave this machine
 * @param tokenFile file with the bearer token; empty for none
 * @param tokenEnv environment variable with the bearer token; empty for none
 * @param caFile PEM file with the authorities that are trusted; empty for the JDK's
 */
public record RemoteSection(String url, String model, Fallback fallback, double timeoutMs, boolean insecure, String tokenFile,
        String tokenEnv, String caFile) {
    private static final double NS_PER_MS = 1e6;

    /** What drives while the server does not answer. */
    public enum Fallback {
        /** The same policy on this machine. */ LOCAL,
        /** Nothing: the watchdog holds. */ HOLD
    }

    /** @throws IllegalArgumentException naming the field, its value and what is allowed */
    public RemoteSection {
        inRange("timeout_ms", timeoutMs, 10, 60_000);
        if (!url.isEmpty()) {
            options(url, model, timeoutMs, insecure, new Credentials(tokenFile, tokenEnv, caFile));
        } else if (!model.isEmpty()) {
            throw new IllegalArgumentException("url: expected the server's address, since there is a model, found nothing");
        }
    }

    /** Whether there is one. */
    public boolean enabled() {
        return !url.isEmpty();
    }

    /** How it is reached. */
    public RemoteOptions toOptions() {
        return options(url, model, timeoutMs, insecure, new Credentials(tokenFile, tokenEnv, caFile));
    }

    private static RemoteOptions options(String url, String model, double timeoutMs, boolean insecure, Credentials credentials) {
        return new RemoteOptions(RemoteOptions.address(url), model, Math.round(timeoutMs * NS_PER_MS), insecure, credentials);
    }
}
