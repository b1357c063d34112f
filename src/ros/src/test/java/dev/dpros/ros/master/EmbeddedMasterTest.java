package dev.dpros.ros.master;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.InputException;
import dev.dpros.ros.xmlrpc.XmlRpcClient;
import dev.dpros.ros.xmlrpc.XmlRpcException;
import dev.dpros.ros.xmlrpc.XmlRpcTransportException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EmbeddedMasterTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    private final XmlRpcClient client = new XmlRpcClient();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private EmbeddedMaster master;

    @BeforeEach
    void start() {
        master = EmbeddedMaster.start(LOOPBACK, 0);
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable resource : opened) {
            resource.close();
        }
        master.close();
    }

    @Test
    void shouldTellItsUriAndProcess() throws XmlRpcException {
        assertEquals(List.of(1, "", master.uri().toString()), call("getUri", "/n"));
        assertEquals(List.of(1, "", (int) ProcessHandle.current().pid()), call("getPid", "/n"));
    }

    @Test
    void shouldSetWhatRoscoreSets() throws XmlRpcException {
        assertEquals("noetic\n", call("getParam", "/n", "/rosdistro").get(2));
        assertInstanceOf(String.class, call("getParam", "/n", "/run_id").get(2));
        assertTrue(((String) call("getParam", "/n", "/rosversion").get(2)).endsWith("\n"));
    }

    @Test
    void shouldAdvertiseTheGivenHostOnEveryInterface() {
        try (EmbeddedMaster everywhere = EmbeddedMaster.start(new InetSocketAddress(0).getAddress(), "robot7", 0)) {
            assertEquals("robot7", everywhere.uri().getHost());
        }
    }

    @Test
    void shouldExplainThatThePortIsTaken() throws IOException {
        try (ServerSocket other = new ServerSocket(0, 1, LOOPBACK)) {
            InputException error = assertThrows(InputException.class,
                    () -> EmbeddedMaster.start(LOOPBACK, other.getLocalPort()));
            assertTrue(error.getMessage().contains("127.0.0.1:" + other.getLocalPort()), error.getMessage());
            assertTrue(error.getMessage().contains("--port"), error.getMessage());
            assertFalse(error.getMessage().contains("\n"), error.getMessage());
        }
    }

    @Test
    void shouldStartAgainOnItsOldPort() throws XmlRpcException {
        call("setParam", "/n", "/k", 1);
        int port = master.uri().getPort();
        master.close();
        master = EmbeddedMaster.start(LOOPBACK, port);
        assertEquals(false, call("hasParam", "/n", "/k").get(2));
    }

    @Test
    void shouldCloseOnShutdownRequestAfterAnswering() throws Exception {
        assertEquals(List.of(1, "shutdown", 0), call("shutdown", "/n", "enough"));
        master.awaitClosed();
        assertThrows(XmlRpcTransportException.class, () -> call("getPid", "/n"));
    }

    @Test
    void shouldReachOtherNodesWhileSomeNeverAnswer() throws XmlRpcException {
        CountDownLatch never = new CountDownLatch(1);
        for (int i = 0; i < NodeCallbacks.THREADS - 1; i++) {
            RecordingNode hung = opened(new RecordingNode((method, params) -> {
                try {
                    never.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return List.of(1, "", 0);
            }));
            call("registerSubscriber", "/hung" + i, "/t", "*", hung.uri());
        }
        RecordingNode well = opened(new RecordingNode());
        call("registerSubscriber", "/well", "/t", "*", well.uri());
        for (int i = 0; i < 20; i++) {
            call("registerPublisher", "/p" + i, "/t", "p/T", "http://127.0.0.1:1/" + i);
        }
        for (int i = 0; i < 20; i++) {
            List<?> publishers = (List<?>) well.next().get(3);
            assertEquals(i + 1, publishers.size(), "updates arrive in order");
        }
        never.countDown();
    }

    @Test
    void shouldKeepTheLatestUpdateForANodeThatFallsBehind() throws XmlRpcException {
        CountDownLatch resumed = new CountDownLatch(1);
        RecordingNode slow = opened(new RecordingNode((method, params) -> {
            try {
                resumed.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return List.of(1, "", 0);
        }));
        call("registerSubscriber", "/slow", "/t", "*", slow.uri());
        int updates = NodeCallbacks.BACKLOG * 2;
        for (int i = 0; i < updates; i++) {
            call("registerPublisher", "/p", "/t", "p/T", i % 2 == 0 ? "http://127.0.0.1:1/" : "http://127.0.0.1:2/");
        }
        call("registerPublisher", "/q", "/t", "p/T", "http://127.0.0.1:3/");
        resumed.countDown();
        int received = 0;
        Object latest;
        do {
            latest = slow.next().get(3);
            received++;
        } while (!latest.equals(List.of("http://127.0.0.1:2/", "http://127.0.0.1:3/")));
        assertTrue(received < updates, "some of " + updates + " were superseded, but " + received + " arrived");
    }

    @Test
    void shouldUnsubscribeANodeThatRejectsParameterUpdates() throws XmlRpcException {
        RecordingNode rejecting = opened(new RecordingNode((method, params) -> List.of(-1, "not subscribed", 0)));
        call("subscribeParam", "/r", rejecting.uri(), "/k");
        assertEquals(1, call("lookupNode", "/n", "/r").get(0));
        call("setParam", "/n", "/k", 5);
        assertEquals(List.of("paramUpdate", "/master", "/k/", 5), rejecting.next());
        while (!call("lookupNode", "/n", "/r").get(0).equals(-1)) {
            Thread.onSpinWait(); // bounded by the class's time limit
        }
    }

    private RecordingNode opened(RecordingNode node) {
        opened.add(node);
        return node;
    }

    private List<?> call(String method, Object... params) throws XmlRpcException {
        return (List<?>) client.call(master.uri(), method, params);
    }
}
