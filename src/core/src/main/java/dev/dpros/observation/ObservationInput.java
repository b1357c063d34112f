package dev.dpros.observation;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.SourceHealth;

/** A source of one feature of the policy: what {@link ObservationAligner} reads. */
public sealed interface ObservationInput permits RingSource {
    /** The policy's feature that it fills. */
    FeatureSpec feature();

    /** For the watchdog. */
    SourceHealth health();

    /** For metrics. */
    SourceStatistics statistics();

    /** Its samples. */
    SampleReader reader();

    /** Hides samples stamped before this time: an episode starts. Any thread; allocates. */
    void forgetBefore(long stampNs);
}
