package dev.dpros.observation;

import dev.dpros.core.DepthPixels;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.ImageLayout;
import dev.dpros.core.ImageReader;
import dev.dpros.core.PictureReader;
import dev.dpros.observation.SourceStatistics.Rejection;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Recorded pictures for data sets, read and refused as the live node does for a feature of three channels; where the camera sends depth
 * (16UC1, mono16, 32FC1, grey PNG of 16 bits), for one of one channel. The first picture decides. One thread.
 */
public final class RgbPictures implements PictureReader {
    private final FeatureSpec colours;
    private final FeatureSpec distances;
    private final ImageReader reader;
    private final PictureDecoder colourDecoder;
    private final PictureDecoder depthDecoder = new PictureDecoder(1, false);
    private final CompressedHeader header = new CompressedHeader();
    private final ImageLayout layout = new ImageLayout();
    private int width;
    private int height;
    private boolean decided;
    private boolean depth;
    private @Nullable String problem;

    /**
     * Reads one camera's messages.
     *
     * @param key the feature's name, for messages
     * @param grey whether pictures without colours are taken
     */
    public RgbPictures(String key, ImageReader reader, boolean grey) {
        colours = FeatureSpec.of(key, FeatureSpec.Kind.VISUAL, 3, 1, 1);
        distances = FeatureSpec.of(key, FeatureSpec.Kind.VISUAL, 1, 1, 1);
        this.reader = reader;
        colourDecoder = new PictureDecoder(3, grey);
    }

    @Override
    public byte @Nullable [] read(ByteBuffer message) {
        boolean found = reader.read(message, layout);
        boolean distance = decided ? depth : found && distance(message);
        if (found && distance && !distance(message)) {
            problem = "image: expected depth, as the first picture of '" + distances.key() + "' is, found " + reader.describe(message);
            return null;
        }
        PictureDecoder decoder = distance ? depthDecoder : colourDecoder;
        Rejection reason = found ? decode(decoder, message) : Rejection.MALFORMED;
        problem = reason == null ? null : PictureProblem.text(distance ? distances : colours, reason, reader, message);
        if (reason != null) {
            return null;
        }
        decided = true;
        depth = distance;
        return distance ? millimetres(decoder.pixels()) : rows(decoder.pixels());
    }

    /** Whether the message at hand is of depth. */
    private boolean distance(ByteBuffer message) {
        return switch (layout.encoding) {
            case U16C1, F32C1 -> true;
            case COMPRESSED -> (layout.declared == ImageLayout.Declared.PLAIN || layout.declared == ImageLayout.Declared.DEEP)
                    && header.parse(message, layout.dataOffset, layout.dataLength) && header.bits() > 8 && !header.colour();
            default -> false;
        };
    }

    private byte[] millimetres(PixelBuffer pixels) {
        width = pixels.width;
        height = pixels.height;
        byte[] rows = new byte[Math.multiplyExact(DepthPixels.BYTES, Math.multiplyExact(width, height))];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                DepthPixels.put(rows, y * width + x, pixels.depth(x, y));
            }
        }
        return rows;
    }

    private @Nullable Rejection decode(PictureDecoder decoder, ByteBuffer message) {
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
    public boolean depth() {
        return depth;
    }

    @Override
    public @Nullable String problem() {
        return problem;
    }
}
