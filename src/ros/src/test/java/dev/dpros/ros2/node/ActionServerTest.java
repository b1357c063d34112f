package dev.dpros.ros2.node;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.ActionGoals;
import dev.dpros.core.ActionGoals.Status;
import dev.dpros.core.InputException;
import dev.dpros.ros.testing.Await;
import dev.dpros.ros2.message.Ros2Catalog;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An action between two nodes over RTPS: its client calls the services and hears the topics as rcl's does. */
@Timeout(60)
class ActionServerTest implements ActionGoals.Work {
    private static final String TYPE = "diffusion_policy_msgs/RunPolicy";
    private static final String PART = "diffusion_policy_msgs/action/RunPolicy_";
    private static final String BELOW = "/policy/run_policy/_action/";

    private final int domain = 60 + (int) (ProcessHandle.current().pid() % 10);
    private final AtomicInteger canceled = new AtomicInteger();
    private volatile String refusal;
    private volatile Object task;
    private Ros2Node server;
    private Ros2Node client;
    private ActionGoals goals;
    private AutoCloseable action;

    @Override
    public String begin(Map<String, Object> goal) {
        task = goal.get("task");
        return refusal;
    }

    @Override
    public void cancel() {
        canceled.incrementAndGet();
    }

    @BeforeEach
    void open() {
        server = Ros2Node.open(Ros2NodeConfig.local(domain, "policy"));
        client = Ros2Node.open(Ros2NodeConfig.local(domain, "tree"));
        goals = new ActionGoals(server.clock(), this);
        action = server.advertiseAction("~run_policy", TYPE, goals);
    }

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    private static Map<String, Object> uuid(int number) {
        byte[] bytes = new byte[16];
        Arrays.fill(bytes, (byte) number);
        return Map.of("uuid", bytes);
    }

    private static String id(int number) {
        return HexFormat.of().formatHex((byte[]) uuid(number).get("uuid"));
    }

    private boolean send(int number) {
        Map<String, Object> goal = Map.of("task", "pick the cup", "time_limit", 2.5);
        return (boolean) client.callService(BELOW + "send_goal", PART + "SendGoal", Map.of("goal_id", uuid(number), "goal", goal)).get("accepted");
    }

    private Map<String, Object> result(int number) {
        return client.callService(BELOW + "get_result", PART + "GetResult", Map.of("goal_id", uuid(number)));
    }

    private Map<String, Object> cancel(int number) {
        return client.callService(BELOW + "cancel_goal", "action_msgs/CancelGoal", Map.of("goal_info", Map.of("goal_id", uuid(number))));
    }

    @Test
    void shouldTakeAGoalTellHowItGoesAndGiveItsResult() throws Exception {
        Heard feedback = new Heard(Ros2Catalog.packaged().message(PART + "FeedbackMessage"));
        client.subscribe(BELOW + "feedback", PART + "FeedbackMessage", feedback);
        assertTrue(send(1));
        assertEquals("pick the cup", task);
        assertEquals(id(1), goals.running().id());
        CompletableFuture<Map<String, Object>> early = CompletableFuture.supplyAsync(() -> result(1));
        Await.until("feedback", () -> {
            goals.feedback(Map.of("state", 2, "reason", "camera stale", "chunks", 7L));
            return feedback.count() > 0;
        });
        Map<String, Object> told = feedback.newest();
        assertArrayEquals((byte[]) uuid(1).get("uuid"), (byte[]) ((Map<?, ?>) told.get("goal_id")).get("uuid"));
        assertEquals(Map.of("state", 2, "reason", "camera stale", "chunks", 7L), told.get("feedback"));
        Map<String, Object> wanted = Map.of("outcome", "time_limit", "reason", "time limit reached", "chunks", 9L, "duration", 2.5);
        goals.finish(id(1), Status.SUCCEEDED, "", wanted);
        assertEquals(Map.of("status", 4, "result", wanted), early.get(20, TimeUnit.SECONDS), "asked for before its end");
        assertEquals(Map.of("status", 4, "result", wanted), result(1), "and after it");
    }

    @Test
    void shouldShowTheGoalsToWhoComesLater() {
        send(1);
        goals.finish(id(1), Status.ABORTED, "", Map.of());
        send(2);
        refusal = "not enabled";
        send(3);
        Heard status = new Heard(Ros2Catalog.packaged().message("action_msgs/GoalStatusArray"));
        client.subscribe(BELOW + "status", "action_msgs/GoalStatusArray", status);
        Await.until("the status", () -> status.count() > 0);
        List<?> list = (List<?>) status.newest().get("status_list");
        assertEquals(List.of(6, 2), list.stream().map(one -> ((Map<?, ?>) one).get("status")).toList(), "what was never taken is not shown");
        assertTrue((long) ((Map<?, ?>) ((Map<?, ?>) list.get(0)).get("goal_info")).get("stamp") > 1_000_000_000_000_000_000L);
    }

    @Test
    void shouldNotTakeGoalsThatAreRefusedDoubledOrWithoutId() {
        refusal = "not enabled";
        assertEquals(List.of(false, false), List.of(send(1), send(0)));
        refusal = null;
        assertEquals(List.of(false, true, false, false), List.of(send(1), send(2), send(2), send(3)), "1 and 2 are known, 2 runs");
        assertEquals(0, ((Number) result(1).get("status")).intValue(), "there is no result of what was never taken");
        assertEquals(0, ((Number) result(9).get("status")).intValue());
    }

    @Test
    void shouldCancelAndSayWhatThereIsNotToCancel() {
        assertEquals(2, cancel(9).get("return_code"), "unknown");
        send(1);
        Map<String, Object> answer = cancel(1);
        assertEquals(0, answer.get("return_code"));
        Map<?, ?> info = (Map<?, ?>) ((List<?>) answer.get("goals_canceling")).get(0);
        assertArrayEquals((byte[]) uuid(1).get("uuid"), (byte[]) ((Map<?, ?>) info.get("goal_id")).get("uuid"));
        assertEquals(1, canceled.get());
        goals.finish(id(1), Status.CANCELED, "", Map.of());
        assertEquals(5, result(1).get("status"));
        assertEquals(3, cancel(1).get("return_code"), "ended");
        send(2);
        assertEquals(1, ((List<?>) cancel(0).get("goals_canceling")).size(), "all");
        assertEquals(2, canceled.get());
    }

    @Test
    void shouldGiveTheResultBeforeItCloses() throws Exception {
        send(1);
        CompletableFuture<Map<String, Object>> early = CompletableFuture.supplyAsync(() -> result(1));
        Await.until("asked", () -> Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().endsWith(BELOW + "get_result") && thread.getState() == Thread.State.TIMED_WAITING));
        goals.finish(id(1), Status.ABORTED, "the node ends", Map.of("outcome", "node_ends"));
        action.close();
        assertEquals(6, early.get(20, TimeUnit.SECONDS).get("status"));
        action = server.advertiseAction("~run_policy", TYPE, new ActionGoals(server.clock(), this));
        assertThrows(InputException.class, () -> server.advertiseAction("~run_policy", TYPE, goals));
    }
}
