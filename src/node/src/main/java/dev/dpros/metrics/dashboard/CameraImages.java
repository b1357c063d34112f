package dev.dpros.metrics.dashboard;

import com.sun.net.httpserver.HttpExchange;
import dev.dpros.core.CameraFrame;
import dev.dpros.core.FrameSource;
import dev.dpros.http.Replies;
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
import java.util.Arrays;
import javax.imageio.ImageIO;

/**
 * {@code /camera/NAME}: the newest frame as PNG (small images, where JPEG would smear) or JPEG, encoded on demand and once
 * for all viewers; 304 while there is no newer one. HTTP threads; one at a time encodes, and each sends by itself.
 */
final class CameraImages {
    private static final int PNG_PIXELS = 160 * 160;

    static {
        System.setProperty("java.awt.headless", "true");
        ImageIO.setUseCache(false);
    }

    private final FrameSource source;
    private final CameraFrame frame = new CameraFrame();
    private final PngEncoder png = new PngEncoder();
    private Picture newest = new Picture(-1, 0, "", new byte[0]);

    private record Picture(long number, long stampNs, String type, byte[] image) {}

    CameraImages(FrameSource source) {
        this.source = source;
    }

    void serve(HttpExchange exchange) throws IOException {
        Picture picture = newest();
        if (picture == null) {
            Replies.text(exchange, 404, "no image yet");
            return;
        }
        String tag = "\"" + picture.number + "\"";
        exchange.getResponseHeaders().set("ETag", tag);
        if (tag.equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
            exchange.sendResponseHeaders(304, -1);
            return;
        }
        exchange.getResponseHeaders().set("X-Frame-Stamp", Long.toString(picture.stampNs));
        Replies.send(exchange, 200, picture.type, picture.image);
    }

    /** The newest picture, encoded by whoever asks for it first; null before there is one. */
    private synchronized Picture newest() throws IOException {
        if (!source.latest(frame)) {
            return null;
        }
        if (frame.number != newest.number) {
            newest = encode();
        }
        return newest;
    }

    private Picture encode() throws IOException {
        if (frame.format == CameraFrame.Format.COMPRESSED) {
            byte[] image = Arrays.copyOf(frame.bytes(), frame.length);
            return picture(image.length > 1 && image[0] == (byte) 0x89 ? "image/png" : "image/jpeg", image);
        }
        if (frame.width * frame.height <= PNG_PIXELS) {
            return picture("image/png", png.encode(frame.bytes(), frame.width, frame.height));
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(frame.length / 4);
        ImageIO.write(wrapped(), "jpg", out);
        return picture("image/jpeg", out.toByteArray());
    }

    private Picture picture(String type, byte[] image) {
        return new Picture(frame.number, frame.stampNs, type, image);
    }

    /** The frame's own bytes as an image. */
    private BufferedImage wrapped() {
        int[] bands = {0, 1, 2};
        PixelInterleavedSampleModel model = new PixelInterleavedSampleModel(DataBuffer.TYPE_BYTE, frame.width,
                frame.height, 3, 3 * frame.width, bands);
        WritableRaster raster = Raster.createWritableRaster(model, new DataBufferByte(frame.bytes(), frame.length),
                new Point());
        ComponentColorModel rgb = new ComponentColorModel(ColorSpace.getInstance(ColorSpace.CS_sRGB), false, false,
                BufferedImage.OPAQUE, DataBuffer.TYPE_BYTE);
        return new BufferedImage(rgb, raster, false, null);
    }
}
