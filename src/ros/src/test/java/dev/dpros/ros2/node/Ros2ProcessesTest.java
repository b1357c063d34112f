package dev.dpros.ros2.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dpros.core.Transport.Subscription;
import dev.dpros.ros.testing.Await;
import dev.dpros.ros2.message.Ros2Catalog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Own nodes in two processes. */
@Tag("long")
class Ros2ProcessesTest {
    private final int domain = 90 + (int) (ProcessHandle.current().pid() % 10);

    private Process child() throws IOException {
        return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xshare:auto", "-cp",
                System.getProperty("java.class.path"), OwnPeer.class.getName(), Integer.toString(domain)).inheritIO().start();
    }

    @Test
    void shouldWorkTogetherAndNoticeAKilledProcess() throws Exception {
        Process first = child();
        try (Ros2Node node = Ros2Node.open(Ros2NodeConfig.local(domain, "parent"))) {
            Heard slots = new Heard(Ros2Catalog.packaged().message("std_msgs/Int32"));
            Subscription subscription = node.subscribe("/n", "std_msgs/Int32", slots);
            Await.until("numbers", () -> slots.count() >= 10);
            assertEquals(List.of("/child", "/parent"), node.graph().nodes());
            assertEquals(Map.of("success", true, "message", "from the child"), node.callService("/child/go", "std_srvs/Trigger", Map.of()));
            first.destroyForcibly().waitFor();
            Await.until("it fell silent", () -> node.graph().nodes().equals(List.of("/parent")) && subscription.publishers() == 0);
            Process second = child();
            try {
                int before = slots.count();
                Await.until("numbers of the second", () -> slots.count() > before + 5);
                assertEquals(1, subscription.publishers());
            } finally {
                second.destroyForcibly().waitFor();
            }
        } finally {
            first.destroyForcibly().waitFor();
        }
    }
}
