package dev.dpros.datasets.lerobot;

import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_GRAY12LE;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUV420P12LE;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUV422P12LE;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUV444P12LE;
import static org.bytedeco.ffmpeg.global.avutil.av_get_pix_fmt_name;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dpros.core.DepthPixels;
import dev.dpros.core.InputException;
import dev.dpros.datasets.DepthCodes;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.javacpp.BytePointer;

/**
 * Depth as LeRobot has it since 0.6.0 (2026-07-06; read here: 0.6.1, configs/video.py, datasets/depth_utils.py, docs "Depth streams"): a
 * feature {@code [H, W, 1]} marked {@code is_depth_map} in its {@code info} (before, {@code video.is_depth_map}, there or in {@code
 * video_info}); its video's brightness in 12 bits is the code ({@code gray12le}, HEVC Main 12), and {@code video.depth_min}, {@code
 * video.depth_max}, {@code video.shift} (m) and {@code video.use_log} say what the codes mean, LeRobot's defaults where they are missing. The
 * brightness is taken as it is stored: no range, no colour space, no dither. Stateless.
 */
final class DepthVideo {
    /** As FFmpeg names what our own videos are made of. */
    static final String PIXELS = "gray12le";
    /**
     * The encoder's name rather than {@code av1}, the stream's: LeRobot 0.6.1 takes {@code av1} for libsvtav1, holds the pixel format against
     * that one's, which has no 12 bits, and would refuse the data set.
     */
    static final String CODEC = "libaom-av1";
    private static final List<Integer> FORMATS =
            List.of(AV_PIX_FMT_GRAY12LE, AV_PIX_FMT_YUV420P12LE, AV_PIX_FMT_YUV422P12LE, AV_PIX_FMT_YUV444P12LE);

    private DepthVideo() {}

    /** Whether a feature of meta/info.json is marked as depth. */
    static boolean marked(JsonNode described) {
        for (JsonNode place : List.of(described, described.path("info"), described.path("video_info"))) {
            if (place.path("is_depth_map").asBoolean() || place.path("video.is_depth_map").asBoolean()) {
                return true;
            }
        }
        return false;
    }

    /** What is not certain of a feature that is marked as depth; empty if it can be read. */
    static String doubt(JsonNode described) {
        String pixels = described.path("info").path("video.pix_fmt").asText(described.path("video_info").path("video.pix_fmt").asText(""));
        if (described.path("dtype").asText().equals("video") && !pixels.endsWith("12le")) {
            return "marked as depth, but its video is " + (pixels.isEmpty() ? "of unnamed pixels (video.pix_fmt)" : pixels)
                    + "; LeRobot's depth is 12-bit codes (gray12le), and nothing says what these values are in metres";
        }
        try {
            codes(described.path("info"));
            return "";
        } catch (IllegalArgumentException e) {
            return e.getMessage();
        }
    }

    /** What the codes mean. @throws IllegalArgumentException if that makes no sense */
    static DepthCodes codes(JsonNode info) {
        JsonNode log = info.path("video.use_log");
        if (!log.isMissingNode() && !log.isNull() && !log.isBoolean()) {
            throw new IllegalArgumentException("depth codes: video.use_log: expected true or false, found " + log);
        }
        return new DepthCodes(number(info, "video.depth_min", DepthCodes.LEROBOT.minM()), number(info, "video.depth_max", DepthCodes.LEROBOT.maxM()),
                number(info, "video.shift", DepthCodes.LEROBOT.shiftM()), log.isBoolean() ? log.booleanValue() : DepthCodes.LEROBOT.log());
    }

    private static double number(JsonNode info, String name, double usual) {
        JsonNode value = info.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return usual;
        }
        if (!value.isNumber()) {
            throw new IllegalArgumentException("depth codes: " + name + ": expected metres, found " + value);
        }
        return value.doubleValue();
    }

    /** Says what the codes of our own videos mean. */
    static void describe(DepthCodes codes, ObjectNode info) {
        info.put("is_depth_map", true).put("video.is_depth_map", true).put("depth_unit", "mm").put("video.depth_min", codes.minM())
                .put("video.depth_max", codes.maxM()).put("video.shift", codes.shiftM()).put("video.use_log", codes.log());
    }

    /** @throws InputException if a video's frames are not of 12 bits of brightness */
    static void require(int format, Path file) {
        if (!FORMATS.contains(format)) {
            BytePointer name = av_get_pix_fmt_name(format);
            throw InputException.of(file.toString(), "depth video", "12-bit codes (gray12le)", name == null ? "an unknown format" : name.getString(),
                    "nothing says what its values are in metres");
        }
    }

    /** Decodes a frame. @param row two bytes for each pixel of a row @param out {@code [H, W]}, mm, as {@link DepthPixels} has them */
    static void copy(AVFrame frame, DepthCodes codes, byte[] row, byte[] out) {
        int width = row.length / DepthPixels.BYTES;
        BytePointer plane = frame.data(0);
        for (int y = 0; y < out.length / row.length; y++) {
            plane.position((long) y * frame.linesize(0)).get(row);
            for (int x = 0; x < width; x++) {
                DepthPixels.put(out, y * width + x, codes.mm(Math.min(DepthCodes.LARGEST, DepthPixels.mm(row, x))));
            }
        }
        plane.position(0);
    }

    /** Codes a frame. @param mm {@code [H, W]} @param row two bytes for each pixel of a row */
    static void code(byte[] mm, DepthCodes codes, byte[] row, AVFrame frame) {
        int width = row.length / DepthPixels.BYTES;
        BytePointer plane = frame.data(0);
        for (int y = 0; y < mm.length / row.length; y++) {
            for (int x = 0; x < width; x++) {
                DepthPixels.put(row, x, codes.code(DepthPixels.mm(mm, y * width + x)));
            }
            plane.position((long) y * frame.linesize(0)).put(row);
        }
        plane.position(0);
    }
}
