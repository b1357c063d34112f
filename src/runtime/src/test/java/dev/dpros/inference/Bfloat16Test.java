package dev.dpros.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Bfloat16Test {
    @ParameterizedTest
    @CsvSource({
        "'flags\t\t: fpu avx2 avx512_bf16 avx512_vnni', true",
        "'processor\t: 0\nflags\t\t: fpu amx_bf16\n\nprocessor\t: 1\nflags\t\t: fpu', true",
        "'flags\t\t: fpu avx2 avx512f avx512_bf16x', false",
        "'Features\t: fp asimd bf16', false",
        "'', false"})
    void shouldReadTheProcessorsFeatures(String text, boolean multiplied) {
        assertEquals(multiplied, Bfloat16.multiplied(text));
    }
}
