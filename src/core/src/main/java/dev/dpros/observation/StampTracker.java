package dev.dpros.observation;

import dev.dpros.core.SourceHealth;
import dev.dpros.core.StampOrder;
import dev.dpros.core.StampOrder.Verdict;

/**
 * Turns message stamps into sample times, judges their order ({@link StampOrder}) and how far they usually are from the
 * node's clock. One thread; allocates nothing.
 */
final class StampTracker {
    private final StampConfig config;
    private final StampOffset offset = new StampOffset();
    private final StampOrder order;

    StampTracker(StampConfig config) {
        this.config = config;
        order = new StampOrder(config.jumpNs());
    }

    /** The time that a sample belongs to. */
    long stampNs(long headerNs, long receivedRosNs) {
        boolean useHeader = config.origin() == StampConfig.Origin.HEADER && headerNs != 0;
        return (useHeader ? headerNs : receivedRosNs) - config.latencyNs();
    }

    /** Judges a sample by its time; remembers it unless it is out of order. */
    Verdict accept(long stampNs, long receivedRosNs) {
        return order.accept(stampNs, receivedRosNs);
    }

    /**
     * Compares a sample's header with its receive time; once per sample that was kept.
     *
     * @return how the two usually differ, or {@link SourceHealth#UNKNOWN} if headers are not used or not known to fit
     */
    long offsetNs(Verdict verdict, long headerNs, long receivedRosNs, long receivedNs) {
        if (verdict == Verdict.NEW_EPOCH) {
            offset.forget();
        }
        boolean known = config.origin() == StampConfig.Origin.HEADER && headerNs != 0 && receivedRosNs != 0;
        return known ? offset.add(receivedRosNs - headerNs, receivedNs) : SourceHealth.UNKNOWN;
    }

    /** Begins anew: the stamps have jumped. */
    void forget() {
        order.forget();
        offset.forget();
    }

    /** Judges the order from where another tracker is. */
    void follow(StampTracker other) {
        order.follow(other.order);
    }
}
