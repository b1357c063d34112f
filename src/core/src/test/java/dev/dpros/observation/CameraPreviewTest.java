package dev.dpros.observation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.CameraFrame;
import dev.dpros.core.ImageLayout.Encoding;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class CameraPreviewTest {
    private final MessageRing ring = new MessageRing(2, 1 << 20);
    private final CameraPreview preview = new CameraPreview("wrist", ring, new TestMessages.Images(), 4);
    private final CameraFrame frame = new CameraFrame();

    private byte[] shown() {
        assertTrue(preview.latest(frame));
        return Arrays.copyOf(frame.bytes(), frame.length);
    }

    @ParameterizedTest
    @CsvSource({"RGB8,3,0,1,2", "BGR8,3,2,1,0", "RGBA8,4,0,1,2", "BGRA8,4,2,1,0", "MONO8,1,0,0,0"})
    void shouldShowRawEncodingsAsRgb(Encoding encoding, int channels, int red, int green, int blue) {
        byte[] data = {10, 20, 30, 40, 50, 60, 70, 80};
        TestMessages.sendImage(ring, 5, encoding, 2, 1, 2 * channels, Arrays.copyOf(data, 2 * channels));
        assertArrayEquals(new byte[] {data[red], data[green], data[blue],
            data[channels + red], data[channels + green], data[channels + blue]}, shown());
        assertEquals(5, frame.stampNs);
        assertEquals(2, frame.width);
    }

    @ParameterizedTest
    @EnumSource(names = {"BAYER_RGGB8", "BAYER_BGGR8", "BAYER_GBRG8", "BAYER_GRBG8"})
    void shouldShowBayerColours(Encoding encoding) {
        String pattern = encoding.name().substring("BAYER_".length());
        byte[] data = new byte[4];
        for (int i = 0; i < 4; i++) {
            data[i] = (byte) (pattern.charAt(i) == 'R' ? 30 : pattern.charAt(i) == 'G' ? 20 : 10);
        }
        TestMessages.sendImage(ring, 5, encoding, 2, 2, 2, data);
        byte[] expected = {30, 20, 10, 30, 20, 10, 30, 20, 10, 30, 20, 10};
        assertArrayEquals(expected, shown());
    }

    @Test
    void shouldShowDepthAsGrey() {
        TestMessages.sendImage(ring, 5, Encoding.U16C1, 2, 1, 4, true, new byte[] {0x04, 0, 0x7F, 0});
        assertArrayEquals(new byte[] {32, 32, 32, -1, -1, -1}, shown());
    }

    @Test
    void shouldThinWideImages() {
        byte[] data = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
        TestMessages.sendImage(ring, 5, Encoding.MONO8, 8, 2, 8, data);
        assertArrayEquals(new byte[] {0, 0, 0, 2, 2, 2, 4, 4, 4, 6, 6, 6}, shown());
        assertEquals(1, frame.height);
    }

    @Test
    void shouldPassCompressedImagesOn() {
        TestMessages.sendImage(ring, 5, Encoding.COMPRESSED, 0, 0, 0, new byte[] {1, 2, 3});
        assertArrayEquals(new byte[] {1, 2, 3}, shown());
        assertEquals(CameraFrame.Format.COMPRESSED, frame.format);
    }

    @Test
    void shouldShowNothingBeforeTheFirstFrameOrWhenItIsMalformed() {
        assertFalse(preview.latest(frame));
        TestMessages.sendImage(ring, 5, Encoding.RGB8, 2, 2, 6, new byte[5]);
        assertFalse(preview.latest(frame));
    }
}
