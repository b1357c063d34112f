package dev.dpros.safety;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever happens in whatever order, the watchdog keeps its promises. */
class WatchdogPropertyTest {
    /** One thing that happens: an operator's request, or a cause that begins or ends. */
    record Step(SafetyEvent event, int source, boolean begins) {}

    @Provide
    Arbitrary<List<Step>> histories() {
        Arbitrary<Step> step = Combinators.combine(Arbitraries.of(SafetyEvent.values()), Arbitraries.integers().between(-1, 2),
                Arbitraries.of(true, false)).as(Step::new);
        return step.list().ofMinSize(1).ofMaxSize(200);
    }

    @Property(tries = 2000, seed = "20261123")
    void shouldNeverBeBetterThanItsWorstCauseNorLeaveAFaultUnasked(@ForAll("histories") List<Step> history) {
        Watchdog watchdog = new Watchdog(List.of("/left", "/right", "/joint_states"), WatchdogListener.NONE);
        long now = 0;
        for (Step step : history) {
            SafetyState before = watchdog.state();
            boolean operator = List.of(SafetyEvent.RESET, SafetyEvent.STARTED, SafetyEvent.OPERATOR_STOP,
                    SafetyEvent.ENABLE_LOST, SafetyEvent.EMERGENCY_STOP).contains(step.event);
            boolean internal = step.event == SafetyEvent.CLEARED || step.event == SafetyEvent.HOLD_CLEARED;
            if (operator) {
                watchdog.request(step.event);
            }
            watchdog.applyRequests(++now, now);
            if (!operator && !internal) {
                watchdog.set(step.event, step.source, step.begins);
            }
            SafetyState after = watchdog.update();
            for (SafetyEvent event : SafetyEvent.values()) {
                if (watchdog.active(event) && Watchdog.severity(event) != SafetyState.FAULT) {
                    assertTrue(after.compareTo(Watchdog.severity(event)) >= 0, after + " despite " + event);
                }
            }
            if (before == SafetyState.FAULT && after != SafetyState.FAULT) {
                assertEquals(SafetyEvent.RESET, step.event);
            }
            if (step.event == SafetyEvent.EMERGENCY_STOP) {
                assertEquals(SafetyState.FAULT, after);
            }
            assertTrue(watchdog.started() || after.compareTo(SafetyState.HOLD) >= 0);
        }
    }
}
