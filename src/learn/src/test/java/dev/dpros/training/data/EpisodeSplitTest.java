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
        "20000, 100, 42, 874 1272 1354 1524 1710 1776 1836 1875 1943 2551 2595 2795",
        "20000, 1000, 42, 83 94 104 127 137 146 151 195 232 236 273 279", "10001, 201, 7, 37 52 74 117 140 247 297 355 373 417 437 483",
        "76000, 1520, 0, 22 202 204 265 368 398 401 441 467 479 480 499", "76000, 1521, 0, 22 199 208 266 368 404 406 437 462 472 484 493",
        "10001, 10001, 3, 0 1 2 3 4 5 6 7 8 9 10 11",
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
