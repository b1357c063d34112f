package dev.dpros.observation;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.SourceHealth;
import dev.dpros.core.StampOrder.Verdict;

/** What cameras and vectors have alike: a ring of stamped samples, the order of their stamps, health and statistics. */
abstract sealed class RingSource implements ObservationInput permits CameraSource, VectorSource {
    final SampleRing ring;
    final StampTracker stamps;
    final SourceHealth health;
    final SourceStatistics statistics = new SourceStatistics();
    private final FeatureSpec feature;
    private final Interpolation interpolation;

    RingSource(FeatureSpec feature, Interpolation interpolation, StampConfig stamps, SampleRing ring, SourceHealth health) {
        this.feature = feature;
        this.interpolation = interpolation;
        this.stamps = new StampTracker(stamps);
        this.ring = ring;
        this.health = health;
    }

    /** Takes note of a stamp's order; one that is out of order is counted, and its sample must be left out. */
    final Verdict judge(long stampNs, long headerNs, long receivedNs, long receivedRosNs) {
        Verdict verdict = stamps.accept(stampNs, receivedRosNs);
        if (verdict == Verdict.OUT_OF_ORDER) {
            statistics.reject(SourceStatistics.Rejection.OUT_OF_ORDER);
            return verdict;
        }
        if (verdict == Verdict.NEW_EPOCH) {
            health.stampJumped();
        }
        health.stampOffset(stamps.offsetNs(verdict, headerNs, receivedRosNs, receivedNs));
        return verdict;
    }

    @Override
    public final FeatureSpec feature() {
        return feature;
    }

    @Override
    public final SourceHealth health() {
        return health;
    }

    @Override
    public final SourceStatistics statistics() {
        return statistics;
    }

    @Override
    public final SampleReader reader() {
        return new SampleReader(ring, interpolation);
    }

    @Override
    public final void forgetBefore(long stampNs) {
        ring.forgetBefore(stampNs);
    }
}
