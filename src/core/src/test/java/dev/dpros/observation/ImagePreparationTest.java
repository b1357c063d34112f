package dev.dpros.observation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.ImageLayout;
import dev.dpros.core.ImageLayout.Encoding;
import dev.dpros.observation.SourceStatistics.Rejection;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ImagePreparationTest {
    private static final int W = 12;
    private static final int H = 8;
    private static final FeatureSpec COLOUR = FeatureSpec.of("observation.image", FeatureSpec.Kind.VISUAL, 3, H, W);
    private static final FeatureSpec GREY = FeatureSpec.of("observation.image", FeatureSpec.Kind.VISUAL, 1, H, W);

    private final float[] out = new float[3 * H * W];

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(7).nextBytes(bytes);
        return bytes;
    }

    private static Rejection prepare(ImagePreparation preparation, Encoding encoding, int width, int height, int step,
            byte[] data, float[] out) {
        ImageLayout layout = new ImageLayout();
        layout.encoding = encoding;
        layout.width = width;
        layout.height = height;
        layout.stepBytes = step;
        layout.dataOffset = 5;
        layout.dataLength = data.length;
        ByteBuffer message = ByteBuffer.allocateDirect(5 + data.length).order(ByteOrder.LITTLE_ENDIAN);
        message.put(5, data);
        return preparation.prepare(message, layout, out);
    }

    private Rejection prepare(Encoding encoding, int width, int height, int step, byte[] data) {
        return prepare(new ImagePreparation(COLOUR, Fit.STRETCH, 1000, true), encoding, width, height, step, data, out);
    }

    @ParameterizedTest
    @CsvSource({"RGB8,3,0,1,2", "BGR8,3,2,1,0", "RGBA8,4,0,1,2", "BGRA8,4,2,1,0", "MONO8,1,0,0,0"})
    void shouldUnpackEveryRawEncodingExactly(Encoding encoding, int channels, int red, int green, int blue) {
        int padding = 3; // rows are longer than their pixels
        int step = W * channels + padding;
        byte[] data = random(step * H);
        assertNull(prepare(encoding, W, H, step, data));
        int[] order = {red, green, blue};
        for (int c = 0; c < 3; c++) {
            for (int y = 0; y < H; y++) {
                for (int x = 0; x < W; x++) {
                    float expected = (data[y * step + x * channels + order[c]] & 255) / 255f;
                    assertEquals(expected, out[(c * H + y) * W + x], 0f);
                }
            }
        }
    }

    @Test
    void shouldWeighColoursToGreyAsOpenCvDoes() {
        byte[] data = new byte[W * H * 3];
        for (int i = 0; i < W * H; i++) {
            data[3 * i] = (byte) 200;
            data[3 * i + 1] = 100;
            data[3 * i + 2] = 50;
        }
        assertNull(prepare(new ImagePreparation(GREY, Fit.STRETCH, 1000, true), Encoding.RGB8, W, H, 3 * W, data, out));
        assertEquals(124 / 255f, out[0], 0f); // 0.299*200 + 0.587*100 + 0.114*50 = 124.2
    }

    @ParameterizedTest
    @EnumSource(names = {"BAYER_RGGB8", "BAYER_BGGR8", "BAYER_GBRG8", "BAYER_GRBG8"})
    void shouldDemosaicEveryBayerPatternToItsColour(Encoding encoding) {
        String pattern = encoding.name().substring("BAYER_".length());
        byte[] data = new byte[W * H];
        for (int y = 0; y < H; y++) {
            for (int x = 0; x < W; x++) {
                data[y * W + x] = (byte) switch (pattern.charAt(y % 2 * 2 + x % 2)) {
                    case 'R' -> 200;
                    case 'G' -> 100;
                    default -> 50;
                };
            }
        }
        assertNull(prepare(encoding, W, H, W, data));
        for (int i = 0; i < W * H; i++) {
            assertEquals(200 / 255f, out[i], 0f);
            assertEquals(100 / 255f, out[W * H + i], 0f);
            assertEquals(50 / 255f, out[2 * W * H + i], 0f);
        }
    }

    @ParameterizedTest
    @CsvSource({"false", "true"})
    void shouldScaleDepthInEitherByteOrder(boolean bigEndian) {
        ByteBuffer data = ByteBuffer.allocate(W * H * 2)
                .order(bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < W * H; i++) {
            data.putShort((short) (i * 600));
        }
        ImageLayout layout = new ImageLayout();
        layout.encoding = Encoding.U16C1;
        layout.width = W;
        layout.height = H;
        layout.stepBytes = 2 * W;
        layout.bigEndian = bigEndian;
        layout.dataLength = data.capacity();
        ByteBuffer direct = ByteBuffer.allocateDirect(data.capacity()).put(0, data.array());
        assertNull(new ImagePreparation(GREY, Fit.STRETCH, 10_000, true).prepare(direct, layout, out));
        assertEquals(0f, out[0], 0f);
        assertEquals(3 * 600 / 10_000f, out[3], 0f);
        assertEquals(1f, out[W * H - 1], 0f); // 57 m is beyond 10 m
    }

    @Test
    void shouldDecodePngExactly() throws IOException {
        byte[] pixels = random(W * H * 3);
        assertNull(prepare(Encoding.COMPRESSED, 0, 0, 0, encode(pixels, W, H, "png")));
        float[] expected = new float[3 * H * W];
        assertNull(prepare(new ImagePreparation(COLOUR, Fit.EXACT, 1, true), Encoding.RGB8, W, H, 3 * W, pixels, expected));
        assertArrayEquals(expected, out, 0f);
    }

    @Test
    void shouldDecodeJpegAsAnotherDecoderDoes() throws IOException {
        byte[] pixels = new byte[W * H * 3];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (40 + i / 3 % W * 10 + i % 3 * 30);
        }
        byte[] jpeg = encode(pixels, W, H, "jpg");
        assertNull(prepare(Encoding.COMPRESSED, 0, 0, 0, jpeg));
        BufferedImage reference = ImageIO.read(new ByteArrayInputStream(jpeg));
        for (int y = 0; y < H; y++) {
            for (int x = 0; x < W; x++) {
                int rgb = reference.getRGB(x, y);
                for (int c = 0; c < 3; c++) {
                    assertEquals(rgb >> 16 - 8 * c & 255, out[(c * H + y) * W + x] * 255f, 4f);
                }
            }
        }
    }

    private static byte[] encode(byte[] rgb, int width, int height, String format) throws IOException {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < width * height; i++) {
            image.setRGB(i % width, i / width,
                    (rgb[3 * i] & 255) << 16 | (rgb[3 * i + 1] & 255) << 8 | rgb[3 * i + 2] & 255);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertTrue(ImageIO.write(image, format, out));
        return out.toByteArray();
    }

    @Test
    void shouldHalveAnImageByAveragingItsNeighbours() {
        byte[] data = random(4 * W * H * 3);
        assertNull(prepare(Encoding.RGB8, 2 * W, 2 * H, 6 * W, data));
        for (int y = 0; y < H; y++) {
            for (int x = 0; x < W; x++) {
                for (int c = 0; c < 3; c++) {
                    int at = (2 * y * 2 * W + 2 * x) * 3 + c;
                    int sum = (data[at] & 255) + (data[at + 3] & 255) + (data[at + 6 * W] & 255)
                            + (data[at + 6 * W + 3] & 255);
                    assertEquals((sum + 2) / 4, Math.round(out[(c * H + y) * W + x] * 255));
                }
            }
        }
    }

    /** Pixel centres map as (x + 0.5) * scale - 0.5, which a linear ramp keeps linear. */
    @Test
    void shouldResizeBilinearlyAboutPixelCentres() {
        int sourceWidth = 3 * W;
        byte[] data = new byte[sourceWidth * H];
        for (int i = 0; i < data.length; i++) {
            data[i] = (byte) (i % sourceWidth * 6);
        }
        assertNull(prepare(Encoding.MONO8, sourceWidth, H, sourceWidth, data));
        for (int x = 0; x < W; x++) {
            assertEquals((x * 3 + 1) * 6, Math.round(out[x] * 255));
        }
    }

    @Test
    void shouldLetterboxOnBlackAndCropTheCentre() {
        byte[] white = new byte[2 * W * H]; // twice as wide as the policy's image
        java.util.Arrays.fill(white, (byte) 255);
        for (int y = 0; y < H; y++) {
            white[y * 2 * W] = 0; // its left edge is black
        }
        assertNull(prepare(new ImagePreparation(GREY, Fit.LETTERBOX, 1, true), Encoding.MONO8, 2 * W, H, 2 * W, white, out));
        assertEquals(0f, out[0], 0f);
        assertEquals(0f, out[W * H - 1], 0f);
        assertEquals(1f, out[H / 2 * W + W / 2], 0f);
        assertEquals(0f, out[W + W / 2], 0f); // bars of two rows above and below
        assertEquals(1f, out[2 * W + W / 2], 0f);
        assertNull(prepare(new ImagePreparation(GREY, Fit.CROP, 1, true), Encoding.MONO8, 2 * W, H, 2 * W, white, out));
        for (int i = 0; i < W * H; i++) {
            assertEquals(1f, out[i], 0f);
        }
    }

    @Test
    void shouldSayWhyAnImageIsRejected() throws IOException {
        byte[] data = random(W * H * 3);
        assertEquals(Rejection.MALFORMED, prepare(Encoding.RGB8, W, H + 1, 3 * W, data));
        assertEquals(Rejection.MALFORMED, prepare(Encoding.RGB8, W, H, 3 * W - 1, data));
        assertEquals(Rejection.MALFORMED, prepare(Encoding.RGB8, 0, H, 3 * W, data));
        assertEquals(Rejection.MALFORMED, prepare(Encoding.RGB8, Integer.MAX_VALUE / 2, 2, Integer.MAX_VALUE, data));
        assertEquals(Rejection.UNDECODABLE, prepare(Encoding.COMPRESSED, 0, 0, 0, data));
        byte[] png = encode(data, W, H, "png");
        png[16] = 0x7F; // claims 2 billion pixels in width
        assertEquals(Rejection.UNDECODABLE, prepare(Encoding.COMPRESSED, 0, 0, 0, png));
        byte[] jpeg = encode(data, W, H, "jpg");
        byte[] cut = java.util.Arrays.copyOf(jpeg, jpeg.length - jpeg.length / 4);
        assertEquals(Rejection.UNDECODABLE, prepare(Encoding.COMPRESSED, 0, 0, 0, cut));
        assertEquals(Rejection.WRONG_SIZE, prepare(new ImagePreparation(COLOUR, Fit.EXACT, 1, true), Encoding.RGB8, W / 2, H,
                3 * W / 2, random(W * H * 3 / 2), out));
    }

    @Test
    void shouldNotAllocateOncePrepared() {
        ImagePreparation preparation = new ImagePreparation(COLOUR, Fit.STRETCH, 1, true);
        ImageLayout layout = new ImageLayout();
        layout.encoding = Encoding.BGR8;
        layout.width = 30;
        layout.height = 20;
        layout.stepBytes = 90;
        layout.dataLength = 1800;
        ByteBuffer message = ByteBuffer.allocateDirect(1800).put(0, random(1800));
        Allocation.assertNone(5_000, () -> preparation.prepare(message, layout, out));
    }
}
