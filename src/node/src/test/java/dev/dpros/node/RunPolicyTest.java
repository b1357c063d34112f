package dev.dpros.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.ActionGoals;
import dev.dpros.core.ActionGoals.Goal;
import dev.dpros.core.ActionGoals.Status;
import dev.dpros.core.ManualClock;
import dev.dpros.node.trace.GoalRecord;
import dev.dpros.safety.SafetyEvent;
import dev.dpros.safety.SafetyState;
import dev.dpros.safety.Watchdog;
import dev.dpros.safety.WatchdogListener;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Goals of the action on a watchdog and a clock that the test moves. */
@Timeout(30)
class RunPolicyTest implements ActionGoals.Listener {
    private static final long MS = 1_000_000L;

    private final ManualClock clock = new ManualClock(1_700_000_000_000_000_000L);
    private final Watchdog watchdog = new Watchdog(List.of("/camera"), WatchdogListener.NONE);
    private final List<GoalRecord> notes = new ArrayList<>();
    private final List<Map<String, Object>> feedback = new ArrayList<>();
    private long chunks = 100;
    private final RunPolicy action = new RunPolicy(new RunPolicy.Subjects(watchdog, this::start, this::reason, () -> chunks), clock, this::note);
    private String refusal;
    private Goal last;
    private Error unnoted;

    @BeforeEach
    void listen() {
        action.goals().listen(this);
    }

    /** As the operator's service does it, with a tick right behind. */
    private String start(SafetyEvent event) {
        if (refusal == null) {
            watchdog.request(event);
            loop();
        }
        return refusal;
    }

    private void note(GoalRecord goal) {
        if (unnoted != null) {
            throw unnoted;
        }
        notes.add(goal);
    }

    private String reason() {
        return watchdog.reason().reason();
    }

    /** A tick of the control loop. */
    private void loop() {
        watchdog.applyRequests(clock.monotonicNs(), clock.rosNs());
        watchdog.update();
    }

    /** So long, with ticks of loop and action. */
    private void pass(long ms) {
        for (long i = 0; i < ms; i += 100) {
            clock.advanceNs(100 * MS);
            loop();
            action.tick(clock.monotonicNs());
        }
    }

    @Override
    public void changed(Goal goal, List<Goal> known) {
        last = goal;
    }

    @Override
    public void feedback(Goal goal, Map<String, Object> fields) {
        feedback.add(fields);
    }

    private Goal submit(String id, double limitS) {
        return action.goals().submit(id, clock.rosNs(), Map.of("task", "pick the cup", "time_limit", limitS));
    }

    private void expect(Status status, String outcome) {
        assertEquals(status, last.status(), last::text);
        assertEquals(outcome, last.result().get("outcome"));
        assertEquals(last.text(), last.result().get("reason"));
        assertEquals(last.text(), notes.get(notes.size() - 1).text());
        loop();
        assertTrue(watchdog.state() == SafetyState.FAULT || !watchdog.started(), "nothing drives after a goal");
        assertEquals("", action.now());
    }

    @Test
    void shouldStopWhatItStartedWhenItCannotTellOfIt() {
        unnoted = new OutOfMemoryError("no room for a note");
        assertEquals(Status.REJECTED, submit("a", 0).status());
        assertEquals("no room for a note", last.text());
        loop();
        assertFalse(watchdog.started(), "nothing drives for a goal that was refused");
        assertEquals("", action.now());
        unnoted = null;
        assertEquals(Status.ACTIVE, submit("b", 0).status());
    }

    @Test
    void shouldStopAndSucceedAtTheTimeLimit() {
        assertEquals(Status.ACTIVE, submit("a", 1.5).status());
        assertTrue(watchdog.started());
        pass(1_400);
        chunks += 3;
        assertEquals(Status.ACTIVE, last.status());
        assertEquals("1.4 s of 1.5 s: pick the cup", action.now());
        assertEquals(Map.of("state", 0, "reason", "all clear", "chunks", 0L), feedback.get(0));
        pass(200);
        expect(Status.SUCCEEDED, "time_limit");
        assertEquals(3L, last.result().get("chunks"));
        assertEquals(1.6, (double) last.result().get("duration"), 1e-9);
        assertEquals(List.of(new GoalRecord(0, true, 1_500 * MS, "pick the cup"),
                new GoalRecord(1_600 * MS, false, 1_500 * MS, "time limit reached")), notes);
        assertEquals(Status.ACTIVE, submit("b", 1).status(), "the next may come");
    }

    @Test
    void shouldRunForEverWithoutATimeLimit() {
        submit("a", 0);
        pass(3_600_000);
        assertEquals(Status.ACTIVE, last.status());
        assertEquals("60.0 min: pick the cup", action.now());
    }

    @Test
    void shouldStopWhenCanceled() {
        submit("a", 0);
        pass(300);
        action.goals().cancel("a", 0);
        assertEquals(Status.CANCELING, last.status());
        assertTrue(watchdog.requestPending(), "at once, not at the next look");
        action.tick(clock.monotonicNs());
        assertEquals(Status.CANCELING, last.status(), "until the stop is in force");
        loop();
        action.tick(clock.monotonicNs());
        expect(Status.CANCELED, "canceled");
    }

    @ParameterizedTest
    @CsvSource({"OPERATOR_STOP,stopped,stopped by operator", "ENABLE_LOST,enable_lost,enable lost", "EMERGENCY_STOP,fault,in fault: emergency stop"})
    void shouldAbortWhenThePolicyIsStoppedOtherwise(SafetyEvent event, String outcome, String reason) {
        submit("a", 10);
        pass(300);
        watchdog.request(event);
        pass(100);
        assertEquals(reason, last.text());
        expect(Status.ABORTED, outcome);
    }

    @ParameterizedTest
    @EnumSource(names = {"LIMIT_VIOLATED", "LOOP_FAILED", "TRACKING_LOST", "OUTPUT_LOST"})
    void shouldAbortWhereThePolicyDoesNotGoOnByItself(SafetyEvent event) {
        submit("a", 10);
        watchdog.raise(event, Watchdog.NO_SOURCE);
        pass(100);
        expect(Status.ABORTED, event.code().endsWith("_lost") ? event.code() : "fault");
    }

    @Test
    void shouldAbortWhenTheControlThreadDies() {
        submit("a", 10);
        watchdog.loopDied();
        action.tick(clock.monotonicNs());
        assertEquals(Status.ABORTED, last.status());
        assertEquals("fault", last.result().get("outcome"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"operator_stop", "enable_lost", "emergency_stop"})
    void shouldAbortEvenIfThePolicyWasStartedAgainMeanwhile(String event) {
        submit("a", 10);
        pass(100);
        watchdog.request(SafetyEvent.valueOf(event.toUpperCase(Locale.ROOT)));
        loop();
        watchdog.request(SafetyEvent.RESET);
        loop();
        watchdog.request(SafetyEvent.STARTED);
        loop();
        action.tick(clock.monotonicNs());
        assertEquals(Status.ABORTED, last.status());
        loop();
        assertTrue(watchdog.started(), "who started it again has it");
    }

    @Test
    void shouldTellAHoldAndGoOn() {
        submit("a", 10);
        pass(100);
        watchdog.raise(SafetyEvent.JOINT_STATE_STALE, 0);
        pass(100);
        assertEquals(Map.of("state", SafetyState.HOLD.ordinal(), "reason", "joint state stale", "chunks", 0L), feedback.get(feedback.size() - 1));
        watchdog.clear(SafetyEvent.JOINT_STATE_STALE, 0);
        pass(100);
        assertEquals(Status.ACTIVE, last.status());
        assertEquals(SafetyState.NOMINAL.ordinal(), feedback.get(feedback.size() - 1).get("state"));
    }

    @Test
    void shouldSucceedAtTheTimeLimitInAHold() {
        submit("a", 1);
        watchdog.raise(SafetyEvent.JOINT_STATE_STALE, 0);
        pass(1_200);
        expect(Status.SUCCEEDED, "time_limit");
    }

    @Test
    void shouldRefuseWhereStartWouldBe() {
        refusal = "the dead-man switch is not held";
        Goal goal = submit("a", 1);
        assertEquals(List.of(Status.REJECTED, refusal), List.of(goal.status(), goal.text()));
        assertEquals(List.of(), notes);
    }

    @Test
    void shouldRefuseWhileThePolicyRunsOtherwise() {
        start(SafetyEvent.STARTED);
        Goal goal = submit("a", 1);
        assertEquals("the policy runs already, started otherwise; call ~stop first", goal.text());
        pass(2_000);
        assertTrue(watchdog.started(), "what was refused stops nothing");
        watchdog.request(SafetyEvent.OPERATOR_STOP);
        loop();
        assertEquals(Status.ACTIVE, submit("b", 1).status());
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, -1, -1e-9, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void shouldRefuseTimeLimitsThatAreNone(double limitS) {
        Goal goal = submit("a", limitS);
        assertEquals(Status.REJECTED, goal.status());
        assertEquals("goal: time_limit: expected seconds, 0 for none, found " + limitS, goal.text());
        assertFalse(watchdog.started());
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e300, Double.MAX_VALUE})
    void shouldTakeAnyTimeLimitThatIsOne(double limitS) {
        submit("a", limitS);
        pass(1_000);
        assertEquals(Status.ACTIVE, last.status());
    }

    @Test
    void shouldRefuseATaskThatIsTooLong() {
        Goal goal = action.goals().submit("a", 0, Map.of("task", "x".repeat(1_001), "time_limit", 1.0));
        assertEquals("goal: task: expected at most 1000 characters, found 1001", goal.text());
        assertEquals(Status.ACTIVE, action.goals().submit("b", 0, Map.of("task", "x".repeat(1_000), "time_limit", 1.0)).status());
        assertEquals(1_000, notes.get(0).text().length());
    }

    @Test
    void shouldEndItsGoalWithTheNode() {
        submit("a", 10);
        pass(200);
        action.close();
        expect(Status.ABORTED, "node_ends");
        assertEquals(Status.REJECTED, submit("b", 10).status());
        action.close();
    }
}
