package dev.dpros.observation;

import dev.dpros.core.InputException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * A ring of stamped float vectors or prepared images, newest overwriting oldest. One writer, any number of readers;
 * nobody waits, nothing is allocated after construction, torn reads are seen by a sequence lock per slot (as in
 * {@link MessageRing}).
 *
 * <p>A sample whose parts (joints) came with messages of their own has a stamp for each part; its own is the oldest of them.
 *
 * <p>Samples are numbered 1, 2, ... with increasing stamps, or equal ones if the oldest part has not
 * changed. Those before the current epoch (a jump of the stamps), or
 * taken before {@link #forgetBefore}, are hidden from {@link #oldest()}.
 */
final class SampleRing {
    private static final VarHandle SEQUENCES = MethodHandles.arrayElementVarHandle(long[].class);
    private static final VarHandle NEWEST;

    static {
        try {
            NEWEST = MethodHandles.lookup().findVarHandle(SampleRing.class, "newest", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Samples to forget: those stamped before {@code stampNs}, unless a new epoch began after number {@code newest}. */
    private record Floor(long stampNs, long newest) {}

    private final int size;
    private final int parts;
    private final float[][] values;
    private final long[] stampsNs;
    private final long[] receivedNs;
    private final long[][] partsNs;
    private final long[] sequences;
    private volatile boolean apart;
    private volatile long epochStart = 1;
    private volatile Floor floor = new Floor(Long.MIN_VALUE, 0);
    @SuppressWarnings("unused") // through NEWEST
    private long newest;

    /** A ring of samples of one part. @throws InputException unless there are at least 4 slots */
    SampleRing(int slots, int size) {
        this(slots, size, 1);
    }

    /** A ring. @param parts how many parts may have stamps of their own @throws InputException unless there are at least 4 slots */
    SampleRing(int slots, int size, int parts) {
        if (slots < 4 || slots > 1 << 20) {
            throw InputException.of("sample ring", "slots", "4 to 1048576", Integer.toString(slots), "");
        }
        this.size = size;
        values = new float[slots][size];
        stampsNs = new long[slots];
        receivedNs = new long[slots];
        partsNs = new long[parts > 1 ? slots : 0][parts];
        sequences = new long[slots];
        this.parts = parts;
    }

    /** Values per sample. */
    int size() {
        return size;
    }

    /** Parts per sample that have stamps of their own: 1 until {@link #tellApart}. */
    int parts() {
        return apart ? parts : 1;
    }

    /** Writer: from now on each part has its own stamp; until now they were those of the samples. */
    void tellApart() {
        for (int i = 0; i < partsNs.length; i++) {
            Arrays.fill(partsNs[i], stampsNs[i]);
        }
        apart = true;
    }

    /** Writer: the slot to fill for the next sample; hides the oldest sample until {@link #commit}. */
    float[] claim() {
        int slot = slot(newest + 1);
        SEQUENCES.setOpaque(sequences, slot, 0L);
        VarHandle.storeStoreFence();
        return values[slot];
    }

    /** Writer: makes the claimed slot visible as the newest sample. */
    void commit(long stampNs, long received, boolean newEpoch) {
        long number = newest + 1;
        int slot = slot(number);
        stampsNs[slot] = stampNs;
        receivedNs[slot] = received;
        if (newEpoch) {
            epochStart = number;
        }
        SEQUENCES.setRelease(sequences, slot, number);
        NEWEST.setRelease(this, number);
    }

    /** Writer: makes the claimed slot visible as the newest sample. @param stamps by part; the oldest is the sample's */
    void commit(long stampNs, long received, long[] stamps) {
        System.arraycopy(stamps, 0, partsNs[slot(newest + 1)], 0, stamps.length);
        commit(stampNs, received, false);
    }

    /** Writer: hides every sample until the next {@link #commit}, which begins an epoch. */
    void forget() {
        epochStart = newest + 1;
    }

    /** Number of the first sample of this epoch, whether or not it is there yet. */
    long epochStart() {
        return epochStart;
    }

    /** Any thread, rarely: hides samples stamped before this time. Allocates. */
    void forgetBefore(long stampNs) {
        floor = new Floor(stampNs, newest());
    }

    /** Number of the newest sample, 0 before the first; it may be hidden: compare with {@link #oldest()}. */
    long newest() {
        return (long) NEWEST.getAcquire(this);
    }

    /** Number of the oldest sample that may be used; beyond {@link #newest()} if there is none. */
    long oldest() {
        long last = newest();
        long first = Math.max(epochStart, Math.max(1, last - values.length + 2));
        Floor now = floor;
        if (now.stampNs == Long.MIN_VALUE || epochStart > now.newest) {
            return first;
        }
        long number = last + 1;
        while (number > first && stampNs(number - 1) >= now.stampNs) {
            number--;
        }
        return number;
    }

    /** Stamp of a sample, or MIN_VALUE if it is gone. */
    long stampNs(long number) {
        return read(number, stampsNs);
    }

    /** Arrival of a sample, or MIN_VALUE if it is gone. */
    long receivedNs(long number) {
        return read(number, receivedNs);
    }

    /** Stamp of a sample's part, or MIN_VALUE if it is gone. */
    long stampNs(long number, int part) {
        int slot = slot(number);
        return parts() == 1 ? stampNs(number) : read(number, partsNs[slot], part);
    }

    private long read(long number, long[] field) {
        return read(number, field, slot(number));
    }

    private long read(long number, long[] field, int index) {
        int slot = slot(number);
        if (number < 1 || (long) SEQUENCES.getAcquire(sequences, slot) != number) {
            return Long.MIN_VALUE;
        }
        long value = field[index];
        VarHandle.loadLoadFence();
        return (long) SEQUENCES.getOpaque(sequences, slot) == number ? value : Long.MIN_VALUE;
    }

    /** Copies a sample; false if it is gone or was overwritten meanwhile (the copy is then undefined). */
    boolean copy(long number, float[] out, int offset) {
        return copy(number, 0, size, out, offset);
    }

    /** The same for {@code count} values from {@code from} on; {@code offset} is that of the whole vector. */
    boolean copy(long number, int from, int count, float[] out, int offset) {
        int slot = slot(number);
        if (number < 1 || (long) SEQUENCES.getAcquire(sequences, slot) != number) {
            return false;
        }
        System.arraycopy(values[slot], from, out, offset + from, count);
        VarHandle.loadLoadFence();
        return (long) SEQUENCES.getOpaque(sequences, slot) == number;
    }

    private int slot(long number) {
        return (int) Math.floorMod(number - 1, (long) values.length);
    }
}
