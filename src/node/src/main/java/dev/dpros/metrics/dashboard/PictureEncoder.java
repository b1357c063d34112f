package dev.dpros.metrics.dashboard;

import java.awt.Point;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.PixelInterleavedSampleModel;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.ImageIO;

/** Pictures for a browser: PNG where they are small and JPEG would smear, else JPEG. One thread. */
public final class PictureEncoder {
    private static final int PNG_PIXELS = 160 * 160;

    static {
        System.setProperty("java.awt.headless", "true");
        ImageIO.setUseCache(false);
    }

    private final PngEncoder png = new PngEncoder();

    /** A picture, and its media type. */
    public record Encoded(String type, byte[] bytes) {}

    /** Encodes RGB rows, {@code [H, W, 3]}; bytes after them do not count. */
    public Encoded encode(byte[] rgb, int width, int height) throws IOException {
        if (width * height <= PNG_PIXELS) {
            return new Encoded("image/png", png.encode(rgb, width, height));
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(width * height / 4);
        ImageIO.write(wrapped(rgb, width, height), "jpg", out);
        return new Encoded("image/jpeg", out.toByteArray());
    }

    /** The bytes themselves as an image. */
    private static BufferedImage wrapped(byte[] bytes, int width, int height) {
        int[] bands = {0, 1, 2};
        PixelInterleavedSampleModel model = new PixelInterleavedSampleModel(DataBuffer.TYPE_BYTE, width, height, 3, 3 * width, bands);
        WritableRaster raster = Raster.createWritableRaster(model, new DataBufferByte(bytes, 3 * width * height), new Point());
        ComponentColorModel rgb = new ComponentColorModel(ColorSpace.getInstance(ColorSpace.CS_sRGB), false, false,
                BufferedImage.OPAQUE, DataBuffer.TYPE_BYTE);
        return new BufferedImage(rgb, raster, false, null);
    }
}
