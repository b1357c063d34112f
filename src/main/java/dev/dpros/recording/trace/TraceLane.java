package dev.dpros.recording.trace;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * One ring of a trace, written by one thread: begin, put, commit. Appending copies into mapped memory; it does not
 * allocate, lock or make a system call. The oldest block is overwritten when all are full.
 */
public final class TraceLane {
    private static final VarHandle INT = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final ByteBuffer memory;
    private final int blockBytes;
    private final CRC32C crc = new CRC32C();
    private final ByteBuffer crcView;
    private int block;
    private int at;
    private int end;
    private int cursor;
    private long sequence;

    /** @param memory all blocks, zeroed */
    TraceLane(ByteBuffer memory, int blockBytes) {
        this.memory = memory.order(ByteOrder.LITTLE_ENDIAN);
        this.blockBytes = blockBytes;
        crcView = memory.duplicate();
    }

    /**
     * Begins a record.
     *
     * @param type what the reader is to make of it, 1 to 32767
     * @param words number of 8-byte values that will be put
     * @throws IllegalArgumentException if it is longer than a block
     */
    public void begin(int type, int words) {
        int length = TraceFormat.RECORD_PREFIX + 8 * words + TraceFormat.RECORD_SUFFIX;
        if (length > blockBytes) {
            throw new IllegalArgumentException("trace record of " + length + " bytes in blocks of " + blockBytes);
        }
        if (at + length > (block + 1) * blockBytes) {
            leaveBlock();
        }
        INT.setRelease(memory, at, 0);
        end = at + length;
        memory.putInt(at + 4, type);
        memory.putLong(at + 8, ++sequence);
        cursor = at + TraceFormat.RECORD_PREFIX;
    }

    private void leaveBlock() {
        int limit = (block + 1) * blockBytes;
        if (at + 4 <= limit) {
            memory.putInt(at, 0);
        }
        block = (block + 1) % (memory.capacity() / blockBytes);
        at = block * blockBytes;
    }

    /** Adds a value. */
    public void putLong(long value) {
        memory.putLong(cursor, value);
        cursor += 8;
    }

    /** Adds a value. */
    public void putDouble(double value) {
        putLong(Double.doubleToRawLongBits(value));
    }

    /** Ends the record: from now on a reader finds it. Values not put stay undefined. */
    public void commit() {
        int length = end - at;
        crc.reset();
        crcView.limit(end - TraceFormat.RECORD_SUFFIX).position(at + 4);
        crc.update(crcView);
        memory.putInt(end - 8, (int) crc.getValue());
        memory.putInt(end - 4, length);
        int next = end;
        if (next + 4 <= (block + 1) * blockBytes) {
            memory.putInt(next, 0);
        }
        INT.setRelease(memory, at, length);
        at = next;
    }
}
