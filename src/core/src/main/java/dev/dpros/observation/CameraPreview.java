package dev.dpros.observation;

import dev.dpros.core.CameraFrame;
import dev.dpros.core.FrameSource;
import dev.dpros.core.ImageLayout;
import dev.dpros.core.ImageReader;
import java.nio.ByteBuffer;

/**
 * A camera's newest raw message as packed RGB of limited width (nearest pixel), or its JPEG or PNG bytes as they came.
 * Reads the message ring with a copy of its own, so it costs the camera nothing; runs on whoever shows the image.
 */
public final class CameraPreview implements FrameSource {
    private static final int DEPTH_SHIFT = 5; // 16-bit depth to grey: 8 m of mm is white

    private final String name;
    private final MessageRing messages;
    private final ImageReader reader;
    private final int maxWidth;
    private final MessageCopy copy = new MessageCopy();
    private final ImageLayout layout = new ImageLayout();
    private final PixelBuffer pixels = new PixelBuffer();

    /**
     * A preview of one camera.
     *
     * @param reader finds the pixels; not shared with the preparation thread
     * @param maxWidth wider images are thinned to this width, pixels
     */
    public CameraPreview(String name, MessageRing messages, ImageReader reader, int maxWidth) {
        this.name = name;
        this.messages = messages;
        this.reader = reader;
        this.maxWidth = maxWidth;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public synchronized boolean latest(CameraFrame out) {
        long newest = messages.newest();
        if (newest > 0 && newest == out.number) {
            return true;
        }
        if (!messages.copy(newest, copy) || !reader.read(copy.bytes(), layout)) {
            return false;
        }
        boolean shown = layout.encoding == ImageLayout.Encoding.COMPRESSED ? compressed(out) : raw(out);
        if (shown) {
            out.number = newest;
            out.stampNs = layout.stampNs;
            out.receivedNs = copy.receivedNs();
        }
        return shown;
    }

    private boolean compressed(CameraFrame out) {
        out.format = CameraFrame.Format.COMPRESSED;
        out.width = 0;
        out.height = 0;
        copy.bytes().get(layout.dataOffset, out.reserve(layout.dataLength), 0, layout.dataLength);
        return true;
    }

    private boolean raw(CameraFrame out) {
        if (!pixels.locate(copy.bytes(), layout)) {
            return false;
        }
        int width = Math.min(maxWidth, pixels.width);
        int height = Math.max(1, (int) ((long) pixels.height * width / pixels.width));
        out.format = CameraFrame.Format.RGB8;
        out.width = width;
        out.height = height;
        byte[] rgb = out.reserve(Math.multiplyExact(3, Math.multiplyExact(width, height)));
        int at = 0;
        for (int y = 0; y < height; y++) {
            int sourceY = (int) ((long) y * pixels.height / height);
            for (int x = 0; x < width; x++) {
                put(rgb, at, (int) ((long) x * pixels.width / width), sourceY);
                at += 3;
            }
        }
        return true;
    }

    private void put(byte[] rgb, int at, int x, int y) {
        ByteBuffer bytes = pixels.bytes;
        switch (layout.encoding) {
            case MONO8 -> grey(rgb, at, bytes.get(pixels.at(x, y)));
            case U16C1 -> grey(rgb, at, (byte) Math.min(255, pixels.depth(x, y) >> DEPTH_SHIFT));
            case F32C1 -> grey(rgb, at, (byte) Math.min(255, pixels.depthOfMetres(x, y) >> DEPTH_SHIFT));
            case YUV422 -> luma(rgb, at, x, y, 1);
            case YUV422_YUY2 -> luma(rgb, at, x, y, 0);
            case BAYER_RGGB8, BAYER_RGGB16 -> bayer(rgb, at, x, y, 0, 0);
            case BAYER_BGGR8, BAYER_BGGR16 -> bayer(rgb, at, x, y, 1, 1);
            case BAYER_GBRG8, BAYER_GBRG16 -> bayer(rgb, at, x, y, 0, 1);
            case BAYER_GRBG8, BAYER_GRBG16 -> bayer(rgb, at, x, y, 1, 0);
            default -> {
                int from = pixels.at(x, y);
                rgb[at] = bytes.get(from + pixels.red);
                rgb[at + 1] = bytes.get(from + 1);
                rgb[at + 2] = bytes.get(from + 2 - pixels.red);
            }
        }
    }

    private static void grey(byte[] rgb, int at, byte level) {
        rgb[at] = level;
        rgb[at + 1] = level;
        rgb[at + 2] = level;
    }

    /** The colours of the 2 x 2 cell around a pixel; red lies at (redX, redY) of the cell. */
    private void bayer(byte[] rgb, int at, int x, int y, int redX, int redY) {
        int cellX = Math.min(x & ~1, Math.max(0, pixels.width - 2));
        int cellY = Math.min(y & ~1, Math.max(0, pixels.height - 2));
        rgb[at] = level(cellX + redX, cellY + redY);
        rgb[at + 1] = level(cellX + 1 - redX, cellY + redY);
        rgb[at + 2] = level(cellX + 1 - redX, cellY + 1 - redY);
    }

    private byte level(int x, int y) {
        return pixels.sampleBytes == 1 ? pixels.bytes.get(pixels.at(x, y)) : (byte) (pixels.depth(x, y) >> 8);
    }

    /** The colours of a 4:2:2 pixel, ITU-R BT.601; Y lies at {@code first} of each byte pair, U and V at the other. */
    private void luma(byte[] rgb, int at, int x, int y, int first) {
        int pair = pixels.at(x & ~1, y);
        float bright = 1.164f * ((pixels.bytes.get(pixels.at(x, y) + first) & 255) - 16);
        int u = (pixels.bytes.get(pair + 1 - first) & 255) - 128;
        int v = (pixels.bytes.get(pair + 3 - first) & 255) - 128;
        rgb[at] = clamped(bright + 1.596f * v);
        rgb[at + 1] = clamped(bright - 0.813f * v - 0.391f * u);
        rgb[at + 2] = clamped(bright + 2.018f * u);
    }

    private static byte clamped(float level) {
        return (byte) Math.max(0, Math.min(255, Math.round(level)));
    }
}
