package dev.dpros.ros.transport;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.InputException;
import dev.dpros.core.Transport;
import dev.dpros.ros.master.EmbeddedMaster;
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
}
