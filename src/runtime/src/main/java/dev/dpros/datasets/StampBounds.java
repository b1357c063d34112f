package dev.dpros.datasets;

/**
 * How far the stamps of an episode may be from what can be learnt from. Immutable.
 *
 * @param maxGapNs longest time without a usable sample of an observation, ns; 0: half a second or 5 of the source's own
 *     periods, whichever is longer
 * @param maxOffsetNs most by which the clock behind one source's stamps may differ from that of the others, ns
 */
public record StampBounds(long maxGapNs, long maxOffsetNs) {
    private static final long HALF_SECOND_NS = 500_000_000L;
    private static final int PERIODS = 5;

    /** Gaps of half a second or 5 periods, offsets of half a second. */
    public static final StampBounds DEFAULT = new StampBounds(0, HALF_SECOND_NS);
    /** No bound. */
    public static final StampBounds NONE = new StampBounds(Long.MAX_VALUE, Long.MAX_VALUE);

    /** The longest gap for a source whose samples come this often. */
    long gapNs(long periodNs) {
        return maxGapNs > 0 ? maxGapNs : Math.max(HALF_SECOND_NS, PERIODS * periodNs);
    }
}
