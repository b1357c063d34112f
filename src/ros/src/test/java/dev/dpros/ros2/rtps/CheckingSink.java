package dev.dpros.ros2.rtps;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Checks that samples come once, in order and whole, in a buffer that is used again. Allocates nothing. */
final class CheckingSink implements SampleSink {
    private final ByteBuffer place;
    private final long writers;
    private final long[] last;
    private int length;
    private volatile long count;
    private volatile long wrong;

    /** For writers whose entity ids count from 1. */
    CheckingSink(int maxBytes, int writers) {
        place = ByteBuffer.allocateDirect(maxBytes).order(ByteOrder.LITTLE_ENDIAN);
        this.writers = writers;
        last = new long[writers + 1];
    }

    /** Fills a sample: encapsulation, its number, and bytes that depend on both. */
    static ByteBuffer fill(ByteBuffer sample, int length, long number) {
        sample.order(ByteOrder.LITTLE_ENDIAN).clear().putInt(0x100).putLong(number);
        for (int i = 12; i < length; i++) {
            sample.put((byte) (i * 7 + number));
        }
        return sample.flip();
    }

    @Override
    public ByteBuffer claim(SampleInfo info, int bytes) {
        length = bytes;
        return place.clear().limit(bytes);
    }

    @Override
    public void commit(SampleInfo info, long receivedNs, long receivedRosNs) {
        int writer = (int) (info.writerLow() >>> 8 & 0xff);
        long number = place.getLong(4);
        if (writer > writers) {
            wrong = wrong + 1;
            return;
        }
        boolean good = number == last[writer] + 1 && info.sequence() > 0 && receivedNs != 0;
        for (int i = 12; i < length && good; i++) {
            good = place.get(i) == (byte) (i * 7 + number);
        }
        last[writer] = number;
        if (!good) {
            wrong = wrong + 1;
        }
        count = count + 1;
    }

    @Override
    public void abandon() {
    }

    long count() {
        return count;
    }

    long wrong() {
        return wrong;
    }
}
