package dev.dpros.diffusion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dpros.core.ActionChunk;
import org.junit.jupiter.api.Test;

class PreviousChunkTest {
    private static final long STEP = 100_000_000L;

    @Test
    void shouldWeighTheOverlapLinearlyAsInTheWorkedExample() {
        double[] w = new double[12];
        PrefixWeights.fill(PrefixWeights.Fall.LINEAR, 4, 10, w);
        assertArrayEquals(new double[] {1, 1, 1, 1, .8571, .7143, .5714, .4286, .2857, .1429, 0, 0}, w, 5e-5);
    }

    @Test
    void shouldWeighTheOverlapExponentiallyAsInTheWorkedExample() {
        double[] w = new double[12];
        PrefixWeights.fill(PrefixWeights.Fall.EXPONENTIAL, 4, 10, w);
        assertArrayEquals(new double[] {1, 1, 1, 1, .6766, .4335, .2563, .1335, .0550, .0128, 0, 0}, w, 5e-5);
    }

    @Test
    void shouldFreezeNothingBeyondTheOverlap() {
        double[] w = new double[5];
        PrefixWeights.fill(PrefixWeights.Fall.LINEAR, 9, 3, w);
        assertArrayEquals(new double[] {1, 1, 1, 0, 0}, w);
        PrefixWeights.fill(PrefixWeights.Fall.LINEAR, 2, 0, w);
        assertArrayEquals(new double[5], w);
        PrefixWeights.fill(PrefixWeights.Fall.LINEAR, 9, 9, w);
        assertArrayEquals(new double[] {1, 1, 1, 1, 1}, w);
    }

    @Test
    void shouldPullThePredictionTowardsThePreviousChunkInEveryBatchRow() {
        double[] x = {0, 0, 0, 0, 1, 1, 1, 1};
        PrefixWeights.blend(x, 2, new double[] {2, 4, 2, 4}, new double[] {1, 0.5});
        assertArrayEquals(new double[] {2, 4, 1, 2, 2, 4, 1.5, 2.5}, x, 1e-6);
    }

    @Test
    void shouldShiftByTheTimeThatReallyPassedAndHoldTheLast() {
        ActionChunk previous = new ActionChunk(1, 0, 0, STEP, 1, new double[] {0, 10, 20, 30}, 16);
        double[] out = new double[6];
        // To = 2: step 1 belongs to t_obs = 150 ms, one and a half steps into the previous chunk.
        PreviousChunk.onNewGrid(previous, 1, 150_000_000L, new Normalizer(new double[] {0.1}, new double[] {-1}), out);
        assertArrayEquals(new double[] {-0.5, 0.5, 1.5, 2, 2, 2}, out, 1e-6);
        assertEquals(2, PreviousChunk.overlap(previous, 150_000_000L));
        assertEquals(4, PreviousChunk.overlap(previous, 0));
        assertEquals(0, PreviousChunk.overlap(previous, 301_000_000L));
    }
}
