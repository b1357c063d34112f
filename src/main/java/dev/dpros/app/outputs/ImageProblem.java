package dev.dpros.app.outputs;

import dev.dpros.core.FeatureSpec;
import dev.dpros.observation.CameraConfig;
import dev.dpros.observation.MessageCopy;
import dev.dpros.observation.MessageRing;
import dev.dpros.observation.SourceStatistics.Rejection;
import dev.dpros.ros.message.RosImageReader;

/** Says what was expected of a camera's image and what its newest message holds. One thread; allocates. */
public final class ImageProblem {
    private final CameraConfig camera;
    private final MessageRing messages;
    private final RosImageReader reader;
    private final MessageCopy copy = new MessageCopy();

    /** Looks at the messages of one camera. */
    public ImageProblem(CameraConfig camera, MessageRing messages, RosImageReader reader) {
        this.camera = camera;
        this.messages = messages;
        this.reader = reader;
    }

    /** One line for messages rejected for this reason, or null if the reason says all. */
    public String explain(Rejection reason) {
        String expected = expected(reason);
        if (expected == null || !messages.copy(messages.newest(), copy)) {
            return null;
        }
        return "image: expected " + expected + ", found " + reader.describe(copy.bytes());
    }

    private String expected(Rejection reason) {
        FeatureSpec feature = camera.feature();
        String size = feature.shape().get(2) + "x" + feature.shape().get(1);
        return switch (reason) {
            case WRONG_SIZE -> size + " (fit: exact)";
            case MALFORMED -> "an encoding among " + RosImageReader.encodings() + " with as much data as its size says";
            case UNSUPPORTED -> "an image that can become " + size + " with " + feature.shape().get(0) + " channels";
            case UNDECODABLE -> "JPEG or PNG data";
            default -> null;
        };
    }
}
