package dev.dpros.diffusion;

import dev.dpros.core.TensorData;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.TreeMap;

/**
 * Identifies what a policy computes: its weights, its normalizers and the shape of its network, but neither its name nor how
 * it is sampled. Two machines with equal hashes give equal chunks for equal noise, up to rounding. Stateless; any thread.
 */
public final class PolicyHash {
    private static final int CHUNK = 1 << 20;
    private static final int INTS = 8;

    private PolicyHash() {}

    /**
     * The hash, 64 hexadecimal digits. Reads all weights once (a second for half a gigabyte).
     *
     * @throws dev.dpros.core.InputException if they lie in a file that can no longer be read as it was
     */
    public static String of(PolicyDefinition policy) {
        return of(policy, network(policy.config()));
    }

    /** As {@link #of}, of weights and normalizers alone, which means the same in another version of this program. */
    public static String ofContents(PolicyDefinition policy) {
        return of(policy, "");
    }

    private static String of(PolicyDefinition policy, String network) {
        MessageDigest digest = sha256();
        text(digest, network);
        new TreeMap<>(policy.normalizers()).forEach((key, normalizer) -> text(digest, key + Arrays.toString(normalizer.scale())
                + Arrays.toString(normalizer.offset()) + Arrays.toString(normalizer.constant())));
        new TreeMap<>(policy.weights()).forEach((name, tensor) -> {
            text(digest, name + tensor.dtype() + tensor.shape());
            content(digest, tensor.content());
        });
        return HexFormat.of().formatHex(digest.digest());
    }

    /** A hash as eight big-endian integers. @throws IllegalArgumentException if it is none */
    public static int[] ints(String hash) {
        int[] ints = new int[INTS];
        ByteBuffer bytes = ByteBuffer.wrap(HexFormat.of().parseHex(hash));
        if (bytes.remaining() != INTS * Integer.BYTES) {
            throw new IllegalArgumentException("policy hash: expected 64 hexadecimal digits, found " + hash.length());
        }
        bytes.asIntBuffer().get(ints);
        return ints;
    }

    /** What of the configuration the network's computation depends on. */
    private static String network(PolicyConfig config) {
        return config.nObsSteps() + " " + config.denoisedSteps() + " " + config.inputs() + " " + config.action() + " " + config.denoiser()
                + " " + config.vision() + " " + trajectory(config.trajectory()) + " " + config.scheduler().predictionType();
    }

    /** How poses are told is no matter of the network's. */
    private static String trajectory(TrajectoryConfig config) {
        return "TrajectoryConfig[conditioning=" + config.conditioning() + ", actionStepsOnly=" + config.actionStepsOnly()
                + ", oaStepConvention=" + config.oaStepConvention() + "]";
    }

    private static void text(MessageDigest digest, String text) {
        digest.update(text.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
    }

    private static void content(MessageDigest digest, TensorData.Content content) {
        ByteBuffer chunk = ByteBuffer.allocate(Math.min(CHUNK, content.length()));
        for (int at = 0; at < content.length(); at += CHUNK) {
            chunk.clear().limit(Math.min(CHUNK, content.length() - at));
            content.read(at, chunk);
            digest.update(chunk.flip());
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
