package dev.dpros.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class SamplingBatchTest {
    private static Sampling row(double add, int... timesteps) {
        StepListener listener = (index, count, timestep, x0hat) -> {
            x0hat[0] += add;
            return add < 100;
        };
        return Sampling.of(NoiseSource.seeded(1), listener).visiting(timesteps);
    }

    @Test
    void shouldGiveEachRowItsOwnListener() {
        Sampling batch = SamplingBatch.of(List.of(row(1, 9, 3), row(2, 9, 3)));
        double[] x = {10, 11, 20, 21};
        assertTrue(batch.listener().onStep(0, 2, 9, x));
        assertArrayEquals(new double[] {11, 11, 22, 21}, x);
        assertEquals(2, batch.noise().size());
        assertArrayEquals(new int[] {9, 3}, batch.timesteps());
    }

    @Test
    void shouldTieEachRowToItsOwn() {
        Sampling free = Sampling.of(NoiseSource.seeded(1), StepListener.NONE).until(7);
        Sampling tied = new Sampling(free.noise(), null, new Tie(new double[] {8, 9}, new double[] {1, 0.5}), Sampling.NO_DEADLINE,
                StepListener.NONE);
        Sampling batch = SamplingBatch.of(List.of(free, tied));
        double[] x = {10, 11, 20, 21};
        batch.tie().pull(x, 1);
        assertArrayEquals(new double[] {10, 11, 8, 15}, x);
        assertEquals(7, batch.deadlineNs());
        assertNull(SamplingBatch.of(List.of(free, free)).tie());
    }

    @Test
    void shouldRefuseRowsThatDoNotGoTogether() {
        assertThrows(IllegalArgumentException.class, () -> SamplingBatch.of(List.of(row(1, 9, 3), row(1, 9, 4))));
        Sampling ends = SamplingBatch.of(List.of(row(200, 9)));
        assertThrows(IllegalStateException.class, () -> ends.listener().onStep(0, 1, 9, new double[2]));
    }
}
