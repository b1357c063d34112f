package dev.dpros.observation;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.ImageLayout;
import dev.dpros.core.ImageReader;
import dev.dpros.core.PictureReader;
import dev.dpros.observation.SourceStatistics.Rejection;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Recorded pictures for data sets, read and refused as the live node does. One thread. */
public final class RgbPictures implements PictureReader {
    private final FeatureSpec feature;
    private final ImageReader reader;
    private final PictureDecoder decoder;
    private final ImageLayout layout = new ImageLayout();
    private int width;
    private int height;
    private @Nullable String problem;

    /**
     * Reads one camera's messages.
     *
     * @param key the feature's name, for messages
     * @param grey whether pictures without colours are taken
     */
    public RgbPictures(String key, ImageReader reader, boolean grey) {
        feature = FeatureSpec.of(key, FeatureSpec.Kind.VISUAL, 3, 1, 1);
        this.reader = reader;
        decoder = new PictureDecoder(3, grey);
    }

    @Override
    public byte @Nullable [] read(ByteBuffer message) {
        Rejection reason = reader.read(message, layout) ? decode(message) : Rejection.MALFORMED;
        problem = reason == null ? null : PictureProblem.text(feature, reason, reader, message);
        return reason == null ? rows(decoder.pixels()) : null;
    }

    private @Nullable Rejection decode(ByteBuffer message) {
        try {
            return decoder.decode(message, layout);
        } catch (RuntimeException e) { // OpenCV refuses this image; the next may be good
            return Rejection.UNSUPPORTED;
        }
    }

    private byte[] rows(PixelBuffer pixels) {
        width = pixels.width;
        height = pixels.height;
        byte[] rgb = new byte[Math.multiplyExact(3, Math.multiplyExact(width, height))];
        byte[] row = new byte[pixels.rowBytes()];
        int last = pixels.channels == 1 ? 0 : 2;
        int green = pixels.channels == 1 ? 0 : 1;
        int out = 0;
        for (int y = 0; y < height; y++) {
            pixels.bytes.get(pixels.offset + y * pixels.stepBytes, row);
            for (int i = 0; i < row.length; i += pixels.channels) {
                rgb[out++] = row[i + pixels.red];
                rgb[out++] = row[i + green];
                rgb[out++] = row[i + last - pixels.red];
            }
        }
        return rgb;
    }

    @Override
    public int width() {
        return width;
    }

    @Override
    public int height() {
        return height;
    }

    @Override
    public @Nullable String problem() {
        return problem;
    }
}
