package dev.dpros.node.page;

import dev.dpros.control.TickReport;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Commanded and measured positions of the last ten seconds, twenty moments a second. The control thread writes, without
 * allocation or waiting; any thread reads. Memory is bounded: it is all there from the start.
 */
final class MotionPast {
    private static final long PERIOD_NS = 50_000_000L;
    private static final int MOMENTS = 200;
    /** A reader takes a moment that is overwritten only if it is slower than these many periods. */
    private static final int SPARE = 8;
    private static final int ROOM = MOMENTS + SPARE;

    private final int dims;
    private final AtomicLongArray times = new AtomicLongArray(ROOM);
    /** Bits of floats, {@code [slot][commanded, measured][joint]}. */
    private final AtomicIntegerArray values;
    private volatile long count;
    private long nextNs = Long.MIN_VALUE;

    /** An empty past of an action with so many dimensions. */
    MotionPast(int dims) {
        this.dims = dims;
        values = new AtomicIntegerArray(ROOM * 2 * dims);
    }

    /** Keeps what a tick did, if the last moment kept is a period old. Control thread. */
    @SuppressWarnings("NonAtomicOperationOnVolatileField")
    void note(TickReport report) {
        long nowNs = report.inputs.monotonicNs;
        if (nowNs < nextNs) {
            return;
        }
        nextNs = Math.max(nextNs + PERIOD_NS, nowNs);
        int slot = (int) (count % ROOM);
        times.setOpaque(slot, nowNs);
        for (int d = 0; d < dims; d++) {
            set(slot, 0, d, report.commanding ? report.command[d] : Double.NaN);
            set(slot, 1, d, report.inputs.measuredKnown ? report.inputs.measured[d] : Double.NaN);
        }
        count = count + 1;
    }

    private void set(int slot, int kind, int dim, double value) {
        values.setOpaque((slot * 2 + kind) * dims + dim, Float.floatToRawIntBits((float) value));
    }

    private float[] read(int slot, int kind) {
        float[] read = new float[dims];
        for (int d = 0; d < dims; d++) {
            read[d] = Float.intBitsToFloat(values.getOpaque((slot * 2 + kind) * dims + d));
        }
        return read;
    }

    /**
     * A copy. Allocates.
     *
     * @param atNs monotonic time of each moment, oldest first
     * @param commanded {@code [moment][joint]}, robot units; NaN where none was sent
     * @param measured {@code [moment][joint]}, robot units; NaN where unknown
     */
    record Copy(long[] atNs, float[][] commanded, float[][] measured) {}

    /** What is kept now. Any thread; allocates. */
    Copy copy() {
        long end = count;
        int size = (int) Math.min(MOMENTS, end);
        Copy copy = new Copy(new long[size], new float[size][], new float[size][]);
        for (int i = 0; i < size; i++) {
            int slot = (int) ((end - size + i) % ROOM);
            copy.atNs[i] = times.getOpaque(slot);
            copy.commanded[i] = read(slot, 0);
            copy.measured[i] = read(slot, 1);
        }
        return copy;
    }
}
