package dev.dpros.training.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;

/**
 * Memory outside the heap, in which one batch after another is made. Fresh memory for each would be given back when the heap is collected, and
 * a training hardly fills its heap: many gigabytes of batches lay there. Used by one thread at a time.
 */
public final class BatchMemory {
    private final Map<String, ByteBuffer> buffers = new HashMap<>();

    /**
     * Room for float32, little-endian, that takes the place of what was there under this name: whoever has that sees it change.
     *
     * @return of exactly {@code count} values, whatever they are, from position 0 on
     * @throws ArithmeticException if they are more than 2 GiB
     */
    public ByteBuffer floats(String name, long count) {
        int bytes = Math.toIntExact(Math.multiplyExact(count, Float.BYTES));
        ByteBuffer buffer = buffers.get(name);
        if (buffer == null || buffer.capacity() < bytes) {
            buffer = ByteBuffer.allocateDirect(bytes);
            buffers.put(name, buffer);
        }
        return buffer.slice(0, bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
