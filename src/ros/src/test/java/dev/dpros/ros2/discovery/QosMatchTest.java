package dev.dpros.ros2.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.ros2.discovery.EndpointQos.Liveliness;
import dev.dpros.ros2.discovery.EndpointQos.Rest;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class QosMatchTest {
    private static final EndpointQos RELIABLE = EndpointQos.DEFAULT;
    private static final EndpointQos BEST_EFFORT = EndpointQos.SENSOR_DATA;

    private static EndpointQos with(long deadlineNs, Liveliness liveliness, Rest rest) {
        return new EndpointQos(true, Durability.VOLATILE, 1, deadlineNs, liveliness, EndpointQos.INFINITE, rest);
    }

    private static EndpointQos rest(boolean exclusive, boolean bySource, int scope, List<String> partitions, List<Integer> representations) {
        return with(EndpointQos.INFINITE, Liveliness.AUTOMATIC, new Rest(exclusive, bySource, scope, partitions, representations));
    }

    static Stream<Arguments> pairs() {
        EndpointQos second = with(1_000_000_000L, Liveliness.AUTOMATIC, Rest.DEFAULT);
        EndpointQos lively = with(EndpointQos.INFINITE, new Liveliness(0, 2_000_000_000L), Rest.DEFAULT);
        EndpointQos manual = with(EndpointQos.INFINITE, new Liveliness(2, EndpointQos.INFINITE), Rest.DEFAULT);
        EndpointQos both = rest(false, false, 0, List.of(), List.of(0, 2));
        EndpointQos two = rest(false, false, 0, List.of(), List.of(2));
        return Stream.of(
                Arguments.of(RELIABLE, RELIABLE, ""), Arguments.of(RELIABLE, BEST_EFFORT, ""), Arguments.of(BEST_EFFORT, BEST_EFFORT, ""),
                Arguments.of(BEST_EFFORT, RELIABLE, "reliability"),
                Arguments.of(EndpointQos.LATCHED, RELIABLE, ""), Arguments.of(RELIABLE, EndpointQos.LATCHED, "durability"),
                Arguments.of(second, RELIABLE, ""), Arguments.of(RELIABLE, second, "deadline"),
                Arguments.of(lively, RELIABLE, ""), Arguments.of(RELIABLE, lively, "liveliness"),
                Arguments.of(manual, RELIABLE, ""), Arguments.of(RELIABLE, manual, "liveliness"),
                Arguments.of(rest(true, false, 0, List.of(), List.of()), RELIABLE, "ownership"),
                Arguments.of(RELIABLE, rest(false, true, 0, List.of(), List.of()), "destination order"),
                Arguments.of(RELIABLE, rest(false, false, 1, List.of(), List.of()), "presentation"),
                Arguments.of(rest(false, false, 0, List.of("a", "b"), List.of()), rest(false, false, 0, List.of("b"), List.of()), ""),
                Arguments.of(rest(false, false, 0, List.of("a"), List.of()), RELIABLE, "partition"),
                Arguments.of(RELIABLE, both, ""), Arguments.of(two, both, ""), Arguments.of(two, RELIABLE, "data representation"),
                Arguments.of(RELIABLE, two, "data representation"));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void shouldMatchAsDdsDoes(EndpointQos offered, EndpointQos asked, String fault) {
        List<String> faults = QosMatch.faults(offered, asked);
        assertEquals(fault.isEmpty() ? 0 : 1, faults.size(), faults::toString);
        assertTrue(faults.isEmpty() || faults.get(0).startsWith(fault), faults::toString);
    }

    @Test
    void shouldNameEveryPolicyThatDoesNotFit() {
        assertEquals(2, QosMatch.faults(BEST_EFFORT, EndpointQos.LATCHED).size());
    }
}
