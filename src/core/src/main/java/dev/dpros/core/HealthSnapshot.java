package dev.dpros.core;

import java.util.Arrays;

/**
 * The health of all observation sources at one instant, as one control tick sees it: read once, so that what the tick
 * does follows from it alone. Preallocated; control thread.
 */
public final class HealthSnapshot {
    /** Monotonic time of each source's newest sample, or {@link SourceHealth#NEVER}. */
    public final long[] receivedNs;
    /** How often each source's stamps have jumped. */
    public final long[] stampJumps;
    /** Whether each source's content repeats. */
    public final boolean[] frozen;
    /** Whether each source's content is empty. */
    public final boolean[] blank;
    /** Whether each source has a value that is not the training data's constant. */
    public final boolean[] offConstant;

    /** Receive time less stamp of each source, ns, or {@link SourceHealth#UNKNOWN}. */
    public final long[] stampOffsetNs;

    /** Room for so many sources. */
    public HealthSnapshot(int sources) {
        receivedNs = new long[sources];
        stampJumps = new long[sources];
        frozen = new boolean[sources];
        blank = new boolean[sources];
        offConstant = new boolean[sources];
        stampOffsetNs = new long[sources];
        Arrays.fill(stampOffsetNs, SourceHealth.UNKNOWN);
    }

    /** Reads them all. Does not allocate. */
    public void read(SourceHealth[] sources) {
        for (int i = 0; i < sources.length; i++) {
            receivedNs[i] = sources[i].lastReceivedNs();
            stampJumps[i] = sources[i].stampJumps();
            frozen[i] = sources[i].frozen();
            blank[i] = sources[i].blank();
            offConstant[i] = sources[i].offConstant();
            stampOffsetNs[i] = sources[i].stampOffsetNs();
        }
    }
}
