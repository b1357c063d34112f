package dev.dpros.transports;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.NodeGraph;
import dev.dpros.ros.master.EmbeddedMaster;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which master a command meets its nodes at. */
class Ros1GraphTest {
    private static final String SILENT = "http://127.0.0.1:1";

    @Test
    void shouldJoinTheMasterThatAnswers() {
        try (EmbeddedMaster master = EmbeddedMaster.start(InetAddress.getLoopbackAddress(), 0);
                NodeGraph graph = graph(List.of(), Map.of("ROS_MASTER_URI", master.uri().toString()))) {
            assertEquals(master.uri().toString(), graph.environment().get("ROS_MASTER_URI"));
            assertEquals("", graph.hint());
        }
    }

    @Test
    void shouldOpenOneWhereNoneAnswersThatTheEnvironmentNames() {
        try (NodeGraph graph = graph(List.of(), Map.of("ROS_MASTER_URI", SILENT))) {
            String own = graph.environment().get("ROS_MASTER_URI");
            assertTrue(graph(List.of(), Map.of("ROS_MASTER_URI", own)).hint().isEmpty(), "it answers");
            assertEquals("no ROS master answers at " + SILENT + ": a ROS master was started; for rostopic and others: export ROS_MASTER_URI=" + own,
                    graph.hint());
        }
    }

    @Test
    void shouldStayWithTheMasterThatAnArgumentNames() {
        try (NodeGraph graph = graph(List.of("__master:=" + SILENT), Map.of())) {
            assertEquals(SILENT, graph.environment().get("ROS_MASTER_URI"));
            assertEquals("", graph.hint());
        }
    }

    private static NodeGraph graph(List<String> arguments, Map<String, String> environment) {
        return new Ros1().arguments(arguments, environment).graph(false);
    }
}
