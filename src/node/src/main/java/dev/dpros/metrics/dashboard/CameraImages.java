package dev.dpros.metrics.dashboard;

import com.sun.net.httpserver.HttpExchange;
import dev.dpros.core.CameraFrame;
import dev.dpros.core.FrameSource;
import dev.dpros.http.Replies;
import java.io.IOException;
import java.util.Arrays;

/**
 * {@code /camera/NAME}: the newest frame as PNG or JPEG, encoded on demand and once
 * for all viewers; 304 while there is no newer one. HTTP threads; one at a time encodes, and each sends by itself.
 */
final class CameraImages {
    private final FrameSource source;
    private final CameraFrame frame = new CameraFrame();
    private final PictureEncoder encoder = new PictureEncoder();
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
        PictureEncoder.Encoded encoded = encoder.encode(frame.bytes(), frame.width, frame.height);
        return picture(encoded.type(), encoded.bytes());
    }

    private Picture picture(String type, byte[] image) {
        return new Picture(frame.number, frame.stampNs, type, image);
    }
}
