package dev.dpros.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.TensorData.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TensorDataTest {
    /** Bytes that are made when they are asked for, as those of a file. */
    private static final class Elsewhere implements TensorData.Content {
        private int reads;

        @Override
        public int length() {
            return 8;
        }

        @Override
        public void read(int offset, ByteBuffer into) {
            reads++;
            for (int i = offset; into.hasRemaining(); i++) {
                into.put((byte) i);
            }
        }
    }

    @Test
    void shouldHoldNumbersLittleEndianWhateverTheBufferWas() {
        ByteBuffer bytes = TensorData.of(new float[] {1, -2}, 2).bytes();
        assertEquals(ByteOrder.LITTLE_ENDIAN, bytes.order());
        assertEquals(-2, bytes.getFloat(4));
        ByteBuffer big = ByteBuffer.allocate(12).putInt(0).putInt(0x01020304).putInt(0x05060708).flip().position(4);
        TensorData tensor = new TensorData(DType.I32, List.of(2L), big);
        assertEquals(0x04030201, tensor.bytes().getInt(), "the bytes from the buffer's position on, as they are");
        assertEquals(4, big.position());
    }

    @Test
    void shouldGiveEachReaderAPositionOfItsOwn() {
        TensorData tensor = TensorData.of(new float[] {1, 2}, 2);
        tensor.bytes().getFloat();
        assertEquals(8, tensor.bytes().remaining());
        assertTrue(tensor.bytes().isReadOnly());
    }

    @Test
    void shouldReadWhatLiesElsewhereWhenItIsUsed() {
        Elsewhere content = new Elsewhere();
        TensorData tensor = new TensorData(DType.F32, List.of(2L, 1L), content);
        assertEquals(0, content.reads);
        assertEquals(0x0706050403020100L, tensor.bytes().getLong());
        TensorData held = tensor.inMemory();
        assertEquals(2, content.reads);
        assertEquals(0x0706050403020100L, held.bytes().getLong());
        assertEquals(tensor.shape(), held.shape());
        assertNotSame(tensor, held);
        assertSame(held, held.inMemory());
        assertEquals(2, content.reads);
    }

    @Test
    void shouldCountScalarsAndEmptyTensors() {
        assertEquals(1, TensorData.of(new float[] {5}).count());
        assertEquals(0, TensorData.of(new float[0], 0, 3).count());
    }

    /** A length of a damaged or hostile file: what wraps around, or is negative twice, must not fit by chance. */
    @ParameterizedTest
    @CsvSource({"I64, 2305843009213693952, 0", "F32, 4611686018427387904, 0", "F32, 4294967296x4294967296, 0", "F32, -1x-1, 4", "F32, 3, 8",
        "F32, -1, 4", "F16, 3, 8"})
    void shouldRefuseBytesThatDoNotFitTheShape(DType type, String shape, int bytes) {
        List<Long> dims = List.of(shape.split("x")).stream().map(Long::valueOf).toList();
        String line = assertThrows(IllegalArgumentException.class, () -> new TensorData(type, dims, ByteBuffer.allocate(bytes))).getMessage();
        assertTrue(line.startsWith("tensor " + dims + " " + type + ": expected "), line);
        assertTrue(line.endsWith("found " + bytes), line);
    }

    @ParameterizedTest
    @CsvSource({"F64, 8", "I64, 8", "F32, 4", "I32, 4", "F16, 2", "BF16, 2", "I16, 2", "I8, 1", "U8, 1", "BOOL, 1"})
    void shouldKnowHowLargeAnElementIs(DType type, int bytes) {
        assertEquals(bytes, type.bytes());
    }
}
