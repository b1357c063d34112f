package dev.dpros.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** How chunks fall into one way or two. */
class PushTFanTest {
    private static final int STEPS = 8;

    /** Straight paths to the right, each shifted as a whole: 10 px up or down, and by where its way lies. */
    private static List<double[]> chunks(int count, double between, long seed) {
        Random random = new Random(seed);
        List<double[]> chunks = new ArrayList<>();
        for (int k = 0; k < count; k++) {
            double y = 256 + 10 * random.nextGaussian() + (k % 4 == 0 ? between : 0);
            double[] chunk = new double[2 * STEPS];
            for (int i = 0; i < STEPS; i++) {
                chunk[2 * i] = 100 + 10 * i;
                chunk[2 * i + 1] = y;
            }
            chunks.add(chunk);
        }
        return chunks;
    }

    @Test
    void shouldFindTwoWays() {
        PushTFan fan = PushTFan.grouped(new byte[0], chunks(40, 150, 1));
        assertEquals(10, Math.min(fan.count(0), fan.count(1)));
        assertEquals(150, fan.apart(), 10);
        assertEquals(10, fan.within(), 3);
    }

    @Test
    void shouldNotSplitOneWay() {
        for (long seed = 0; seed < 50; seed++) {
            PushTFan fan = PushTFan.grouped(new byte[0], chunks(40, 0, seed));
            assertArrayEquals(new int[40], fan.groups());
            assertEquals(0, fan.apart());
            assertEquals(10, fan.within(), 4);
        }
    }
}
