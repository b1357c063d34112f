package dev.dpros.ros2.discovery;

import java.util.List;

/**
 * Quality of service of one endpoint, as offered by a writer or asked for by a reader. Immutable.
 *
 * @param reliable whether lost samples are repaired
 * @param durability what late readers get
 * @param depth samples kept (keep last); 0 for all
 * @param deadlineNs longest time between two samples; {@link #INFINITE} for none
 * @param liveliness how a writer shows that it lives
 * @param lifespanNs after which a sample counts no more; {@link #INFINITE} for never
 * @param rest what ROS 2 leaves at its defaults
 */
public record EndpointQos(boolean reliable, Durability durability, int depth, long deadlineNs, Liveliness liveliness,
        long lifespanNs, Rest rest) {
    /** No limit in time. */
    public static final long INFINITE = Long.MAX_VALUE;

    /**
     * How a writer shows that it lives.
     *
     * @param kind 0 automatic, 1 manual by participant, 2 manual by topic
     * @param leaseNs within which it must; {@link #INFINITE} for no limit
     */
    public record Liveliness(int kind, long leaseNs) {
        static final Liveliness AUTOMATIC = new Liveliness(0, INFINITE);
    }

    /**
     * What ROS 2 leaves at its defaults.
     *
     * @param exclusive whether one writer owns the topic
     * @param bySource whether samples are ordered by the writers' stamps
     * @param scope of changes presented together: 0 a sample, 1 a topic, 2 a group
     * @param partitions names; empty is the one partition without a name
     * @param representations of data: 0 XCDR1, 2 XCDR2; empty is XCDR1
     */
    public record Rest(boolean exclusive, boolean bySource, int scope, List<String> partitions, List<Integer> representations) {
        static final Rest DEFAULT = new Rest(false, false, 0, List.of(), List.of());

        /** Copies the lists. */
        public Rest {
            partitions = List.copyOf(partitions);
            representations = List.copyOf(representations);
        }
    }

    /** The usual topic of ROS 2: reliable, volatile, the last ten. */
    public static final EndpointQos DEFAULT = of(true, Durability.VOLATILE, 10);
    /** Cameras and joint states as most drivers publish them: best effort, volatile, the last five. */
    public static final EndpointQos SENSOR_DATA = of(false, Durability.VOLATILE, 5);
    /** A topic whose last sample newcomers get: reliable, transient local, one. */
    public static final EndpointQos LATCHED = of(true, Durability.TRANSIENT_LOCAL, 1);

    /** With everything else as ROS 2 has it by default. */
    public static EndpointQos of(boolean reliable, Durability durability, int depth) {
        return new EndpointQos(reliable, durability, depth, INFINITE, Liveliness.AUTOMATIC, INFINITE, Rest.DEFAULT);
    }

    /** What DDS takes where an endpoint says nothing: a writer is reliable, a reader is not. */
    static EndpointQos unsaid(boolean writer) {
        return of(writer, Durability.VOLATILE, 1);
    }

    /** The same with another lifespan. */
    public EndpointQos withLifespan(long ns) {
        return new EndpointQos(reliable, durability, depth, deadlineNs, liveliness, ns, rest);
    }

    /** True if late readers get the last samples. */
    public boolean transientLocal() {
        return durability != Durability.VOLATILE;
    }

    @Override
    public String toString() {
        return (reliable ? "reliable, " : "best effort, ") + durability + ", " + (depth == 0 ? "keep all" : "keep last " + depth);
    }
}
