package dev.dpros.inference.torchscript;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.FloatBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WeightLayoutTest {
    private static final List<Long> STORED = List.of(3L, 4L, 5L);

    /** As a permutation of the three dimensions has it, in pieces of whatever size; and back. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 7, 60})
    void shouldPermuteInPieces(int piece) {
        WeightLayout layout = new WeightLayout("w", STORED, List.of(2, 0, 1), List.of(5L, 12L));
        float[] expected = new float[60];
        float[] stored = new float[60];
        for (int i = 0; i < 60; i++) {
            stored[i] = i;
            expected[i % 5 * 12 + i / 20 * 4 + i / 5 % 4] = i;
        }
        float[] network = new float[60];
        float[] back = new float[60];
        for (int from = 0; from < 60; from += piece) {
            layout.toNetwork(from, FloatBuffer.wrap(stored, from, Math.min(piece, 60 - from)), FloatBuffer.wrap(network));
        }
        for (int from = 0; from < 60; from += piece) {
            layout.toCheckpoint(from, FloatBuffer.wrap(network), FloatBuffer.wrap(back, from, Math.min(piece, 60 - from)));
        }
        assertArrayEquals(expected, network);
        assertArrayEquals(stored, back);
    }

    @Test
    void shouldLeaveAsItIsWhatIsInOrder() {
        float[] network = new float[60];
        float[] stored = new float[60];
        stored[59] = 1;
        new WeightLayout("w", STORED, List.of(0, 1, 2), STORED).toNetwork(0, FloatBuffer.wrap(stored), FloatBuffer.wrap(network));
        assertArrayEquals(stored, network);
        float[] one = new float[1];
        new WeightLayout("scalar", List.of(), List.of(), List.of()).toNetwork(0, FloatBuffer.wrap(new float[] {2}), FloatBuffer.wrap(one));
        assertArrayEquals(new float[] {2}, one);
    }

    @Test
    void shouldRefuseAnOrderOrShapeThatDoesNotFit() {
        assertThrows(IllegalArgumentException.class, () -> new WeightLayout("w", STORED, List.of(0, 1, 1), STORED));
        assertThrows(IllegalArgumentException.class, () -> new WeightLayout("w", STORED, List.of(0, 1, 2), List.of(61L)));
    }
}
