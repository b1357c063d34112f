package dev.dpros.observation;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.ImageReader;
import dev.dpros.observation.SourceStatistics.Rejection;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** One line for a refused picture: what its feature takes, and what came. Stateless; allocates. */
final class PictureProblem {
    private PictureProblem() {}

    /**
     * Says why.
     *
     * @param feature the policy's image, {@code [C, H, W]}
     * @return null if the reason says all
     */
    static @Nullable String text(FeatureSpec feature, Rejection reason, ImageReader reader, ByteBuffer message) {
        int channels = feature.shape().get(0);
        String size = feature.shape().get(2) + "x" + feature.shape().get(1);
        String supported = reader.supported(channels);
        String target = " for '" + feature.key() + "' (" + (channels == 3 ? "3 channels, colour" : "1 channel") + ")";
        String expected = switch (reason) {
            case WRONG_SIZE -> size + " (fit: exact)";
            case MALFORMED -> supported + target + ", with as much data as its size says";
            case UNSUPPORTED -> supported + target;
            case COLOURLESS -> "a picture with colours" + target + ", or grey: true for this source";
            case UNDECODABLE -> "JPEG or PNG data that can be decoded";
            default -> null;
        };
        return expected == null ? null : "image: expected " + expected + ", found " + reader.describe(message);
    }
}
