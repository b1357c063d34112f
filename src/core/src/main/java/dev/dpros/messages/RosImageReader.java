package dev.dpros.messages;

import dev.dpros.core.ImageLayout;
import dev.dpros.core.ImageLayout.Declared;
import dev.dpros.core.ImageLayout.Encoding;
import dev.dpros.core.ImageReader;
import dev.dpros.core.InputException;
import dev.dpros.core.MessageReader;
import dev.dpros.core.MessageTypes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Finds the pixels in sensor_msgs/Image and sensor_msgs/CompressedImage. One thread; allocates nothing.
 * Encodings: rgb8, bgr8 (8UC3), rgba8, bgra8, mono8 (8UC1), 16UC1 (mono16), 32FC1, bayer_*8, bayer_*16, yuv422, yuv422_yuy2;
 * compressed: JPEG and PNG. 8UC3 names no order of colours; whoever sends it has an OpenCV picture, which is BGR.
 */
public final class RosImageReader implements ImageReader {
    /** Names as in sensor_msgs/image_encodings.h. */
    private static final Object[][] ENCODINGS = {
        {"rgb8", Encoding.RGB8, 3}, {"bgr8", Encoding.BGR8, 3}, {"8UC3", Encoding.BGR8, 3},
        {"rgba8", Encoding.RGBA8, 4}, {"bgra8", Encoding.BGRA8, 4},
        {"mono8", Encoding.MONO8, 1}, {"8UC1", Encoding.MONO8, 1},
        {"16UC1", Encoding.U16C1, 2}, {"mono16", Encoding.U16C1, 2}, {"32FC1", Encoding.F32C1, 4},
        {"bayer_rggb8", Encoding.BAYER_RGGB8, 1}, {"bayer_bggr8", Encoding.BAYER_BGGR8, 1},
        {"bayer_gbrg8", Encoding.BAYER_GBRG8, 1}, {"bayer_grbg8", Encoding.BAYER_GRBG8, 1},
        {"bayer_rggb16", Encoding.BAYER_RGGB16, 2}, {"bayer_bggr16", Encoding.BAYER_BGGR16, 2},
        {"bayer_gbrg16", Encoding.BAYER_GBRG16, 2}, {"bayer_grbg16", Encoding.BAYER_GRBG16, 2},
        {"yuv422", Encoding.YUV422, 2}, {"yuv422_yuy2", Encoding.YUV422_YUY2, 2}};
    private static final byte[][] MOSAICS = ascii("bayer");
    private static final byte[][] LUMAS = ascii("yuv", "YUV", "uyvy", "UYVY", "yuyv", "YUYV");
    private static final byte[][] DEEPS = ascii("16", "mono16", "rgb16", "bgr16", "rgba16", "bgra16", "32");
    private static final byte[][] COLOURS = ascii("rgb8", "bgr8", "rgba8", "bgra8");
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

    private static byte[][] ascii(String... names) {
        byte[][] all = new byte[names.length][];
        for (int i = 0; i < names.length; i++) {
            all[i] = names[i].getBytes(StandardCharsets.US_ASCII);
        }
        return all;
    }

    private final MessageReader in;
    private final boolean compressed;

    private RosImageReader(MessageReader in, boolean compressed) {
        this.in = in;
        this.compressed = compressed;
    }

    /** A reader for the message type. @throws InputException if it is not an image type */
    public static RosImageReader forType(MessageTypes types, String type) {
        return switch (type) {
            case "sensor_msgs/Image" -> new RosImageReader(types.reader(), false);
            case "sensor_msgs/CompressedImage" -> new RosImageReader(types.reader(), true);
            default -> throw InputException.of("image topic", "type", "sensor_msgs/Image or sensor_msgs/CompressedImage",
                    type, "");
        };
    }

    @Override
    public boolean read(ByteBuffer message, ImageLayout out) {
        out.stampNs = in.begin(message).header();
        return compressed ? readCompressed(message, out) : readRaw(message, out);
    }

    private boolean readRaw(ByteBuffer message, ImageLayout out) {
        out.height = in.i32();
        out.width = in.i32();
        int nameLength = in.text();
        int name = in.textStart();
        out.bigEndian = in.u8() != 0;
        out.stepBytes = in.i32();
        out.dataLength = in.count(1);
        out.dataOffset = in.position();
        out.declared = Declared.PLAIN;
        int kind = in.sound() ? encoding(message, name, nameLength) : -1;
        if (kind < 0) {
            return false;
        }
        out.encoding = KINDS[kind];
        return out.width > 0 && out.height > 0
                && !(subsampled(out.encoding) && out.width % 2 != 0)
                && out.stepBytes >= (long) out.width * PIXEL_BYTES[kind]
                && (long) out.stepBytes * out.height <= out.dataLength;
    }

    private static boolean subsampled(Encoding encoding) {
        return encoding == Encoding.YUV422 || encoding == Encoding.YUV422_YUY2;
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

    private boolean readCompressed(ByteBuffer message, ImageLayout out) {
        int format = in.text();
        int formatStart = in.textStart();
        int length = in.count(1);
        int data = in.position();
        if (!in.sound() || length < 4) {
            return false;
        }
        out.width = 0;
        out.height = 0;
        out.stepBytes = 0;
        out.bigEndian = false;
        out.encoding = Encoding.COMPRESSED;
        out.dataOffset = data;
        out.dataLength = length;
        out.declared = declared(message, formatStart, format);
        return codecKnown(message, data);
    }

    /** The format text differs between publishers ("jpeg", "rgb8; jpeg compressed bgr8"): the bytes say JPEG or PNG. */
    private static boolean codecKnown(ByteBuffer message, int data) {
        boolean jpeg = (message.get(data) & 0xff) == 0xff && (message.get(data + 1) & 0xff) == 0xd8;
        boolean png = (message.get(data) & 0xff) == 0x89 && message.get(data + 1) == 'P' && message.get(data + 2) == 'N'
                && message.get(data + 3) == 'G';
        return jpeg || png;
    }

    /** From a format such as {@code bayer_rggb8; jpeg compressed }: what was compressed, a semicolon, what it became. */
    private static Declared declared(ByteBuffer message, int at, int length) {
        int end = at + length;
        int semicolon = at;
        while (semicolon < end && message.get(semicolon) != ';') {
            semicolon++;
        }
        for (int i = semicolon; i < end; i++) {
            if (startsWith(message, i, end, COLOURS)) {
                return Declared.PLAIN; // turned into colours before it was compressed
            }
        }
        return startsWith(message, at, end, MOSAICS) ? Declared.MOSAIC
                : startsWith(message, at, end, LUMAS) ? Declared.YUV
                : startsWith(message, at, end, DEEPS) ? Declared.DEEP : Declared.PLAIN;
    }

    private static boolean startsWith(ByteBuffer message, int at, int end, byte[][] names) {
        for (byte[] name : names) {
            int i = 0;
            while (i < name.length && at + i < end && message.get(at + i) == name[i]) {
                i++;
            }
            if (i == name.length) {
                return true;
            }
        }
        return false;
    }

    /** Such as {@code 640x480 'rgb8'}, with the step if that is too small. */
    @Override
    public String describe(ByteBuffer message) {
        in.begin(message).header();
        int height = compressed ? 0 : in.i32();
        int width = compressed ? 0 : in.i32();
        int length = in.text();
        if (!in.sound()) {
            return "a malformed message of " + message.limit() + " bytes";
        }
        byte[] name = new byte[Math.min(length, 64)];
        message.get(in.textStart(), name);
        String encoding = new String(name, StandardCharsets.UTF_8).replaceAll("[^\\x20-\\x7e]", "?");
        if (compressed) {
            return "a compressed image of format '" + encoding + "'" + codec(message);
        }
        return Integer.toUnsignedString(width) + "x" + Integer.toUnsignedString(height) + " '" + encoding + "'"
                + lengths(width, height, encoding(message, in.textStart(), length));
    }

    private String codec(ByteBuffer message) {
        int length = in.count(1);
        boolean known = length >= 4 && codecKnown(message, in.position());
        return known ? "" : length == 0 ? " without data" : " whose data are neither JPEG nor PNG";
    }

    /** What is wrong with the lengths of a raw image, whose step comes next, or nothing. */
    private String lengths(long width, long height, int kind) {
        in.u8();
        long step = in.i32();
        int data = in.i32();
        if (kind < 0 || !in.sound()) {
            return "";
        }
        long least = width * PIXEL_BYTES[kind];
        return step < least ? ", step " + step + ", expected at least " + least
                : step * height > data ? ", " + data + " bytes of data, expected " + step * height
                : subsampled(KINDS[kind]) && width % 2 != 0 ? ", an odd width, expected an even one" : "";
    }

    @Override
    public String supported(int channels) {
        if (compressed) {
            return channels == 3 ? "JPEG or PNG of 8-bit colours (format 'jpeg', 'png', 'rgb8; jpeg compressed bgr8' or the like)"
                    : "JPEG, PNG of 8 bits or grey PNG of 16 bits";
        }
        StringBuilder all = new StringBuilder();
        for (Object[] row : ENCODINGS) {
            boolean colourless = row[1] == Encoding.U16C1 || row[1] == Encoding.F32C1 || row[1] == Encoding.MONO8;
            all.append(colourless && channels == 3 ? "" : (all.isEmpty() ? "" : ", ") + row[0]);
        }
        return "an encoding among " + all;
    }
}
