package dev.dpros.observation;

import dev.dpros.core.InputException;
import dev.dpros.core.StampOrder;

/**
 * What time a sample belongs to.
 *
 * @param origin which clock stamps it
 * @param latencyNs how long before its stamp the sample was really taken, ns: exposure, readout, driver; 0 to 10 s
 * @param jumpNs by how much stamps and stamp clock may disagree from one sample to the next, ns; beyond it is a jump
 * @param maxOffsetNs by how much stamps may lie behind their receive time, ns; 0 for no bound
 */
public record StampConfig(Origin origin, long latencyNs, long jumpNs, long maxOffsetNs) {
    private static final long TEN_SECONDS_NS = 10_000_000_000L;

    /** Where stamps come from. */
    public enum Origin {
        /** The message header; a message without one is stamped on arrival. */
        HEADER,
        /** The moment of arrival. */
        RECEIVED
    }

    /** Header stamps, no latency, jumps beyond 1 s, at most 0.5 s behind. */
    public static final StampConfig DEFAULT = new StampConfig(Origin.HEADER, 0, StampOrder.JUMP_NS, 500_000_000L);

    /** Without a bound on the offset. */
    public StampConfig(Origin origin, long latencyNs, long jumpNs) {
        this(origin, latencyNs, jumpNs, 0);
    }

    /** @throws InputException if a time is out of bounds */
    public StampConfig {
        if (latencyNs < 0 || latencyNs > TEN_SECONDS_NS) {
            throw InputException.of("stamps", "latency", "0 to 10 s", latencyNs + " ns", "");
        }
        if (jumpNs <= 0) {
            throw InputException.of("stamps", "jump", "a positive time", jumpNs + " ns", "");
        }
        if (maxOffsetNs < 0) {
            throw InputException.of("stamps", "max offset", "0 or a positive time", maxOffsetNs + " ns", "");
        }
    }
}
