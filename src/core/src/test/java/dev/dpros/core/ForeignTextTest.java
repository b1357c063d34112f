package dev.dpros.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ForeignTextTest {
    @Test
    void shouldMakeOneHarmlessLine() {
        assertEquals("a b c \\u001b[31m\\u202ed \\u0000 \u00e9", ForeignText.printable("a\nb\tc\u2028\u001b[31m\u202ed\r\0 \u00e9"));
        assertEquals("null", ForeignText.printable(null));
        assertEquals("x".repeat(300) + "...", ForeignText.printable("x".repeat(1_000_000)));
    }
}
