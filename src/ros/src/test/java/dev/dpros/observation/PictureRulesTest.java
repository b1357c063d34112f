package dev.dpros.observation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.DepthPixels;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.LatencySink;
import dev.dpros.core.SystemClock;
import dev.dpros.messages.RosImageReader;
import dev.dpros.ros.message.SchemaCatalog;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every message goes through the live camera and through the data sets' reader: both take it alike, or both refuse it. */
@Tag("long")
class PictureRulesTest {
    private static final int W = 16;
    private static final int H = 8;
    private static final FeatureSpec IMAGE = FeatureSpec.of("observation.image", FeatureSpec.Kind.VISUAL, 3, H, W);
    private static final FeatureSpec DEPTH = FeatureSpec.of("observation.depth", FeatureSpec.Kind.VISUAL, 1, H, W);
    private static final String RAW = "sensor_msgs/Image";
    private static final String COMPRESSED = "sensor_msgs/CompressedImage";

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(3).nextBytes(bytes);
        return bytes;
    }

    private static ByteBuffer header(int extra) {
        ByteBuffer out = ByteBuffer.allocateDirect(64 + extra).order(ByteOrder.LITTLE_ENDIAN);
        return out.putInt(1).putInt(100).putInt(0).putInt(0);
    }

    private static void text(ByteBuffer out, String text) {
        out.putInt(text.length()).put(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static ByteBuffer raw(String encoding, int step, boolean bigEndian, byte[] data) {
        ByteBuffer out = header(data.length).putInt(H).putInt(W);
        text(out, encoding);
        return out.put((byte) (bigEndian ? 1 : 0)).putInt(step).putInt(data.length).put(data).flip();
    }

    private static ByteBuffer compressed(String format, byte[] data) {
        ByteBuffer out = header(data.length + format.length());
        text(out, format);
        return out.putInt(data.length).put(data).flip();
    }

    private static byte[] encoded(int type, String codec) throws IOException {
        BufferedImage image = new BufferedImage(W, H, type);
        for (int i = 0; i < W * H; i++) {
            image.setRGB(i % W, i / W, i < W * H / 2 ? 0xff2020 : 0x2020ff);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertTrue(ImageIO.write(image, codec, out));
        return out.toByteArray();
    }

    /** The RGB rows that both make of it. */
    private static byte[] taken(String type, ByteBuffer message, boolean grey) {
        RgbPictures data = new RgbPictures(IMAGE.key(), RosImageReader.forType(SchemaCatalog.packaged(), type), grey);
        byte[] rgb = data.read(message);
        assertNotNull(rgb, data.problem());
        CameraSource live = live(type, message, IMAGE, grey);
        assertEquals(1, live.statistics().taken(), live.takeRefused());
        float[] image = new float[3 * H * W];
        assertTrue(live.reader().read(100_000_000_000L, image, 0));
        for (int i = 0; i < W * H; i++) {
            for (int c = 0; c < 3; c++) {
                assertEquals((rgb[3 * i + c] & 255) / 255f, image[c * W * H + i], 0f);
            }
        }
        return rgb;
    }

    /** The line with which both refuse it. */
    private static String refused(String type, ByteBuffer message) {
        RgbPictures data = new RgbPictures(IMAGE.key(), RosImageReader.forType(SchemaCatalog.packaged(), type), false);
        assertNull(data.read(message));
        CameraSource live = live(type, message, IMAGE, false);
        assertEquals(0, live.statistics().taken());
        assertEquals(data.problem(), live.takeRefused());
        assertNull(live.takeRefused());
        return data.problem();
    }

    private static CameraSource live(String type, ByteBuffer message, FeatureSpec feature, boolean grey) {
        ContentRule content = new ContentRule(0, 1, 0, 0, grey);
        CameraConfig config = new CameraConfig("front", feature, 1_000_000_000L, StampConfig.DEFAULT, Interpolation.NEAREST,
                Fit.STRETCH, content, CameraConfig.Buffers.DEFAULT);
        CameraSource camera = new CameraSource(config, RosImageReader.forType(SchemaCatalog.packaged(), type), new SystemClock(), LatencySink.NONE, null);
        camera.slots().claim(message.limit()).put(message.duplicate());
        camera.slots().commit(1, 1);
        camera.prepareNewest();
        return camera;
    }

    /** Grey ramp with neutral chroma: R = G = B = 1.164 (Y - 16). */
    @ParameterizedTest
    @CsvSource({"yuv422,1,0", "yuv422_yuy2,0,0", "yuv422,1,6", "yuv422_yuy2,0,6"})
    void shouldReadYuvWithAndWithoutPadding(String encoding, int luma, int padding) {
        int step = 2 * W + padding;
        byte[] data = random(step * H);
        for (int y = 0; y < H; y++) {
            for (int x = 0; x < W; x++) {
                data[y * step + 2 * x + luma] = (byte) (16 + 8 * x + y);
                data[y * step + 2 * x + 1 - luma] = (byte) 128;
            }
        }
        byte[] rgb = taken(RAW, raw(encoding, step, false, data), false);
        for (int i = 0; i < rgb.length; i++) {
            assertEquals(1.164 * (8 * (i / 3 % W) + i / 3 / W), rgb[i] & 255, 1.0);
        }
    }

    @Test
    void shouldTellTheTwoByteOrdersOfYuvApart() {
        byte[] data = new byte[2 * W * H];
        for (int i = 0; i < data.length; i += 4) { // pure red, BT.601: Y 81, U 90, V 240
            data[i] = 81;
            data[i + 1] = 90;
            data[i + 2] = 81;
            data[i + 3] = (byte) 240;
        }
        byte[] rgb = taken(RAW, raw("yuv422_yuy2", 2 * W, false, data), false);
        assertTrue((rgb[0] & 255) > 250 && (rgb[1] & 255) < 4 && (rgb[2] & 255) < 4, rgb[0] + " " + rgb[1] + " " + rgb[2]);
    }

    @Test
    void shouldTake8Uc3AsBgr() {
        byte[] data = random((3 * W + 5) * H);
        assertArrayEquals(taken(RAW, raw("bgr8", 3 * W + 5, false, data), false), taken(RAW, raw("8UC3", 3 * W + 5, false, data), false));
    }

    @ParameterizedTest
    @CsvSource({"bayer_rggb,RGGB,0", "bayer_bggr,BGGR,5", "bayer_gbrg,GBRG,0", "bayer_grbg,GRBG,5"})
    void shouldDemosaicPaddedRowsOf8And16Bits(String name, String pattern, int padding) {
        for (int bytes = 1; bytes <= 2; bytes++) {
            for (boolean bigEndian : new boolean[] {false, true}) {
                int step = (W + padding) * bytes;
                byte[] data = random(step * H);
                for (int y = 0; y < H; y++) {
                    for (int x = 0; x < W; x++) {
                        int level = switch (pattern.charAt(y % 2 * 2 + x % 2)) {
                            case 'R' -> 200;
                            case 'G' -> 100;
                            default -> 50;
                        };
                        for (int b = 0; b < bytes; b++) { // 16 bits: level * 257, which is the level of 255
                            data[y * step + x * bytes + b] = (byte) level;
                        }
                    }
                }
                byte[] rgb = taken(RAW, raw(name + 8 * bytes, step, bigEndian, data), false);
                for (int i = 0; i < rgb.length; i += 3) {
                    assertEquals("200 100 50", (rgb[i] & 255) + " " + (rgb[i + 1] & 255) + " " + (rgb[i + 2] & 255));
                }
            }
        }
    }

    @Test
    void shouldHeedTheByteOrderOf16BitBayer() {
        byte[] data = new byte[2 * W * H];
        for (int i = 0; i < data.length; i += 2) {
            data[i] = 100; // high byte first
        }
        assertEquals(100, taken(RAW, raw("bayer_rggb16", 2 * W, true, data), false)[0] & 255);
        assertEquals(0, taken(RAW, raw("bayer_rggb16", 2 * W, false, data), false)[0] & 255);
    }

    /** The line with which a feature of colours refuses it; for data sets it is depth, as a feature of one channel sees it. */
    private static String distances(String type, ByteBuffer message) {
        CameraSource colours = live(type, message, IMAGE, false);
        assertEquals(0, colours.statistics().taken());
        RgbPictures data = new RgbPictures(DEPTH.key(), RosImageReader.forType(SchemaCatalog.packaged(), type), false);
        byte[] rows = data.read(message);
        assertNotNull(rows, data.problem());
        assertTrue(data.depth() && data.width() == W && data.height() == H);
        float[] seen = new float[W * H];
        assertTrue(live(type, message, DEPTH, false).reader().read(100_000_000_000L, seen, 0));
        for (int i = 0; i < W * H; i++) {
            assertEquals(DepthPixels.unit(DepthPixels.mm(rows, i)), seen[i], 0f);
        }
        return colours.takeRefused();
    }

    /** REP 118: metres, and what is no number was not seen. Padded rows, both orders of bytes. */
    @ParameterizedTest
    @CsvSource({"false, 0", "true, 8"})
    void shouldReadDepthInMetres(boolean bigEndian, int padding) {
        float[] metres = {Float.NaN, 1.2344f, -1, Float.POSITIVE_INFINITY, 0.0006f, 100};
        int step = 4 * W + padding;
        ByteBuffer data = ByteBuffer.allocate(step * H).order(bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < metres.length; i++) {
            data.putFloat(step + 4 * i, metres[i]);
        }
        ByteBuffer message = raw("32FC1", step, bigEndian, data.array());
        assertTrue(distances(RAW, message).endsWith("(3 channels, colour), found 16x8 '32FC1'"));
        RgbPictures pictures = new RgbPictures("d", RosImageReader.forType(SchemaCatalog.packaged(), RAW), false);
        byte[] rows = pictures.read(message);
        int[] expected = {0, 1234, 0, 0, 1, 65_535};
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], DepthPixels.mm(rows, W + i));
        }
        assertNull(pictures.read(raw("rgb8", 3 * W, false, random(3 * W * H))), "the first was depth");
        assertEquals("image: expected depth, as the first picture of 'd' is, found 16x8 'rgb8'", pictures.problem());
    }

    @ParameterizedTest
    @CsvSource({"16UC1,2", "mono16,2"})
    void shouldRefuseDepthForAColourFeature(String encoding, int bytes) {
        String problem = distances(RAW, raw(encoding, bytes * W, false, random(bytes * W * H)));
        assertTrue(problem.startsWith("image: expected an encoding among rgb8, bgr8, 8UC3, "), problem);
        assertTrue(problem.contains("yuv422_yuy2 for 'observation.image' (3 channels, colour)"), problem);
        assertTrue(problem.endsWith("found 16x8 '" + encoding + "'") && !problem.contains("among rgb8, 16UC1"), problem);
    }

    @ParameterizedTest
    @ValueSource(strings = {"32SC1", "rgb16", "nv21"})
    void shouldNameAnEncodingThatIsNotRead(String encoding) {
        assertTrue(refused(RAW, raw(encoding, 6 * W, false, random(6 * W * H))).endsWith("found 16x8 '" + encoding + "'"));
    }

    @Test
    void shouldTakeGreyOnlyWhereTheConfigurationSaysSo() throws IOException {
        byte[] data = random(W * H);
        String problem = refused(RAW, raw("mono8", W, false, data));
        assertTrue(problem.contains("a picture with colours for 'observation.image'") && problem.contains("grey: true"), problem);
        assertEquals(data[5], taken(RAW, raw("mono8", W, false, data), true)[15]);
        byte[] jpeg = encoded(BufferedImage.TYPE_BYTE_GRAY, "jpg");
        assertTrue(refused(COMPRESSED, compressed("mono8; jpeg compressed ", jpeg)).endsWith("format 'mono8; jpeg compressed '"));
        taken(COMPRESSED, compressed("mono8; jpeg compressed ", jpeg), true);
    }

    @Test
    void shouldNameAStepThatIsTooSmall() {
        String problem = refused(RAW, raw("rgb8", 20, false, random(3 * W * H)));
        assertTrue(problem.endsWith("found 16x8 'rgb8', step 20, expected at least 48"), problem);
        problem = refused(RAW, raw("rgb8", 3 * W, false, random(3 * W * H - 1)));
        assertTrue(problem.endsWith("found 16x8 'rgb8', 383 bytes of data, expected 384"), problem);
    }

    @ParameterizedTest
    @ValueSource(strings = {"jpeg", "rgb8; jpeg compressed bgr8", "bayer_rggb8; jpeg compressed bgr8", "yuv422; jpeg compressed bgr8",
        "rgb16; jpeg compressed bgr8", ""})
    void shouldTakeColourJpegsWhateverTheyWere(String format) throws IOException {
        byte[] rgb = taken(COMPRESSED, compressed(format, encoded(BufferedImage.TYPE_INT_RGB, "jpg")), false);
        assertTrue((rgb[0] & 255) > 200 && (rgb[2] & 255) < 80);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bayer_rggb8; jpeg compressed ", "yuv422; jpeg compressed ", "yuv422_yuy2; jpeg compressed mono8",
        "mono16; jpeg compressed ", "16UC1; jpeg compressed "})
    void shouldRefuseGreyJpegsThatWereNotGrey(String format) throws IOException {
        byte[] jpeg = encoded(BufferedImage.TYPE_BYTE_GRAY, "jpg");
        String problem = refused(COMPRESSED, compressed(format, jpeg));
        assertTrue(problem.contains("JPEG or PNG of 8-bit colours") && problem.contains("'observation.image'"), problem);
        assertTrue(problem.endsWith("a compressed image of format '" + format + "'"), problem);
        assertNull(new RgbPictures("i", RosImageReader.forType(SchemaCatalog.packaged(), COMPRESSED), true).read(compressed(format, jpeg)));
    }

    @Test
    void shouldRefuse16BitPngsForColourAndTakeThemAsDepth() throws IOException {
        BufferedImage image = new BufferedImage(W, H, BufferedImage.TYPE_USHORT_GRAY);
        image.getRaster().setSample(3, 0, 0, 2_501);
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        assertTrue(ImageIO.write(image, "png", png));
        ByteBuffer message = compressed("16UC1; png compressed ", png.toByteArray());
        assertTrue(distances(COMPRESSED, message).endsWith("format '16UC1; png compressed '"));
        assertTrue(distances(COMPRESSED, compressed("png", png.toByteArray())).endsWith("format 'png'"));
        float[] depth = new float[W * H];
        assertTrue(live(COMPRESSED, message, DEPTH, false).reader().read(100_000_000_000L, depth, 0));
        assertEquals(2_501 / 10_000f, depth[3], 0f);
    }

    @ParameterizedTest
    @ValueSource(strings = {"32FC1; compressedDepth", "webp"})
    void shouldNameACompressionThatIsNotRead(String format) {
        assertTrue(refused(COMPRESSED, compressed(format, random(100))).endsWith("'" + format + "' whose data are neither JPEG nor PNG"));
        assertTrue(refused(COMPRESSED, compressed("jpeg", new byte[0])).endsWith("'jpeg' without data"));
    }

    /** image_transport and cv_bridge decode without turning, so what was recorded and trained on is not turned either. */
    @Test
    void shouldIgnoreTheOrientationOfAJpegEverywhere() throws IOException {
        byte[] jpeg = encoded(BufferedImage.TYPE_INT_RGB, "jpg");
        byte[] exif = {(byte) 0xff, (byte) 0xe1, 0, 34, 'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3,
            0, 0, 0, 1, 0, 3, 0, 0, 0, 0, 0, 0};
        ByteBuffer turned = ByteBuffer.allocate(jpeg.length + exif.length).put(jpeg, 0, 2).put(exif).put(jpeg, 2, jpeg.length - 2);
        assertArrayEquals(taken(COMPRESSED, compressed("jpeg", jpeg), false), taken(COMPRESSED, compressed("jpeg", turned.array()), false));
    }
}
