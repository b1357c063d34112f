package dev.dpros.ros2.discovery;

import dev.dpros.ros2.wire.ParameterReader;
import dev.dpros.ros2.wire.Pids;
import java.util.List;

/** Gathers the QoS of an endpoint from its parameters; what it does not say is DDS's default for its side. One thread. */
final class QosReading {
    private final boolean littleEndian;
    private boolean reliable;
    private Durability durability = Durability.VOLATILE;
    private int depth = 1;
    private long deadlineNs = EndpointQos.INFINITE;
    private EndpointQos.Liveliness liveliness = EndpointQos.Liveliness.AUTOMATIC;
    private long lifespanNs = EndpointQos.INFINITE;
    private boolean exclusive;
    private boolean bySource;
    private int scope;
    private List<String> partitions = List.of();
    private List<Integer> representations = List.of();

    QosReading(boolean writer, boolean littleEndian) {
        reliable = EndpointQos.unsaid(writer).reliable();
        this.littleEndian = littleEndian;
    }

    /** Takes the list's current parameter if it is about QoS. */
    void take(ParameterReader list) {
        switch (list.pid()) {
            case Pids.RELIABILITY -> reliable = list.int32(0) >= 2;
            case Pids.DURABILITY -> durability = Durability.of(list.int32(0));
            case Pids.HISTORY -> depth = list.int32(0) == 1 ? 0 : Math.max(1, list.int32(4));
            case Pids.DEADLINE -> deadlineNs = Parameters.durationNs(list, 0);
            case Pids.LIVELINESS -> liveliness = new EndpointQos.Liveliness(list.int32(0), Parameters.durationNs(list, 4));
            case Pids.LIFESPAN -> lifespanNs = Parameters.durationNs(list, 0);
            case Pids.OWNERSHIP -> exclusive = list.int32(0) == 1;
            case Pids.DESTINATION_ORDER -> bySource = list.int32(0) == 1;
            case Pids.PRESENTATION -> scope = list.int32(0);
            case Pids.PARTITION -> partitions = Parameters.texts(list);
            case Pids.DATA_REPRESENTATION -> representations = Parameters.int16s(list, littleEndian);
            default -> { }
        }
    }

    EndpointQos result() {
        return new EndpointQos(reliable, durability, depth, deadlineNs, liveliness, lifespanNs,
                new EndpointQos.Rest(exclusive, bySource, scope, partitions, representations));
    }
}
