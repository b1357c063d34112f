package dev.dpros.node.outputs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dpros.core.HealthSnapshot;
import dev.dpros.core.ManualClock;
import dev.dpros.core.SourceHealth;
import dev.dpros.safety.CauseText;
import dev.dpros.safety.HealthMonitor;
import dev.dpros.safety.JointLimits;
import dev.dpros.safety.SafetyEvent;
import dev.dpros.safety.SafetyState;
import dev.dpros.safety.Watchdog;
import dev.dpros.safety.WatchdogListener;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Two inputs of a policy on one topic, and several joints: each is named once. */
class SafetyTextTest {
    private static final long MS = 1_000_000L;
    private final ManualClock clock = new ManualClock(1_700_000_000_000_000_000L);
    private final List<SourceHealth> sources = List.of(joints(100), joints(100));
    private final List<String> names = List.of("/joint_states", "/joint_states");
    private final Watchdog watchdog = new Watchdog(names, List.of("elbow", "wrist", "hand"), WatchdogListener.NONE);
    private final SafetyText text = new SafetyText(new CauseText(sources, List.of(limits("elbow"), limits("wrist"), limits("hand")),
            "/dpros/start"), watchdog, sources, clock, false, new RestWatch(List.of("elbow")));

    private static SourceHealth joints(long maxAgeMs) {
        return new SourceHealth("/joint_states", SourceHealth.Kind.JOINT_STATE, maxAgeMs * MS);
    }

    private static JointLimits limits(String name) {
        return new JointLimits(name, -3, 3, 1.5, 4, 40);
    }

    private void drive() {
        sources.forEach(source -> source.received(clock.monotonicNs()));
        watchdog.request(SafetyEvent.STARTED);
        watchdog.applyRequests(clock.monotonicNs(), clock.rosNs());
        assertEquals(SafetyState.NOMINAL, watchdog.update());
    }

    @Test
    void shouldSayJumpsOfOneTopicOnce() {
        drive();
        watchdog.raise(SafetyEvent.STAMPS_JUMP, 0);
        watchdog.raise(SafetyEvent.STAMPS_JUMP, 1);
        assertEquals("stamps jumped: /joint_states", text.reason());
    }

    @Test
    void shouldSayThatOneTopicIsSilentOnceThoughAgesDifferByRounding() {
        drive();
        clock.advanceNs(400 * MS + 400_000);
        sources.get(0).received(clock.monotonicNs() - 300 * MS);
        sources.get(1).received(clock.monotonicNs() - 301 * MS);
        HealthSnapshot snapshot = new HealthSnapshot(2);
        snapshot.read(sources.toArray(new SourceHealth[0]));
        new HealthMonitor(sources, watchdog, false).check(snapshot, clock.monotonicNs());
        assertEquals(true, watchdog.active(SafetyEvent.JOINT_STATE_STALE, 0) && watchdog.active(SafetyEvent.JOINT_STATE_STALE, 1));
        assertEquals("joint state stale: /joint_states, last message 300 ms ago, allowed 100 ms", text.reason());
    }

    /** As of one topic that is a state, another input and the measured position at once. */
    @Test
    void shouldSayTheGravestOfASilentTopicOnce() {
        List<SourceHealth> three = List.of(new SourceHealth("/joint_states", SourceHealth.Kind.OTHER, 100 * MS), joints(100),
                new SourceHealth("measured /joint_states", SourceHealth.Kind.JOINT_STATE, 100 * MS));
        Watchdog dog = new Watchdog(three.stream().map(SourceHealth::name).toList(), WatchdogListener.NONE);
        SafetyText said = new SafetyText(new CauseText(three, List.of(), "/dpros/start"), dog, three, clock, false,
                new RestWatch(List.of("elbow")));
        three.forEach(source -> source.received(clock.monotonicNs()));
        clock.advanceNs(400 * MS);
        HealthSnapshot snapshot = new HealthSnapshot(3);
        snapshot.read(three.toArray(new SourceHealth[0]));
        new HealthMonitor(three, dog, false).check(snapshot, clock.monotonicNs());
        assertEquals("waiting for /dpros/start; joint state stale: /joint_states, last message 400 ms ago, allowed 100 ms", said.reason());
    }

    @Test
    void shouldNameEachJointOnce() {
        drive();
        watchdog.raise(SafetyEvent.TRACKING_LOST, 2, 0, 0.3, 0.1);
        watchdog.raise(SafetyEvent.TRACKING_LOST, 3, 1, 0.4, 0.1);
        watchdog.raise(SafetyEvent.TRACKING_LOST, 4, 2, 0.5, 0.1);
        assertEquals("has not followed its command: elbow; has not followed its command: wrist; has not followed its command:"
                + " hand 0.5 beyond 0.1", text.reason());
    }
}
