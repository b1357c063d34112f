package dev.dpros.observation;

import dev.dpros.core.DepthPixels;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;

/**
 * One camera of the policy.
 *
 * @param name short name: thread, messages, metric tags
 * @param feature the policy's image, {@code [C, H, W]}, C = 1 or 3
 * @param maxAgeNs age beyond which it is stale, ns
 * @param stamps what time a frame belongs to
 * @param interpolation NEAREST or PREVIOUS
 * @param fit what happens to an image of another size
 * @param content when its content is not to be believed
 * @param buffers how much is kept
 */
public record CameraConfig(
        String name,
        FeatureSpec feature,
        long maxAgeNs,
        StampConfig stamps,
        Interpolation interpolation,
        Fit fit,
        ContentRule content,
        Buffers buffers) {

    /**
     * Memory of one camera.
     *
     * @param messages serialized messages kept, at least 2
     * @param maxMessageBytes longest message accepted
     * @param frames prepared frames kept: at least the observation horizon at the camera's rate, and 4
     * @param depthMaxMm depth, mm, that becomes 1.0; for images of one channel that are depth
     */
    public record Buffers(int messages, int maxMessageBytes, int frames, int depthMaxMm) {
        /** 4 messages of up to 64 MB (memory is taken as messages come), 16 frames, 10 m. */
        public static final Buffers DEFAULT = new Buffers(4, 64 << 20, 16, DepthPixels.FULL_SCALE_MM);
    }

    /** @throws InputException if a value is out of bounds */
    public CameraConfig {
        if (feature.kind() != FeatureSpec.Kind.VISUAL) {
            throw InputException.of(name, "feature " + feature.key(), "an image", "a vector", "map it to a vector input");
        }
        int channels = feature.shape().get(0);
        if (channels != 1 && channels != 3) {
            throw InputException.of(name, "channels of " + feature.key(), "1 or 3", Integer.toString(channels), "");
        }
        if (maxAgeNs <= 0) {
            throw InputException.of(name, "max_age", "a positive time", maxAgeNs + " ns", "");
        }
        if (interpolation == Interpolation.LINEAR) {
            throw InputException.of(name, "interpolation", "nearest or previous", "linear",
                    "images are not interpolated");
        }
        if (buffers.messages < 2 || buffers.maxMessageBytes < 1 || buffers.frames < 4) {
            throw InputException.of(name, "buffers", "messages >= 2, bytes >= 1, frames >= 4", buffers.toString(), "");
        }
        if (buffers.depthMaxMm < 1 || buffers.depthMaxMm > 65_535) {
            throw InputException.of(name, "depth_max", "1 to 65535 mm", Integer.toString(buffers.depthMaxMm), "");
        }
    }

    /** Header stamps, nearest frame, stretched, default checks and buffers. */
    public static CameraConfig of(String name, FeatureSpec feature, long maxAgeNs) {
        return new CameraConfig(name, feature, maxAgeNs, StampConfig.DEFAULT, Interpolation.NEAREST, Fit.STRETCH,
                ContentRule.DEFAULT, Buffers.DEFAULT);
    }
}
