package dev.dpros.simnode;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class CadenceTest {
    private static final long STEP_NS = 10_000_000;

    @Test
    void shouldBeDueAsOftenAsItsRateSaysOnAnyTickGrid() {
        for (double rateHz : new double[] {1, 7, 10, 15, 29.97, 30, 50, 100}) {
            Cadence cadence = new Cadence(rateHz);
            cadence.restart(1_000);
            int due = 0;
            for (long t = 0; t < 100_000_000_000L; t += STEP_NS) {
                due += cadence.isDue(1_000 + t) ? 1 : 0;
            }
            assertEquals(Math.ceil(rateHz * 100), due, 1, "rate " + rateHz);
        }
    }

    @Test
    void shouldCountInstantsThatWereSkippedOnce() {
        Cadence cadence = new Cadence(10);
        cadence.restart(0);
        int due = 0;
        for (long t : new long[] {0, 1_000_000_000, 1_010_000_000, 1_100_000_000}) {
            due += cadence.isDue(t) ? 1 : 0;
        }
        assertEquals(3, due);
    }
}
