package dev.dpros.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.dpros.core.TensorData;
import dev.dpros.diffusion.PolicyDefinition;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Execution(ExecutionMode.CONCURRENT)
class DrawnWeightsTest {
    private static final PolicyDefinition POLICY = SyntheticPolicy.named("resnet18-small");

    private static byte[] read(TensorData tensor, int offset, int length) {
        ByteBuffer into = ByteBuffer.allocate(length);
        tensor.content().read(offset, into);
        return into.array();
    }

    @Test
    void shouldGiveTheSameBytesHoweverTheyAreRead() {
        TensorData tensor = POLICY.weights().get("unet.mid_modules.0.conv1.block.0.weight");
        byte[] whole = read(tensor, 0, 4096);
        for (int offset : new int[] {0, 1, 2, 3, 4, 1021}) {
            assertArrayEquals(java.util.Arrays.copyOfRange(whole, offset, offset + 515), read(tensor, offset, 515), "offset " + offset);
        }
        assertArrayEquals(java.util.Arrays.copyOfRange(whole, 1024, 1224), read(new TensorData(tensor.dtype(), java.util.List.of(50L),
                tensor.content().part(1024, 200)), 0, 200));
        assertThrows(IndexOutOfBoundsException.class, () -> read(tensor, tensor.content().length() - 3, 4));
    }

    @Test
    void shouldHaveTheVarianceThatKeepsActivations() {
        TensorData tensor = POLICY.weights().get("unet.mid_modules.0.conv1.block.0.weight");
        ByteBuffer bytes = tensor.bytes();
        int count = (int) tensor.count();
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < count; i++) {
            double value = bytes.getFloat(i * Float.BYTES);
            sum += value;
            squares += value * value;
        }
        double inputs = 256 * 5;
        assertEquals(0, sum / count, 0.01 / Math.sqrt(inputs));
        assertEquals(1 / inputs, squares / count, 0.01 / inputs);
    }
}
