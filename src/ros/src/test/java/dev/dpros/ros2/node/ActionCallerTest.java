package dev.dpros.ros2.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.ActionClient;
import dev.dpros.core.ActionClient.State;
import dev.dpros.core.ActionGoals;
import dev.dpros.ros.testing.Await;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A client of actions whose server is slow, over RTPS; the rest is in the conformance tests. */
@Timeout(60)
class ActionCallerTest implements ActionGoals.Work {
    private final int domain = 60 + (int) (ProcessHandle.current().pid() % 10);
    private final CountDownLatch mayBegin = new CountDownLatch(1);
    private final CountDownLatch begins = new CountDownLatch(1);
    private final AtomicInteger canceled = new AtomicInteger();
    private Ros2Node server;
    private Ros2Node node;
    private ActionGoals goals;
    private ActionClient client;

    @Override
    public String begin(Map<String, Object> goal) {
        begins.countDown();
        try {
            mayBegin.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return "out of reach".equals(goal.get("task")) ? "it is out of reach" : null;
    }

    @Override
    public void cancel() {
        canceled.incrementAndGet();
    }

    @BeforeEach
    void open() {
        server = Ros2Node.open(Ros2NodeConfig.local(domain, "arm"));
        node = Ros2Node.open(Ros2NodeConfig.local(domain, "dpros"));
        goals = new ActionGoals(server.clock(), this);
        server.advertiseAction("/arm/move", "diffusion_policy_msgs/RunPolicy", goals);
        client = node.actionClient("/arm/move", "diffusion_policy_msgs/RunPolicy");
        Await.until("there", () -> client.missing() == null);
    }

    @AfterEach
    void close() {
        mayBegin.countDown();
        client.close();
        node.close();
        server.close();
    }

    @Test
    void shouldCancelAGoalThatIsTakenAfterItWasGivenUp() {
        client.send(Map.of("task", "late"));
        Await.until("given up", () -> client.progress().state() == State.LOST);
        assertEquals("the server has not answered within 2 s", client.progress().text());
        assertNull(goals.running());
        mayBegin.countDown();
        Await.until("canceled when it begins", () -> canceled.get() == 1);
        assertEquals(State.LOST, client.progress().state());
    }

    @Test
    void shouldCancelAGoalThatWasNotTakenYet() throws InterruptedException {
        client.send(Map.of("task", "early"));
        assertTrue(begins.await(20, TimeUnit.SECONDS), "it has come");
        client.cancel();
        mayBegin.countDown();
        Await.until("canceled when it begins", () -> canceled.get() >= 1);
        goals.finish(goals.running().id(), ActionGoals.Status.CANCELED, "", Map.of());
        Await.until("told", () -> client.progress().state() == State.CANCELED);
    }

    @Test
    void shouldCancelTheGoalBeforeWhereTheNewestWasRejected() {
        mayBegin.countDown();
        client.send(Map.of("task", "runs"));
        Await.until("runs", () -> client.progress().state() == State.ACTIVE);
        client.send(Map.of("task", "one too many"));
        client.send(Map.of("task", "another, before that is known"));
        Await.until("rejected", () -> client.progress().state() == State.REJECTED);
        client.cancel();
        Await.until("the one that goes on is canceled", () -> canceled.get() == 1);
    }

    /** Goals come faster than the server answers, as under a human's hand. */
    @Test
    void shouldHearOfARejectionWhereTheNextGoalWasSentBefore() throws InterruptedException {
        client.send(Map.of("task", "out of reach"));
        assertTrue(begins.await(20, TimeUnit.SECONDS), "it has come");
        client.send(Map.of("task", "next"));
        mayBegin.countDown();
        Await.until("heard", () -> client.progress().state() == State.REJECTED);
        assertEquals("one before it was rejected", client.progress().text());
        Await.until("what begins all the same is canceled", () -> canceled.get() >= 1);
    }
}
