package dev.dpros.metrics.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class PngEncoderTest {
    @Test
    void shouldBeReadExactlyByAnotherDecoder() throws IOException {
        PngEncoder encoder = new PngEncoder();
        for (int size : new int[] {1, 7, 96, 33}) {
            int width = size;
            int height = size + 2;
            byte[] rgb = new byte[3 * width * height];
            new Random(size).nextBytes(rgb);
            BufferedImage image = ImageIO.read(new ByteArrayInputStream(encoder.encode(rgb, width, height)));
            assertEquals(width, image.getWidth());
            assertEquals(height, image.getHeight());
            for (int i = 0; i < width * height; i++) {
                int expected = (rgb[3 * i] & 255) << 16 | (rgb[3 * i + 1] & 255) << 8 | rgb[3 * i + 2] & 255;
                assertEquals(expected, image.getRGB(i % width, i / width) & 0xFFFFFF);
            }
        }
    }
}
