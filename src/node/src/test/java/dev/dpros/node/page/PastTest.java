package dev.dpros.node.page;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.control.TickInputs;
import dev.dpros.control.TickReport;
import dev.dpros.metrics.dashboard.Past;
import dev.dpros.ros.testing.Allocation;
import java.util.List;
import org.junit.jupiter.api.Test;

class PastTest {
    private static final long MS = 1_000_000L;

    private final TickReport report = new TickReport(new TickInputs(2, 0));

    private void tick(MotionPast past, long ms, boolean commanding) {
        report.inputs.monotonicNs = ms * MS;
        report.inputs.measuredKnown = true;
        report.inputs.measured[1] = ms;
        report.command[0] = 2 * ms;
        report.commanding = commanding;
        past.note(report);
    }

    @Test
    void shouldKeepTenSecondsOfPositionsTwentyASecond() {
        MotionPast past = new MotionPast(2);
        assertEquals(0, past.copy().atNs().length);
        for (long ms = 5_000; ms <= 25_000; ms += 2) {
            tick(past, ms, ms > 20_000);
        }
        MotionPast.Copy copy = past.copy();
        assertEquals(200, copy.atNs().length);
        assertEquals(25_000, copy.atNs()[199] / MS, 50);
        for (int i = 0; i < 200; i++) {
            long ms = copy.atNs()[i] / MS;
            assertEquals(i == 0 ? ms : copy.atNs()[i - 1] / MS + 50, ms);
            assertArrayEquals(ms > 20_000 ? new float[] {2 * ms, 0} : new float[] {Float.NaN, Float.NaN}, copy.commanded()[i]);
            assertArrayEquals(new float[] {0, ms}, copy.measured()[i]);
        }
    }

    @Test
    void shouldKeepTheCyclesOfAMinute() {
        CyclePast past = new CyclePast();
        for (long id = 1; id <= 2000; id++) {
            past.note(id, id * 200 * MS, 90 * MS + id, id % 2 == 0 ? 80 * MS : -1);
        }
        List<Past.Cycle> last = past.last(2000 * 200 * MS);
        assertEquals(301, last.size());
        assertEquals(1700, last.get(0).id());
        assertEquals(60_000, last.get(0).ageMs());
        assertEquals(new Past.Cycle(2000, 0, 90.002, 80, true), last.get(300));
        assertEquals(0, last.get(299).deadlineMs());
        for (long id = 2001; id <= 4000; id++) {
            past.note(id, 2000 * 200 * MS + id, MS, 0);
        }
        assertEquals(600, past.last(2000 * 200 * MS).size(), "bounded, whatever comes");
    }

    @Test
    void shouldNoteWithoutAllocation() {
        MotionPast motion = new MotionPast(2);
        CyclePast cycles = new CyclePast();
        long[] at = {0};
        assertTrue(Allocation.least(8, () -> {
            for (int i = 0; i < 10_000; i++) {
                tick(motion, at[0] += 20, true);
                cycles.note(i, at[0], 1, 2);
            }
        }) == 0);
    }
}
