package dev.dpros.remote;

import dev.dpros.core.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the token that a robot shows to a server. Its value is in no message. Stateless. */
final class BearerToken {
    private static final int MOST_BYTES = 8192;

    private BearerToken() {}

    /** The value of the header {@code Authorization}; null without a token. @throws InputException if it cannot be read, or is none */
    static @Nullable String header(RemoteOptions.Credentials credentials, Map<String, String> environment) {
        if (!credentials.tokenFile().isEmpty()) {
            String file = credentials.tokenFile();
            return "Bearer " + checked("sampler.remote.token_file", file, read(file));
        }
        if (!credentials.tokenEnv().isEmpty()) {
            String value = environment.get(credentials.tokenEnv());
            if (value == null) {
                throw InputException.of("sampler.remote.token_env", "environment variable", "a token in " + credentials.tokenEnv(),
                        "no such variable", "");
            }
            return "Bearer " + checked("sampler.remote.token_env", credentials.tokenEnv(), value);
        }
        return null;
    }

    private static String read(String file) {
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            return new String(in.readNBytes(MOST_BYTES + 1), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new InputException("sampler.remote.token_file: " + file + ": cannot be read: " + e.getClass().getSimpleName(), e);
        }
    }

    private static String checked(String where, String what, String text) {
        String token = text.strip();
        if (token.isEmpty() || token.length() > MOST_BYTES || !token.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw InputException.of(where, what, "a token: one line of up to " + MOST_BYTES + " visible ASCII characters",
                    token.isEmpty() ? "nothing" : "something else", "");
        }
        return token;
    }
}
