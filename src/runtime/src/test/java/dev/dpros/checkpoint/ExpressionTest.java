package dev.dpros.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What configurations compute. */
class ExpressionTest {
    @ParameterizedTest
    @CsvSource({"16-2+1, 15", "2*3-4*5, -14", "-(2-3)*4, 4", "(0.125 - 1.0E-4) * 59.94, 7.486506", "3/2, 1.5", "((7)), 7", "1e2, 100", "- -3, 3"})
    void shouldComputeSumsAndProducts(String text, double value) {
        assertEquals(value, Expression.value(text).asDouble(), 1e-12);
    }

    @ParameterizedTest
    @ValueSource(strings = {"16-2+1", "2*(3+4)"})
    void shouldKeepIntegers(String text) {
        assertTrue(Expression.value(text).isInt());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "1+", "(1", "1)", "1/0", "2**3", "__import__('os')", "1 if True", "..", "1,2", "1 2"})
    void shouldUnderstandNothingElse(String text) {
        assertNull(Expression.value(text));
    }
}
