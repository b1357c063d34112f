package dev.dpros.diffusion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dpros.core.ActionChunk;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class PreviousChunkTest {
    private static final long STEP = 100_000_000L;

    @Test
    void shouldWeighTheOverlapLinearlyAsInTheWorkedExample() {
        float[] w = new float[12];
        PrefixWeights.fill(PrefixWeights.Fall.LINEAR, 4, 10, w);
        assertArrayEquals(new float[] {1, 1, 1, 1, .8571f, .7143f, .5714f, .4286f, .2857f, .1429f, 0, 0}, w, 5e-5f);
    }

    @Test
    void shouldWeighTheOverlapExponentiallyAsInTheWorkedExample() {
        float[] w = new float[12];
        PrefixWeights.fill(PrefixWeights.Fall.EXPONENTIAL, 4, 10, w);
        assertArrayEquals(new float[] {1, 1, 1, 1, .6766f, .4335f, .2563f, .1335f, .0550f, .0128f, 0, 0}, w, 5e-5f);
    }

    @Test
    void shouldFreezeNothingBeyondTheOverlap() {
        float[] w = new float[5];
        PrefixWeights.fill(PrefixWeights.Fall.LINEAR, 9, 3, w);
        assertArrayEquals(new float[] {1, 1, 1, 0, 0}, w);
        PrefixWeights.fill(PrefixWeights.Fall.LINEAR, 2, 0, w);
        assertArrayEquals(new float[5], w);
        PrefixWeights.fill(PrefixWeights.Fall.LINEAR, 9, 9, w);
        assertArrayEquals(new float[] {1, 1, 1, 1, 1}, w);
    }

    @Test
    void shouldPullThePredictionTowardsThePreviousChunkInEveryBatchRow() {
        float[] x = {0, 0, 0, 0, 1, 1, 1, 1};
        PrefixWeights.blend(x, new float[] {2, 4, 2, 4}, new float[] {1, 0.5f});
        assertArrayEquals(new float[] {2, 4, 1, 2, 2, 4, 1.5f, 2.5f}, x, 1e-6f);
    }

    @Test
    void shouldShiftByTheTimeThatReallyPassedAndHoldTheLast() {
        ActionChunk previous = new ActionChunk(1, 0, 0, STEP, 1, new double[] {0, 10, 20, 30}, 16);
        float[] out = new float[6];
        // To = 2: step 1 belongs to t_obs = 150 ms, one and a half steps into the previous chunk.
        PreviousChunk.onNewGrid(previous, 2, 150_000_000L, new Normalizer(new double[] {0.1}, new double[] {-1}), out);
        assertArrayEquals(new float[] {-0.5f, 0.5f, 1.5f, 2, 2, 2}, out, 1e-6f);
        assertEquals(2, PreviousChunk.overlap(previous, 150_000_000L));
        assertEquals(4, PreviousChunk.overlap(previous, 0));
        assertEquals(0, PreviousChunk.overlap(previous, 301_000_000L));
    }

    @Test
    void shouldNoiseACleanTrajectoryToATimestep() {
        float[] noise = {1, -1};
        PreviousChunk.noise(new float[] {0.5f, 0.5f}, 0.64, noise);
        assertArrayEquals(new float[] {0.4f + 0.6f, 0.4f - 0.6f}, noise, 1e-6f);
    }

    @Test
    void shouldStartAtTheFirstTimestepThatIsNotAboveTheNoise() {
        int[] timesteps = {90, 84, 78, 72, 66, 60, 54, 48, 42, 36, 30, 24, 18, 12, 6, 0};
        assertEquals(10, PreviousChunk.firstStep(timesteps, 30));
        assertEquals(11, PreviousChunk.firstStep(timesteps, 29));
        assertEquals(0, PreviousChunk.firstStep(timesteps, 99));
        assertEquals(16, PreviousChunk.firstStep(Arrays.copyOf(timesteps, 16), -1));
    }
}
