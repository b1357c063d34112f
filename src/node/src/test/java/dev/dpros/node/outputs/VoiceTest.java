package dev.dpros.node.outputs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.control.TickInputs;
import dev.dpros.control.TickReport;
import dev.dpros.core.ConstantElements;
import dev.dpros.core.FeatureSpec;
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
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is said of the watchdog, on a manual clock. */
class VoiceTest {
    private static final long MS = 1_000_000L;
    private final ManualClock clock = new ManualClock(1_700_000_000_000_000_000L);
    private final SourceHealth camera = new SourceHealth("/camera/image_raw", SourceHealth.Kind.CAMERA, 500 * MS, 500 * MS);
    private final SourceHealth joints = new SourceHealth("/joint_states", SourceHealth.Kind.JOINT_STATE, 100 * MS, 500 * MS,
            List.of("arm", "elbow", "gripper"));
    private final List<SourceHealth> sources = List.of(camera, joints);
    private final Watchdog watchdog = new Watchdog(sources.stream().map(SourceHealth::name).toList(), WatchdogListener.NONE);
    private final HealthMonitor monitor = new HealthMonitor(sources, watchdog, false);
    private final HealthSnapshot snapshot = new HealthSnapshot(2);
    private final TickReport report = new TickReport(new TickInputs(1, 2));
    private final RestWatch rest = new RestWatch(List.of("joint4"));
    private final SafetyText text = new SafetyText(new CauseText(sources, List.of(new JointLimits("joint4", -3, -0.1, 1.5, 4, 40)),
            "/dpros/start"), watchdog, sources, clock, false, rest);
    private final List<String> said = new ArrayList<>();
    private String missing;
    private String stopped;
    private final Waiting waiting = new Waiting(List.of(new Waiting.Thing(() -> missing, () -> "no publisher"),
            new Waiting.Thing(() -> stopped, () -> "at " + clock.monotonicNs() / MS, true)));
    private final Voice voice = new Voice(watchdog, text, waiting, clock, (state, line) -> said.add(line));

    private void tick() {
        watchdog.applyRequests(clock.monotonicNs(), clock.rosNs());
        snapshot.read(sources.toArray(new SourceHealth[0]));
        monitor.check(snapshot, clock.monotonicNs());
        watchdog.update();
    }

    private void drive() {
        camera.received(clock.monotonicNs());
        joints.received(clock.monotonicNs());
        tick();
        watchdog.request(SafetyEvent.STARTED);
        tick();
        assertEquals(SafetyState.NOMINAL, watchdog.state());
    }

    @Test
    void shouldWaitForTheOperatorAtFirst() {
        camera.received(clock.monotonicNs());
        joints.received(clock.monotonicNs());
        tick();
        assertEquals("hold: waiting for /dpros/start", text.state());
        assertFalse(watchdog.started());
    }

    @Test
    void shouldSayASilentCameraWithItsAgeOnce() {
        drive();
        voice.poll();
        said.clear();
        clock.advanceNs(512 * MS);
        joints.received(clock.monotonicNs());
        tick();
        voice.poll();
        voice.poll();
        assertEquals(List.of("nominal -> degraded: camera stale: /camera/image_raw, last picture 512 ms ago, allowed 500 ms"), said);
    }

    @Test
    void shouldSayOnceWhyAPositionIsNoLongerRepeated() {
        drive();
        voice.poll();
        said.clear();
        report.leftDim = 0;
        report.leftBy = 0.1100000001;
        rest.ticked(report);
        voice.poll();
        voice.poll();
        assertEquals(List.of("at rest, silent: joint4 was moved by 0.11"), said);
        assertTrue(text.reason().endsWith("; at rest, silent: joint4 was moved by 0.11"), text.reason());
        assertFalse(rest.commanding());
        report.leftDim = -1;
        report.commanding = true;
        rest.ticked(report);
        assertEquals("", rest.left());
        assertTrue(rest.commanding());
    }

    @Test
    void shouldNameTheJointThatIsMissingWhileOthersCome() {
        drive();
        joints.received(0, clock.monotonicNs());
        joints.received(1, clock.monotonicNs());
        voice.poll();
        said.clear();
        clock.advanceNs(150 * MS);
        camera.received(clock.monotonicNs());
        joints.received(0, clock.monotonicNs());
        joints.heard(clock.monotonicNs());
        tick();
        voice.poll();
        assertEquals(List.of("nominal -> hold: joint state stale: /joint_states, names missing: elbow (came 150 ms ago), gripper (never"
                + " came), allowed 100 ms"), said);
        clock.advanceNs(1050 * MS);
        camera.received(clock.monotonicNs());
        joints.heard(clock.monotonicNs());
        tick();
        assertEquals("hold: joint state stale: /joint_states, names missing: arm (came 1.1 s ago), elbow (came 1.2 s ago), gripper (never"
                + " came), allowed 100 ms", text.state());
        clock.advanceNs(101 * MS);
        assertEquals("hold: joint state stale: /joint_states, last message 1.3 s ago, allowed 100 ms", text.state(), "nothing comes");
    }

    @Test
    void shouldNameTheConstantInputThatDiffersAndDriveOnceItNoLongerDoes() {
        FeatureSpec state = FeatureSpec.of("observation.state", FeatureSpec.Kind.STATE, 2);
        joints.expect(ConstantElements.of(state, new double[] {Double.NaN, 0.04}).named(List.of("shoulder", "gripper")));
        joints.values(new float[] {7, 0.04005f});
        drive();
        voice.poll();
        said.clear();
        joints.values(new float[] {7, 0.041f});
        tick();
        voice.poll();
        assertEquals(List.of("nominal -> degraded: constant input differs: /joint_states, observation.state[1] (gripper) is 0.041, "
                + "was 0.04 throughout the training data (allowed: 0.0001 off)"), said);
        assertFalse(monitor.check(snapshot, clock.monotonicNs()), "no chunk is asked for");
        joints.values(new float[] {8, 0.04f});
        tick();
        assertEquals(SafetyState.NOMINAL, watchdog.state());
    }

    @Test
    void shouldSayJointValueAndLimitOfAViolation() {
        drive();
        voice.poll();
        said.clear();
        watchdog.raise(SafetyEvent.LIMIT_VIOLATED, Watchdog.NO_SOURCE, 0, -0.099999, -0.1);
        voice.poll();
        assertEquals(List.of("nominal -> fault: limit violated: joint4 -0.099999 beyond [-3, -0.1]"), said);
    }

    @Test
    void shouldNameACameraAheadOfTheClockAndJointsBehind() {
        drive();
        camera.stampOffset(-4000 * MS);
        tick();
        assertEquals(SafetyState.DEGRADED, watchdog.state());
        assertEquals("degraded: stamps offset: camera /camera/image_raw is stamped 4.0 s ahead of this node's clock, "
                + "allowed 50 ms: synchronise clocks", text.state());
        camera.stampOffset(30 * MS);
        joints.stampOffset(1200 * MS);
        tick();
        assertEquals(SafetyState.DEGRADED, watchdog.state());
        assertTrue(text.state().contains("joint states /joint_states are stamped 1.2 s behind this node's clock"), text.state());
        joints.stampOffset(499 * MS);
        tick();
        assertEquals(SafetyState.NOMINAL, watchdog.state());
        camera.stampOffset(-1_400_000_000_000_000_000L);
        tick();
        assertTrue(text.state().contains("stamped 44.4 years ahead"), text.state());
    }

    @Test
    void shouldKeepTheBoundAheadWiderUnderSimulatedTime() {
        assertTrue(camera.offsetBeyond(-51 * MS, false));
        assertFalse(camera.offsetBeyond(-51 * MS, true));
        assertFalse(camera.offsetBeyond(SourceHealth.UNKNOWN, false));
        assertFalse(new SourceHealth("/c", SourceHealth.Kind.CAMERA, MS).offsetBeyond(9000 * MS, false));
    }

    @Test
    void shouldNotFloodAndCountWhatItLeavesOut() {
        drive();
        voice.poll();
        said.clear();
        clock.advanceNs(Voice.WINDOW_NS);
        for (int i = 0; i < 50; i++) {
            watchdog.raise(SafetyEvent.CHUNK_LATE, Watchdog.NO_SOURCE);
            watchdog.update();
            watchdog.clear(SafetyEvent.CHUNK_LATE, Watchdog.NO_SOURCE);
            watchdog.update();
            voice.poll();
        }
        assertEquals(Voice.MOST_LINES, said.size());
        clock.advanceNs(Voice.WINDOW_NS);
        voice.poll();
        assertEquals((100 - Voice.MOST_LINES) + " more transitions in the last 10 s; now nominal: all clear",
                said.get(Voice.MOST_LINES));
    }

    @Test
    void shouldShowTheAgeOfWhatItWaitsForAsOfNowAndSayItOnce() {
        long beganMs = clock.monotonicNs() / MS;
        stopped = "/clock";
        voice.poll();
        clock.advanceNs(2000 * MS);
        voice.poll();
        clock.advanceNs(3000 * MS);
        voice.poll();
        assertEquals(List.of("waiting for /clock (at " + (beganMs + 2000) + ")"), said);
        assertEquals(List.of("waiting for /clock (at " + (beganMs + 5000) + ")"), waiting.lines());
    }

    @Test
    void shouldSayWhatItWaitsForAfterTwoSecondsAndWhenItIsThere() {
        voice.poll();
        missing = "/camera/image_raw";
        voice.poll();
        clock.advanceNs(1900 * MS);
        voice.poll();
        assertEquals(List.of(), waiting.lines());
        assertEquals("/camera/image_raw", waiting.now());
        clock.advanceNs(100 * MS);
        voice.poll();
        clock.advanceNs(1000 * MS);
        voice.poll();
        assertEquals(List.of("waiting for /camera/image_raw (no publisher)"), said);
        assertEquals(said, waiting.lines());
        clock.advanceNs(Waiting.AGAIN_NS);
        voice.poll();
        missing = null;
        voice.poll();
        assertEquals(List.of(said.get(0), said.get(0), "/camera/image_raw: no longer waited for, after 63.0 s"), said);
        assertEquals(List.of(), waiting.lines());
    }
}
