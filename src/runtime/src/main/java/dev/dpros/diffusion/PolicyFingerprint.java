package dev.dpros.diffusion;

import dev.dpros.core.TensorData;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.TreeMap;

/** Tells policies apart by what they compute: architecture, weights, normalizers; not by where they lie. Stateless; any thread. */
public final class PolicyFingerprint {
    private static final int PIECE = 1 << 20;

    private PolicyFingerprint() {}

    /** SHA-256, 64 hexadecimal digits. Reads every weight. @throws dev.dpros.core.InputException if their file cannot be read */
    public static String of(PolicyDefinition policy) {
        MessageDigest digest = sha256();
        text(digest, policy.config().toString());
        new TreeMap<>(policy.normalizers()).forEach((key, normalizer) -> text(digest, key + Arrays.toString(normalizer.scale())
                + Arrays.toString(normalizer.offset()) + Arrays.toString(normalizer.constant())));
        ByteBuffer piece = ByteBuffer.allocate(PIECE);
        new TreeMap<>(policy.weights()).forEach((name, tensor) -> {
            text(digest, name + tensor.dtype() + tensor.shape());
            bytes(digest, tensor.content(), piece);
        });
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void bytes(MessageDigest digest, TensorData.Content content, ByteBuffer piece) {
        for (int at = 0; at < content.length(); at += piece.limit()) {
            piece.clear().limit(Math.min(PIECE, content.length() - at));
            content.read(at, piece);
            digest.update(piece.flip());
        }
    }

    /** A text and its end. */
    private static void text(MessageDigest digest, String text) {
        digest.update(text.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
