package dev.dpros.recording.trace;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * One ring of a trace, written by one thread: begin, put, commit. Appending copies into this process's own memory; it does
 * not allocate, lock or make a system call, and no file can harm it. The oldest block is overwritten when all are full. The
 * thread {@code trace-writer} takes what was committed from here to the file.
 */
public final class TraceLane {
    private static final VarHandle INT = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private static final VarHandle COMMITTED;

    static {
        try {
            COMMITTED = MethodHandles.lookup().findVarHandle(TraceLane.class, "committed", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final ByteBuffer memory;
    private final int blockBytes;
    private final CRC32C crc = new CRC32C();
    private final ByteBuffer crcView;
    private int block;
    private int at;
    private int end;
    private int cursor;
    private long sequence;
    /** Position of the ring's beginning, counted on over all turns. */
    private long turn;
    /** End of the last committed record, counted on over all turns. */
    private long committed;

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
        turn += block == 0 ? memory.capacity() : 0;
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

    /** Ends the record: the writer takes it to the file. Values not put stay undefined. */
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
        COMMITTED.setRelease(this, turn + next);
    }

    /** End of the last committed record, counted on over all turns of the ring. Any thread. */
    long committed() {
        return (long) COMMITTED.getAcquire(this);
    }

    /** Bytes of the whole ring. */
    int capacity() {
        return memory.capacity();
    }

    /** Bytes of a block. */
    int blockBytes() {
        return blockBytes;
    }

    /**
     * Copies bytes of the ring, whatever is there; the lane's thread may be writing beside it, which a record's checksum
     * shows. Any thread.
     *
     * @param from offset in the ring
     */
    void copy(int from, int length, ByteBuffer into) {
        into.put(into.position(), memory, from, length);
        into.position(into.position() + length);
    }
}
