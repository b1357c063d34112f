package dev.dpros.ros.message;

import dev.dpros.core.ImageLayout;
import dev.dpros.core.ImageLayout.Encoding;
import dev.dpros.core.ImageReader;
import dev.dpros.core.InputException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Finds the pixels in sensor_msgs/Image and sensor_msgs/CompressedImage. Stateless; any thread; allocates nothing.
 * Encodings: rgb8, bgr8, rgba8, bgra8, mono8 (8UC1, 8UC3 as bgr8), 16UC1 (mono16), bayer_*8; compressed: JPEG and PNG.
 */
public final class RosImageReader implements ImageReader {
    /** Names as in sensor_msgs/image_encodings.h. */
    private static final Object[][] ENCODINGS = {
        {"rgb8", Encoding.RGB8, 3}, {"bgr8", Encoding.BGR8, 3}, {"8UC3", Encoding.BGR8, 3},
        {"rgba8", Encoding.RGBA8, 4}, {"bgra8", Encoding.BGRA8, 4},
        {"mono8", Encoding.MONO8, 1}, {"8UC1", Encoding.MONO8, 1},
        {"16UC1", Encoding.U16C1, 2}, {"mono16", Encoding.U16C1, 2},
        {"bayer_rggb8", Encoding.BAYER_RGGB8, 1}, {"bayer_bggr8", Encoding.BAYER_BGGR8, 1},
        {"bayer_gbrg8", Encoding.BAYER_GBRG8, 1}, {"bayer_grbg8", Encoding.BAYER_GRBG8, 1}};
    private static final byte[][] NAMES = new byte[ENCODINGS.length][];
    private static final Encoding[] KINDS = new Encoding[ENCODINGS.length];
    private static final int[] PIXEL_BYTES = new int[ENCODINGS.length];

    static {
        for (int i = 0; i < ENCODINGS.length; i++) {
            NAMES[i] = ((String) ENCODINGS[i][0]).getBytes(StandardCharsets.US_ASCII);
            KINDS[i] = (Encoding) ENCODINGS[i][1];
            PIXEL_BYTES[i] = (Integer) ENCODINGS[i][2];
        }
    }

    private final boolean compressed;

    private RosImageReader(boolean compressed) {
        this.compressed = compressed;
    }

    /** A reader for the message type. @throws InputException if it is not an image type */
    public static RosImageReader forType(String type) {
        return switch (type) {
            case "sensor_msgs/Image" -> new RosImageReader(false);
            case "sensor_msgs/CompressedImage" -> new RosImageReader(true);
            default -> throw InputException.of("image topic", "type", "sensor_msgs/Image or sensor_msgs/CompressedImage",
                    type, "");
        };
    }

    @Override
    public boolean read(ByteBuffer message, ImageLayout out) {
        if (message.limit() < 16) {
            return false;
        }
        out.stampNs = WireTime.timeNs(message.getInt(4), message.getInt(8));
        int frame = SkipPlan.count(message, 12, 1);
        if (frame < 0) {
            return false;
        }
        return compressed ? readCompressed(message, 16 + frame, out) : readRaw(message, 16 + frame, out);
    }

    private static boolean readRaw(ByteBuffer message, int at, ImageLayout out) {
        int nameLength = SkipPlan.count(message, at + 8, 1);
        if (nameLength < 0 || message.limit() - (at + 12 + nameLength) < 9) {
            return false;
        }
        int kind = encoding(message, at + 12, nameLength);
        int after = at + 12 + nameLength;
        int dataLength = SkipPlan.count(message, after + 5, 1);
        if (kind < 0 || dataLength < 0) {
            return false;
        }
        out.height = message.getInt(at);
        out.width = message.getInt(at + 4);
        out.encoding = KINDS[kind];
        out.bigEndian = message.get(after) != 0;
        out.stepBytes = message.getInt(after + 1);
        out.dataOffset = after + 9;
        out.dataLength = dataLength;
        return out.width > 0 && out.height > 0
                && out.stepBytes >= (long) out.width * PIXEL_BYTES[kind]
                && (long) out.stepBytes * out.height <= dataLength;
    }

    private static int encoding(ByteBuffer message, int at, int length) {
        for (int k = 0; k < NAMES.length; k++) {
            byte[] name = NAMES[k];
            int i = 0;
            while (name.length == length && i < length && message.get(at + i) == name[i]) {
                i++;
            }
            if (i == length && name.length == length) {
                return k;
            }
        }
        return -1;
    }

    private static boolean readCompressed(ByteBuffer message, int at, ImageLayout out) {
        int format = SkipPlan.count(message, at, 1);
        int data = format < 0 ? -1 : at + 4 + format;
        int length = data < 0 ? -1 : SkipPlan.count(message, data, 1);
        if (length < 4) {
            return false;
        }
        out.width = 0;
        out.height = 0;
        out.stepBytes = 0;
        out.bigEndian = false;
        out.encoding = Encoding.COMPRESSED;
        out.dataOffset = data + 4;
        out.dataLength = length;
        // the format text differs between publishers ("jpeg", "rgb8; jpeg compressed bgr8"): look at the bytes instead
        boolean jpeg = (message.getShort(data + 4) & 0xffff) == 0xd8ff;
        boolean png = message.getInt(data + 4) == 0x474e5089;
        return jpeg || png;
    }

    /** What kind of image a message holds, such as {@code 640x480 rgb8}, for messages to people. Allocates. */
    public String describe(ByteBuffer message) {
        int frame = message.limit() < 16 ? -1 : SkipPlan.count(message, 12, 1);
        int at = 16 + frame;
        int text = compressed ? at : at + 8;
        int length = frame < 0 ? -1 : SkipPlan.count(message, text, 1);
        if (length < 0) {
            return "a malformed message of " + message.limit() + " bytes";
        }
        byte[] name = new byte[Math.min(length, 64)];
        message.get(text + 4, name);
        String encoding = new String(name, StandardCharsets.UTF_8).replaceAll("[^\\x20-\\x7e]", "?");
        return compressed ? "a compressed image of format '" + encoding + "'"
                : Integer.toUnsignedString(message.getInt(at + 4)) + "x" + Integer.toUnsignedString(message.getInt(at)) + " '"
                        + encoding + "'";
    }

    /** The encodings that can be read. */
    public static String encodings() {
        StringBuilder all = new StringBuilder();
        for (Object[] row : ENCODINGS) {
            all.append(all.isEmpty() ? "" : ", ").append(row[0]);
        }
        return all.toString();
    }
}
