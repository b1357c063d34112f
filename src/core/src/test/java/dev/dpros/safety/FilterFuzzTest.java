package dev.dpros.safety;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A sample of what {@link FilterFuzz} runs by hand. */
@Tag("long")
class FilterFuzzTest {
    @ParameterizedTest
    @CsvSource({"false, 100", "true, 130"})
    void shouldKeepEveryLimitAtEveryInstant(boolean extreme, int runs) {
        FilterFuzz fuzz = new FilterFuzz(extreme);
        for (long seed = 1; seed <= runs; seed++) {
            fuzz.run(seed);
        }
        assertEquals(Map.of(), fuzz.found, () -> String.join("\n", fuzz.firsts));
        assertTrue(fuzz.frames == runs * 300L && fuzz.moving > fuzz.frames, fuzz.toString());
    }
}
