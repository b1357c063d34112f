package dev.dpros.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ActionChunkTest {
    private static final long DAY_NS = 86_400_000_000_000L;

    private static ActionChunk chunk(double... values) {
        return new ActionChunk(7, 1_000, 2_000, 100, 2, values, 16);
    }

    @Test
    void shouldKeepItsValuesWhateverBecomesOfTheArrays() {
        double[] given = {1, 2, 3, 4};
        ActionChunk chunk = chunk(given);
        given[0] = 99;
        chunk.values()[3] = 99;
        assertArrayEquals(new double[] {1, 2, 3, 4}, chunk.values());
    }

    @Test
    void shouldReadRowsOfActions() {
        ActionChunk chunk = chunk(1, 2, 3, 4, 5, 6);
        assertEquals(3, chunk.steps());
        assertEquals(3, chunk.action(1, 0));
        assertEquals(6, chunk.action(2, 1));
    }

    /** 24 hours in one step are more nanoseconds than an int holds. */
    @Test
    void shouldStampEachActionHoweverLongTheSteps() {
        ActionChunk chunk = new ActionChunk(1, 0, 5, DAY_NS, 1, new double[] {0, 0, 0}, 1);
        assertEquals(5, chunk.stampNs(0));
        assertEquals(5 + 2 * DAY_NS, chunk.stampNs(2));
    }

    @ParameterizedTest
    @CsvSource({"0, 4, 100", "-2, 4, 100", "3, 4, 100", "2, 0, 100", "2, 4, 0", "2, 4, -1"})
    void shouldRefuseWhatIsNoWholeRowsOrHasNoPeriod(int dims, int values, long stepNs) {
        String line = assertThrows(IllegalArgumentException.class,
                () -> new ActionChunk(1, 0, 0, stepNs, dims, new double[values], 1)).getMessage();
        assertTrue(line.contains(values + " values of dimension " + dims + ", step " + stepNs + " ns"), line);
    }

    @Test
    void shouldBeEqualByWhatItHoldsNotByTheArray() {
        assertEquals(chunk(1, 2), chunk(1, 2));
        assertEquals(chunk(1, 2).hashCode(), chunk(1, 2).hashCode());
        assertNotEquals(chunk(1, 2), chunk(1, 3));
        assertNotEquals(chunk(1, 2), new ActionChunk(8, 1_000, 2_000, 100, 2, new double[] {1, 2}, 16));
    }
}
