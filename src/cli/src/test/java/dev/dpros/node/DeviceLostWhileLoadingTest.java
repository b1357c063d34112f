package dev.dpros.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import ai.djl.engine.EngineException;
import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.cli.Main;
import dev.dpros.config.ConfigReader;
import dev.dpros.config.Layer;
import dev.dpros.config.RobotConfig;
import dev.dpros.core.ObservationWindow;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.inference.ChunkPolicy;
import dev.dpros.inference.Prediction;
import dev.dpros.inference.Sampling;
import dev.dpros.metrics.MetricsRegistry;
import dev.dpros.process.ExitCode;
import dev.dpros.ros.master.EmbeddedMaster;
import dev.dpros.ros.node.RosNode;
import dev.dpros.ros.node.RosNodeConfig;
import dev.dpros.safety.SafetyEvent;
import dev.dpros.safety.SafetyState;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The accelerator fails before anything has moved: injected at the engine's port, in a node and in a command without one. */
@Tag("long")
@Timeout(120)
class DeviceLostWhileLoadingTest {
    private static final String CUDA = "CUDA error: out of memory\nCUDA kernel errors might be asynchronously reported";

    private static ChunkPolicy failing(ChunkPolicy policy) {
        return new ChunkPolicy() {
            @Override
            public PolicyConfig config() {
                return policy.config();
            }

            @Override
            public void warmUp() {
                throw new EngineException(CUDA);
            }

            @Override
            public Prediction predictAction(ObservationWindow window, Sampling sampling) {
                throw new AssertionError("not loaded");
            }

            @Override
            public void close() {
                policy.close();
            }
        };
    }

    @Test
    void shouldEndTheNodeInFaultWithTheLineOfALostDevice() throws Exception {
        RobotConfig robot = ConfigReader.read(Path.of("launch/pusht_keypoints.yaml"), Layer.settings("test", Map.of("metrics", Map.of("enabled", false))))
                .config();
        BlockingQueue<NodeWatch.End> ends = new ArrayBlockingQueue<>(4);
        try (EmbeddedMaster master = EmbeddedMaster.start(InetAddress.getLoopbackAddress(), 0);
                RosNode node = RosNode.connect(RosNodeConfig.local(master.uri(), "dpros"));
                MetricsRegistry metrics = new MetricsRegistry();
                PolicyNode policy = new PolicyNode(robot, PolicyReader.read(robot.policy()), node, metrics,
                        DeviceLostWhileLoadingTest::failing)) {
            policy.whenLost(ends::add);
            assertFalse(policy.start(true));
            NodeWatch.End end = ends.take();
            assertEquals("device lost: CUDA error: out of memory; the last command ends at rest; the node ends with exit code 3",
                    end.reason());
            assertEquals(ExitCode.DEVICE_LOST, end.exitCode());
            while (policy.loop().watchdog().state() != SafetyState.FAULT) {
                Thread.sleep(5);
            }
            assertEquals(SafetyEvent.DEVICE_LOST, policy.loop().watchdog().reason());
            assertEquals(0, policy.sampler().replacements());
        }
    }

    @Test
    void shouldBeOneLineAndTheSameExitCodeInACommandWithoutANode() throws Exception {
        var line = Main.commandLine();
        StringWriter err = new StringWriter();
        line.setErr(new PrintWriter(err, true));
        int code = line.getExecutionExceptionHandler().handleExecutionException(
                new IllegalStateException("in a step", new EngineException(CUDA)), line, null);
        assertEquals(ExitCode.DEVICE_LOST, code);
        assertEquals("dpros: device lost: CUDA error: out of memory", err.toString().strip());
    }
}
