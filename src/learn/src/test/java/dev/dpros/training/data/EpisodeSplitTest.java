package dev.dpros.training.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EpisodeSplitTest {
    /** From numpy 2.4.6: {@code sorted(default_rng(seed).choice(n, size, replace=False))}, the first twelve. */
    @ParameterizedTest
    @CsvSource({"206, 4, 42, 18 90 134 157", "20, 3, 0, 10 12 15", "50, 1, 7, 47",
        "200, 90, 42, 7 9 10 11 13 16 19 23 24 25 31 32",
        "9999, 20, 12345678901, 379 647 796 877 1154 1374 1406 1833 3161 3392 4064 4127"})
    void shouldChooseWhatNumpyChooses(int n, int size, long seed, String expected) {
        boolean[] chosen = new NumpyGenerator(seed).choice(n, size);
        List<Integer> indices = IntStream.range(0, n).filter(i -> chosen[i]).boxed().toList();
        assertEquals(size, indices.size());
        assertEquals(expected, String.join(" ", indices.stream().limit(12).map(String::valueOf).toList()));
    }

    @Test
    void shouldHoldOutTheEpisodesOfTheReference() {
        EpisodeSplit split = new EpisodeSplit(206, 0.02, 90, 42);
        assertTrue(split.validates(18) && split.validates(157));
        assertEquals(90, IntStream.range(0, 206).filter(split::trained).count());
        assertEquals(116, IntStream.range(0, 206).filter(split::validates).count());
    }

    @Test
    void shouldKeepAnEpisodeOnEachSideWhateverTheRatio() {
        assertEquals(1, IntStream.range(0, 3).filter(new EpisodeSplit(3, 0.001, 0, 0)::validates).count());
        assertEquals(1, IntStream.range(0, 3).filter(new EpisodeSplit(3, 0.99, 0, 0)::trained).count());
        assertFalse(new EpisodeSplit(3, 0, 0, 0).validates(1));
    }
}
