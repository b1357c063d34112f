package dev.dpros.ros.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.ShutDownException;
import dev.dpros.ros.master.EmbeddedMaster;
import dev.dpros.ros.testing.RosTool;
import dev.dpros.ros.xmlrpc.XmlRpcClient;
import dev.dpros.ros.xmlrpc.XmlRpcFaultException;
import dev.dpros.ros.xmlrpc.XmlRpcServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What happens to a node while it joins the graph. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class RosNodeStartTest {
    /** The master, through a relay that lets a second node of the name in before it answers the first one's {@code subscribeParam}. */
    @Test
    void shouldSayThatAnotherNodeTookItsNameWhileItStarted() throws Exception {
        AtomicReference<RosNode> second = new AtomicReference<>();
        try (EmbeddedMaster master = EmbeddedMaster.start(InetAddress.getLoopbackAddress(), RosTool.freePort());
                XmlRpcServer relay = new XmlRpcServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        (method, params) -> {
                            if (method.equals("subscribeParam") && second.get() == null) {
                                second.set(RosNode.connect(RosNodeConfig.local(master.uri(), "robot")));
                                awaitRefused(URI.create((String) params.get(1)));
                            }
                            return relayed(master.uri(), method, params);
                        })) {
            URI through = URI.create("http://127.0.0.1:" + relay.address().getPort() + "/");

            ShutDownException ended = assertThrows(ShutDownException.class,
                    () -> RosNode.connect(RosNodeConfig.local(through, "robot")).close());

            assertTrue(ended.getMessage().contains("new node registered with same name"), ended.getMessage());
            assertEquals(1, ended.getMessage().lines().count());
        } finally {
            second.get().close();
        }
    }

    private static Object relayed(URI master, String method, List<Object> params) throws XmlRpcFaultException {
        try {
            return new XmlRpcClient().call(master, method, params.toArray());
        } catch (dev.dpros.ros.xmlrpc.XmlRpcTransportException e) {
            throw new XmlRpcFaultException(1, e.getMessage());
        }
    }

    private static void awaitRefused(URI node) {
        while (true) {
            try (Socket socket = new Socket(node.getHost(), node.getPort())) {
                Thread.sleep(20);
            } catch (IOException e) {
                return;
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
