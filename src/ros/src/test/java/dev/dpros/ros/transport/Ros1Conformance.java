package dev.dpros.ros.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.ActionGoals;
import dev.dpros.core.InputException;
import dev.dpros.core.MessageType;
import dev.dpros.core.Transport;
import dev.dpros.core.Transport.Publication;
import dev.dpros.core.Transport.Subscription;
import dev.dpros.ros.master.EmbeddedMaster;
import dev.dpros.ros.message.MessageSchema;
import dev.dpros.ros.message.SchemaCatalog;
import dev.dpros.ros.testing.Await;
import dev.dpros.ros.testing.CollectingSlots;
import java.net.InetAddress;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What every client of ROS 1 must do; a subclass provides nodes of one. */
abstract class Ros1Conformance extends TransportConformance {
    private EmbeddedMaster master;

    /** A node of the implementation. */
    abstract Transport connect(URI at, String name);

    @Override
    AutoCloseable openGraph() {
        master = EmbeddedMaster.start(InetAddress.getLoopbackAddress(), 0);
        return master;
    }

    @Override
    Transport connect(String name) {
        return connect(master(), name);
    }

    /** The master of this test. */
    URI master() {
        return master.uri();
    }

    @Override
    String logType() {
        return "rosgraph_msgs/Log";
    }

    @Override
    String nameInLogs(Transport node) {
        return node.nodeName();
    }

    @Override
    String refusal(Transport caller, String service, String type, Map<String, Object> request) {
        return assertThrows(InputException.class, () -> caller.callService(service, type, request)).getMessage();
    }

    @Test
    void shouldSayWhyItIsShutDownWhenAnotherNodeTakesItsName() throws Exception {
        CompletableFuture<String> reason = new CompletableFuture<>();
        try (Transport first = connect("twice")) {
            first.onShutdown(reason::complete);
            try (Transport other = connect("twice")) {
                assertTrue(reason.get(30, TimeUnit.SECONDS).contains("new node registered"), other::nodeName);
            }
        }
    }

    @Test
    void shouldCarryAnActionsGoalsAndResultsAsActionlibDoes() throws Exception {
        MessageType goal = policy.messages().message("diffusion_policy_msgs/RunPolicyActionGoal");
        MessageSchema result = SchemaCatalog.packaged().message("diffusion_policy_msgs/RunPolicyActionResult");
        ActionGoals goals = new ActionGoals(robot.clock(), new ActionGoals.Work() {
            @Override
            public String begin(Map<String, Object> fields) {
                return fields.get("task").equals("pick") ? null : "only pick";
            }

            @Override
            public void cancel() {
                throw new AssertionError("nobody cancels");
            }
        });
        CollectingSlots results = new CollectingSlots();
        Subscription heard = policy.subscribe("/robot/run_policy/result", result.type(), results);
        Publication sent = policy.advertise("/robot/run_policy/goal", goal.type(), PLAIN);
        try (AutoCloseable action = robot.advertiseAction("~run_policy", "diffusion_policy_msgs/RunPolicy", goals)) {
            Await.until("connected", () -> sent.subscribers() == 1 && heard.publishers() == 1);
            sent.publish(Map.of("goal_id", Map.of("id", "a"), "goal", Map.of("task", "pick")));
            Await.until("begun", () -> goals.running() != null);
            sent.publish(Map.of("goal_id", Map.of("id", "b"), "goal", Map.of("task", "pick")));
            Await.until("its refusal", () -> results.size() == 1);
            assertEquals(5, ((Map<?, ?>) results.next(result).get("status")).get("status"));
            goals.finish("a", ActionGoals.Status.SUCCEEDED, "done", Map.of("chunks", 3L));
            Map<String, Object> ended = results.next(result);
            assertEquals(3, ((Map<?, ?>) ended.get("status")).get("status"));
            assertEquals(3L, ((Map<?, ?>) ended.get("result")).get("chunks"));
        }
        robot.advertiseAction("~run_policy", "diffusion_policy_msgs/RunPolicy", goals).close();
    }
}
