package dev.dpros.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.ros.testing.RosMasterProcess;
import dev.dpros.ros.testing.RosTool;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is left on a real roscore never decides about motion, and nothing of that kind is left there. */
@Tag("realpeer")
@Timeout(120)
class MotionParametersPeerTest {
    private static final String VELOCITY = "/dpros/action/limits/default/velocity";
    private static final String TOKEN = "0123456789abcdef";

    private static RosMasterProcess master;

    @TempDir
    private Path folder;

    @BeforeAll
    static void startMaster() {
        master = RosMasterProcess.roscore();
    }

    @AfterAll
    static void stopMaster() {
        if (master != null) {
            master.close();
        }
    }

    private static String rosparam(String... arguments) {
        String[] command = new String[arguments.length + 1];
        command[0] = "/usr/bin/rosparam";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        return RosTool.run(master.uri(), command);
    }

    /** The line and exit code of a run that is refused although its policy is not there: so before that is looked for. */
    private void assertRefused(String parameter, String stale) {
        rosparam("set", parameter, stale);
        try (PolicyProcess node = PolicyProcess.start(master.uri(), PolicyProcess.config(folder,
                "autostart: true", "autostart: false", "models/pusht_keypoints", "models/none"))) {
            assertEquals(2, node.awaitExit(), node::error);
            assertEquals(1, node.error().lines().count(), node::error);
            assertTrue(node.error().contains("found " + stale) && node.error().contains("rosparam delete " + parameter), node::error);
        } finally {
            rosparam("delete", parameter);
        }
    }

    @Test
    void shouldRefuseWhatAnEarlierRunLeft() {
        assertRefused("/dpros/node/autostart", "true");
        assertRefused(VELOCITY, "5000");
        assertRefused("/dpros/node/enable_timeout_ms", "300");
    }

    @Test
    void shouldTakeEqualValuesAndClearUpAfterItself() {
        rosparam("set", "/dpros/node/autostart", "false");
        rosparam("set", VELOCITY, "500.0");
        try (PolicyProcess node = PolicyProcess.start(master.uri(), PolicyProcess.config(folder, "autostart: true", "autostart: false"),
                "_metrics/token:=" + TOKEN).awaitReady()) {
            String inForce = rosparam("get", "/dpros/in_force");
            assertTrue(inForce.contains("<redacted>"), inForce);
            assertFalse(rosparam("get", "/").contains(TOKEN), inForce);
            assertTrue(node.error().contains("no dead-man switch"), node::error);
        } finally {
            rosparam("delete", VELOCITY);
            rosparam("delete", "/dpros/node/autostart");
        }
        assertFalse(rosparam("list").contains("/dpros/in_force"));
    }

    @Test
    void shouldCountItsOwnArgumentsAndNotLeaveThem() {
        try (PolicyProcess node = PolicyProcess.start(master.uri(), PolicyProcess.config(folder, "autostart: true", "autostart: false"),
                "_action/limits/default/velocity:=1", "_sampler/steps:=0x3").awaitReady()) {
            assertEquals("1", rosparam("get", "/dpros/in_force/action/limits/default/velocity").strip(), node::error);
            assertEquals("3", rosparam("get", "/dpros/in_force/sampler/steps").strip(), node::error);
            assertTrue(rosparam("list").lines().noneMatch(name -> name.startsWith("/dpros/action")));
        } finally {
            rosparam("delete", "/dpros/sampler");
        }
    }
}
