package dev.dpros.ros.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.ros.master.EmbeddedMaster;
import dev.dpros.ros.tcpros.ConnectionHeader;
import dev.dpros.ros.tcpros.ServiceCaller;
import dev.dpros.ros.testing.Await;
import dev.dpros.ros.testing.CollectingSlots;
import dev.dpros.ros.testing.RosTool;
import dev.dpros.ros.xmlrpc.XmlRpcClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whoever sits at the node's port and says nothing does not keep the operator out. */
@Tag("long")
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class RosNodeDoorTest {
    private static final int IDLE_CLIENTS = 128;
    private static final int SILENT = 400;

    private final AtomicInteger stops = new AtomicInteger();
    private final List<Socket> sockets = new ArrayList<>();
    private EmbeddedMaster master;
    private RosNode robot;
    private RosNode panel;
    private URI service;

    @BeforeEach
    void start() throws Exception {
        master = EmbeddedMaster.start(InetAddress.getLoopbackAddress(), RosTool.freePort());
        robot = RosNode.connect(RosNodeConfig.local(master.uri(), "robot"));
        panel = RosNode.connect(RosNodeConfig.local(master.uri(), "panel"));
        robot.advertiseService("~estop", "std_srvs/Trigger", request -> {
            stops.incrementAndGet();
            return Map.of("success", true, "message", "");
        });
        service = URI.create((String) new MasterClient(master.uri(), "/test", Duration.ofSeconds(5))
                .call("lookupService", "/robot/estop"));
    }

    @AfterEach
    void stop() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        panel.close();
        robot.close();
        master.close();
    }

    private Socket silent() throws IOException {
        Socket socket = new Socket(service.getHost(), service.getPort());
        sockets.add(socket);
        return socket;
    }

    private void idleClient() throws IOException {
        ByteBuffer header = ConnectionHeader.encode(Map.of("service", "/robot/estop", "md5sum", "*", "callerid", "/idle",
                "persistent", "1"));
        Socket socket = silent();
        socket.getOutputStream().write(header.array(), 0, header.limit());
    }

    private boolean estop() {
        return Boolean.TRUE.equals(panel.callService("/robot/estop", "std_srvs/Trigger", Map.of()).get("success"));
    }

    private static long connectionThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("ros-io-conn")).count();
    }

    @Test
    void shouldStopWhileIdleServiceClientsAndSilentSocketsHoldThePort() throws IOException {
        long heapBefore = usedHeap();
        for (int i = 0; i < IDLE_CLIENTS; i++) {
            idleClient();
        }
        assertTrue(estop(), "with idle service clients");
        for (int i = 0; i < SILENT; i++) {
            silent();
            if (i % 50 == 0) {
                assertTrue(estop(), "while sockets open");
            }
        }
        for (int i = 0; i < 20; i++) {
            assertTrue(estop());
        }
        assertEquals(29, stops.get());
        assertTrue(connectionThreads() <= 160, () -> connectionThreads() + " threads");
        assertTrue(usedHeap() - heapBefore < 64 << 20, "what they cost is bounded");
    }

    private static long usedHeap() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    @Test
    void shouldKeepAClientThatSpeaksAmongThoseThatDoNot() throws IOException {
        try (ServiceCaller persistent = panel.persistentService("/robot/estop", "std_srvs/Trigger")) {
            assertEquals(true, persistent.call(Map.of()).get("success"));
            for (int i = 0; i < SILENT; i++) {
                silent();
                if (i % 100 == 0) {
                    assertEquals(true, persistent.call(Map.of()).get("success"));
                }
            }
        }
    }

    @Test
    void shouldCloseWhoDoesNotIntroduceItself() throws IOException {
        assertEquals(-1, silent().getInputStream().read(), "closed by the node");
    }

    @Test
    void shouldNotMakeAThreadForEachOfThousandsOfPublishers() throws Exception {
        panel.subscribe("/many", "*", new CollectingSlots());
        List<String> listed = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            listed.add("http://127.0.0.1:1/" + i);
        }
        new XmlRpcClient(Duration.ofSeconds(5)).call(panel.slaveUri(), "publisherUpdate", "/master", "/many", listed);
        Await.until("some are tried", () -> receivers() > 0);
        assertTrue(receivers() <= 32, () -> receivers() + " threads");
    }

    private static long receivers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("ros-io-sub-/many")).count();
    }
}
