package dev.dpros.ros.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dpros.core.Transport;
import dev.dpros.ros2.node.Ros2Node;
import dev.dpros.ros2.node.Ros2NodeConfig;
import java.util.Map;

/** The project's own client of ROS 2 as an implementation of the port. Nodes find each other by their domain alone. */
class Ros2NodeConformanceTest extends TransportConformance {
    private final int domain = 50 + (int) (ProcessHandle.current().pid() % 10);

    @Override
    AutoCloseable openGraph() {
        return () -> { };
    }

    @Override
    Transport connect(String name) {
        return Ros2Node.open(Ros2NodeConfig.local(domain, name));
    }

    @Override
    String logType() {
        return "rcl_interfaces/Log";
    }

    /** As rcl names loggers. */
    @Override
    String nameInLogs(Transport node) {
        return node.nodeName().substring(1);
    }

    /** In its answer: services of ROS 2 have no errors. */
    @Override
    String refusal(Transport caller, String service, String type, Map<String, Object> request) {
        Map<String, Object> answer = caller.callService(service, type, request);
        assertEquals(false, answer.get("success"));
        return (String) answer.get("message");
    }
}
