package dev.dpros.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.config.ConfigReader;
import dev.dpros.config.Layer;
import dev.dpros.config.RobotConfig;
import dev.dpros.core.ObservationWindow;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.inference.ChunkPolicy;
import dev.dpros.inference.Prediction;
import dev.dpros.inference.Sampling;
import dev.dpros.metrics.MetricsRegistry;
import dev.dpros.ros.master.EmbeddedMaster;
import dev.dpros.ros.node.RosNode;
import dev.dpros.ros.node.RosNodeConfig;
import dev.dpros.ros.testing.Await;
import dev.dpros.safety.SafetyState;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A policy takes minutes to load, and a human may drive meanwhile: what stops the robot is there from the first tick. */
@Tag("long")
@Timeout(120)
class StopWhileLoadingTest {
    private final CountDownLatch loaded = new CountDownLatch(1);

    /** Is warm once {@link #loaded} is counted down. */
    private ChunkPolicy slow(ChunkPolicy policy) {
        return new ChunkPolicy() {
            @Override
            public PolicyConfig config() {
                return policy.config();
            }

            @Override
            public void warmUp() {
                try {
                    loaded.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }

            @Override
            public Prediction predictAction(ObservationWindow window, Sampling sampling) {
                return policy.predictAction(window, sampling);
            }

            @Override
            public void close() {
                policy.close();
            }
        };
    }

    private static Object call(RosNode operator, String service, String answer) {
        return operator.callService("/dpros/" + service, "std_srvs/Trigger", Map.of()).get(answer);
    }

    @Test
    void shouldBeStoppedWhileItLoadsAndThenNotStartByItself() throws Exception {
        RobotConfig robot = ConfigReader.read(Path.of("launch/pusht_keypoints.yaml"), Layer.settings("test", Map.of("metrics", Map.of("enabled", false))))
                .config();
        try (EmbeddedMaster master = EmbeddedMaster.start(InetAddress.getLoopbackAddress(), 0);
                RosNode node = RosNode.connect(RosNodeConfig.local(master.uri(), "dpros"));
                RosNode operator = RosNode.connect(RosNodeConfig.local(master.uri(), "operator"));
                MetricsRegistry metrics = new MetricsRegistry();
                PolicyNode policy = new PolicyNode(robot, PolicyReader.read(robot.policy()), node, metrics, this::slow)) {
            CompletableFuture<Boolean> started = CompletableFuture.supplyAsync(() -> start(policy));
            Await.until("the loop ticks", () -> operator.isServiceAvailable("/dpros/estop"));
            assertFalse(operator.isServiceAvailable("/dpros/start"));
            assertEquals(true, call(operator, "estop", "success"));
            assertEquals(SafetyState.FAULT, policy.loop().watchdog().state());
            assertEquals(true, call(operator, "reset", "success"));
            loaded.countDown();
            assertTrue(started.get(60, TimeUnit.SECONDS));
            assertFalse(policy.loop().watchdog().started(), "whoever stopped it says when it starts");
        }
    }

    private static boolean start(PolicyNode policy) {
        try {
            return policy.start(true);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
