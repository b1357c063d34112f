package dev.dpros.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.ActionGoals.Cancellation;
import dev.dpros.core.ActionGoals.Goal;
import dev.dpros.core.ActionGoals.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ActionGoalsTest implements ActionGoals.Work, ActionGoals.Listener {
    private static final long S = 1_000_000_000L;
    private static final long NOW = 1_000 * S;

    private final ManualClock clock = new ManualClock(NOW);
    private final ActionGoals goals = new ActionGoals(clock, this);
    private final List<String> told = new ArrayList<>();
    private final CountDownLatch beginning = new CountDownLatch(1);
    private CountDownLatch mayBegin = new CountDownLatch(0);
    private String refusal;
    private int canceled;
    private int known;

    @BeforeEach
    void listen() {
        goals.listen(this);
    }

    @Override
    public String begin(Map<String, Object> goal) {
        beginning.countDown();
        try {
            assertTrue(mayBegin.await(20, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        if ("throw".equals(goal.get("task"))) {
            throw new InputException("it threw");
        }
        return refusal;
    }

    @Override
    public void cancel() {
        canceled++;
    }

    @Override
    public void changed(Goal goal, List<Goal> all) {
        told.add(goal.id() + " " + goal.status() + (goal.text().isEmpty() ? "" : " " + goal.text()));
        known = all.size();
    }

    @Override
    public void feedback(Goal goal, Map<String, Object> feedback) {
        told.add(goal.id() + " " + feedback);
    }

    private Status submit(String id) {
        Goal goal = goals.submit(id, clock.rosNs(), Map.of());
        assertNotNull(goal, id + " is new");
        return goal.status();
    }

    @Test
    void shouldTellAGoalFromItsBeginningToItsEnd() {
        assertNull(goals.running());
        assertEquals(Status.ACTIVE, submit("a"));
        goals.feedback(Map.of("chunks", 1));
        assertTrue(goals.finish("a", Status.SUCCEEDED, "done", Map.of("chunks", 2)));
        assertNull(goals.running());
        goals.feedback(Map.of("chunks", 3));
        assertEquals(List.of("a PENDING", "a ACTIVE", "a {chunks=1}", "a SUCCEEDED done"), told);
        goals.read(all -> assertEquals(Map.of("chunks", 2), all.get(0).result()));
        assertFalse(goals.finish("a", Status.ABORTED, "again", Map.of()));
        assertFalse(goals.finish("b", Status.ABORTED, "never came", Map.of()));
    }

    @Test
    void shouldRefuseASecondGoalWhileOneRuns() {
        submit("a");
        assertEquals(Status.REJECTED, submit("b"));
        assertEquals("b REJECTED another goal runs: cancel it, or wait for its end", told.get(told.size() - 1));
        goals.finish("a", Status.ABORTED, "", Map.of());
        assertEquals(Status.ACTIVE, submit("c"));
    }

    @Test
    void shouldRefuseWhatDoesNotBegin() {
        refusal = "not enabled";
        assertEquals(Status.REJECTED, submit("a"));
        assertEquals("it threw", goals.submit("b", 0, Map.of("task", "throw")).text());
        assertEquals(List.of("a PENDING", "a REJECTED not enabled", "b PENDING", "b REJECTED it threw"), told);
        assertNull(goals.running());
    }

    @Test
    void shouldPassOverAnIdThatIsKnown() {
        submit("a");
        assertNull(goals.submit("a", 0, Map.of()));
        goals.finish("a", Status.SUCCEEDED, "", Map.of());
        assertNull(goals.submit("a", 0, Map.of()), "for it would run twice");
    }

    @Test
    void shouldCancelByIdByTimeAndAll() {
        submit("a");
        assertEquals(new Cancellation(List.of(), true, false), goals.cancel("other", 0));
        assertEquals(0, goals.cancel("", NOW - 1).canceling().size());
        assertEquals(0, canceled);
        assertEquals(List.of("a"), goals.cancel("a", 0).canceling().stream().map(Goal::id).toList());
        assertEquals(Status.CANCELING, goals.running().status());
        assertEquals(1, goals.cancel("a", 0).canceling().size(), "twice is once");
        assertEquals(1, canceled);
        goals.finish("a", Status.CANCELED, "", Map.of());
        assertEquals(new Cancellation(List.of(), false, true), goals.cancel("a", 0));
        clock.advanceNs(S);
        submit("b");
        assertEquals(1, goals.cancel("", clock.rosNs()).canceling().size());
        goals.finish("b", Status.CANCELED, "", Map.of());
        clock.advanceNs(S);
        submit("c");
        assertEquals(1, goals.cancel("", 0).canceling().size());
        assertEquals(new Cancellation(List.of(goals.running()), false, false), goals.cancel("", 0));
        assertEquals(3, canceled);
    }

    @Test
    void shouldNotBeginWhatWasCanceledBeforeItCame() {
        goals.cancel("a", 0);
        assertEquals(Status.RECALLED, submit("a"));
        goals.cancel("", NOW + 500 * S);
        assertEquals(Status.RECALLED, submit("b"), "asked for now");
        clock.advanceNs(1);
        assertEquals(Status.ACTIVE, submit("c"), "a cancellation reaches no further than now");
        goals.finish("c", Status.SUCCEEDED, "", Map.of());
        goals.cancel("d", 0);
        clock.advanceNs(ActionGoals.EARLY_NS + 1);
        assertEquals(Status.ACTIVE, submit("d"), "for a bounded time");
    }

    @Test
    void shouldHearOfACancellationWhileAGoalBegins() throws Exception {
        mayBegin = new CountDownLatch(1);
        CompletableFuture<Status> begun = CompletableFuture.supplyAsync(() -> submit("a"));
        assertTrue(beginning.await(20, TimeUnit.SECONDS));
        assertEquals(Status.REJECTED, submit("b"), "one at a time");
        assertEquals(1, goals.cancel("a", 0).canceling().size());
        assertEquals(0, canceled, "nothing to stop yet");
        assertNull(goals.running());
        mayBegin.countDown();
        assertEquals(Status.CANCELING, begun.get(20, TimeUnit.SECONDS));
        assertEquals(1, canceled);
    }

    @Test
    void shouldAbortWhatBeginsWhileTheNodeEnds() throws Exception {
        mayBegin = new CountDownLatch(1);
        CompletableFuture<Status> begun = CompletableFuture.supplyAsync(() -> submit("a"));
        assertTrue(beginning.await(20, TimeUnit.SECONDS));
        goals.close();
        mayBegin.countDown();
        assertEquals(Status.ABORTED, begun.get(20, TimeUnit.SECONDS));
        assertEquals(1, canceled);
        assertEquals(Status.REJECTED, submit("b"));
    }

    @Test
    void shouldKnowGoalsForABoundedTimeAndNumber() {
        submit("runs");
        for (int i = 0; i < 1_000; i++) {
            submit("x" + i);
            goals.cancel("never" + i, 0);
            assertTrue(known <= ActionGoals.MOST_KNOWN);
        }
        assertEquals("runs", goals.running().id(), "what runs is never forgotten");
        clock.advanceNs(ActionGoals.KNOWN_NS);
        goals.read(all -> assertEquals(ActionGoals.MOST_KNOWN - 1, all.size()));
        clock.advanceNs(1);
        goals.read(all -> assertEquals(List.of("runs"), all.stream().map(Goal::id).toList()));
        assertEquals(Status.REJECTED, submit("never0"), "not recalled: it was forgotten");
    }
}
