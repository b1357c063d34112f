package dev.dpros.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.ros.testing.Allocation;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/** Against camera frames of the public data set, each drawn from its recorded state. */
class PushTCameraTest {
    private final PushTWorld world = new PushTWorld();
    private final PushTCamera camera = new PushTCamera();

    @Test
    void shouldDrawTheDataSetsFramesFromTheirStates() throws IOException {
        byte[] drawn = new byte[PushTCamera.BYTES];
        double difference = 0;
        int frames;
        int exact = 0;
        try (DataInputStream in = new DataInputStream(
                new GZIPInputStream(PushTCameraTest.class.getResourceAsStream("/sim/frames.gz")))) {
            frames = in.readInt();
            for (int i = 0; i < frames; i++) {
                world.reset(in.readDouble(), in.readDouble(), in.readDouble(), in.readDouble(), in.readDouble());
                camera.render(world, drawn, 0);
                double frame = meanDifference(in.readNBytes(PushTCamera.BYTES), drawn);
                difference += frame;
                exact += frame == 0 ? 1 : 0;
            }
        }
        assertTrue(frames >= 40, "frames");
        // in six of the data set's 25,650 frames a mark at a point of contact differs; one of them is here
        assertEquals(frames - 1, exact, "frames equal in every byte");
        assertTrue(difference / frames < 0.001, "mean absolute difference " + difference / frames);
    }

    @Test
    void shouldDrawWhereTheCallerWants() {
        byte[] two = new byte[2 * PushTCamera.BYTES];
        world.reset(100, 100, 256, 256, 1);
        camera.render(world, two, 0);
        world.reset(400, 400, 256, 256, 1);
        camera.render(world, two, PushTCamera.BYTES);
        byte[] first = java.util.Arrays.copyOf(two, PushTCamera.BYTES);
        byte[] second = java.util.Arrays.copyOfRange(two, PushTCamera.BYTES, two.length);
        assertTrue(meanDifference(first, second) > 0.1);
        int agent = 3 * (96 * 18 + 18);
        assertEquals(0x4E, first[agent] & 0xFF);
        assertEquals(0xFF, second[agent] & 0xFF);
    }

    @Test
    void shouldDrawABlockThatSticksOutOfThePicture() {
        byte[] picture = new byte[PushTCamera.BYTES];
        for (int i = 0; i < 200; i++) {
            world.reset(256, 256, 600 * Math.sin(i), 600 * Math.cos(i * 1.7), i);
            camera.render(world, picture, 0);
        }
        assertEquals(248, picture[3 * 48] & 0xFF, "the wall is still there");
    }

    @Test
    void shouldAllocateNothingWhenDrawing() {
        byte[] picture = new byte[PushTCamera.BYTES];
        world.reset(256, 250, 256, 256, 0.3);
        draw(picture);
        assertEquals(0, Allocation.least(5, () -> draw(picture)));
    }

    private void draw(byte[] picture) {
        for (int i = 0; i < 200; i++) {
            world.step(256 + i, 300);
            camera.render(world, picture, 0);
        }
    }

    private static double meanDifference(byte[] a, byte[] b) {
        long sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += Math.abs((a[i] & 0xFF) - (b[i] & 0xFF));
        }
        return sum / (double) a.length;
    }
}
