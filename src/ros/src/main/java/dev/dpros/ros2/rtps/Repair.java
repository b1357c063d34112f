package dev.dpros.ros2.rtps;

/** What a reader asked for: a sample, packet by packet, or one fragment. Sending thread; used again. */
final class Repair {
    private long sequence;
    private int fragment;
    private boolean whole;

    void set(long sequence, int fragment, boolean whole) {
        this.sequence = sequence;
        this.fragment = fragment;
        this.whole = whole;
    }

    long sequence() {
        return sequence;
    }

    /** The fragment, from 0. */
    int fragment() {
        return fragment;
    }

    /** Whether the sample is wanted, of which this fragment is next. */
    boolean isWhole() {
        return whole;
    }
}
