package dev.dpros.ros2.discovery;

import java.util.ArrayList;
import java.util.List;

/** Whether what a writer offers is what a reader asks for (DDS 1.4, 2.2.3). Stateless. */
final class QosMatch {
    private QosMatch() {}

    /** Why they do not fit, each policy with both values; empty if they do. */
    static List<String> faults(EndpointQos offered, EndpointQos asked) {
        List<String> faults = new ArrayList<>();
        if (!offered.reliable() && asked.reliable()) {
            faults.add("reliability: the writer is best effort, the reader asks for reliable");
        }
        if (offered.durability().compareTo(asked.durability()) < 0) {
            faults.add("durability: the writer is " + offered.durability() + ", the reader asks for " + asked.durability());
        }
        if (offered.deadlineNs() > asked.deadlineNs()) {
            faults.add("deadline: the writer promises " + time(offered.deadlineNs()) + ", the reader asks for " + time(asked.deadlineNs()));
        }
        EndpointQos.Liveliness offeredLife = offered.liveliness();
        EndpointQos.Liveliness askedLife = asked.liveliness();
        if (offeredLife.kind() < askedLife.kind() || offeredLife.leaseNs() > askedLife.leaseNs()) {
            faults.add("liveliness: the writer promises " + life(offeredLife) + ", the reader asks for " + life(askedLife));
        }
        rest(offered.rest(), asked.rest(), faults);
        return faults;
    }

    private static void rest(EndpointQos.Rest offered, EndpointQos.Rest asked, List<String> faults) {
        if (offered.exclusive() != asked.exclusive()) {
            faults.add("ownership: one is exclusive, the other shared");
        }
        if (!offered.bySource() && asked.bySource()) {
            faults.add("destination order: the reader asks for that by source stamp");
        }
        if (offered.scope() < asked.scope()) {
            faults.add("presentation: the reader asks for a wider scope");
        }
        if (!samePartition(offered.partitions(), asked.partitions())) {
            faults.add("partition: " + offered.partitions() + " and " + asked.partitions() + " share no name");
        }
        int written = offered.representations().isEmpty() ? 0 : offered.representations().get(0);
        if (!(asked.representations().isEmpty() ? List.of(0) : asked.representations()).contains(written)) {
            faults.add("data representation: the writer writes " + cdr(written) + ", which the reader does not read");
        }
    }

    private static boolean samePartition(List<String> offered, List<String> asked) {
        List<String> one = offered.isEmpty() ? List.of("") : offered;
        List<String> other = asked.isEmpty() ? List.of("") : asked;
        return one.stream().anyMatch(other::contains);
    }

    private static String cdr(int representation) {
        return representation == 0 ? "XCDR1" : representation == 2 ? "XCDR2" : "representation " + representation;
    }

    private static String life(EndpointQos.Liveliness liveliness) {
        return List.of("automatic", "manual by participant", "manual by topic").get(Math.min(2, Math.max(0, liveliness.kind())))
                + " within " + time(liveliness.leaseNs());
    }

    private static String time(long ns) {
        return ns == EndpointQos.INFINITE ? "no time" : ns / 1_000_000 + " ms";
    }
}
