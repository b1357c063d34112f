package dev.dpros.ros.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.ros.master.EmbeddedMaster;
import dev.dpros.ros.testing.RosTool;
import dev.dpros.ros.xmlrpc.HalfRequests;
import dev.dpros.ros.xmlrpc.XmlRpcClient;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Callers of master and node that never finish their requests, and real ROS tools that come after them. */
@Timeout(120)
class HalfRequestsTest {
    private static final String HALF = "POST /RPC2 HTTP/1.1\r\nHost: robot\r\nContent-Length: 300\r\n\r\n<?xml version='1.0'?><methodCall>";
    private static final int PEERS = 64;

    @Test
    void shouldAnswerAtMasterAndNode() throws Exception {
        XmlRpcClient client = new XmlRpcClient(Duration.ofSeconds(10));
        try (EmbeddedMaster master = EmbeddedMaster.start(InetAddress.getLoopbackAddress(), 0);
                RosNode node = RosNode.connect(RosNodeConfig.local(master.uri(), "robot"));
                HalfRequests peers = new HalfRequests(HALF)) {
            URI slave = URI.create(((List<?>) client.call(master.uri(), "lookupNode", "/test", "/robot")).get(2).toString());
            peers.send(master.uri().getPort(), PEERS);
            peers.send(slave.getPort(), PEERS);

            assertEquals(1, ((List<?>) client.call(master.uri(), "getUri", "/test")).get(0));
            assertEquals(1, ((List<?>) client.call(slave, "getPid", "/test")).get(0));
            node.setParameter("/seen", 7);
            assertEquals(7, node.getParameter("/seen"));
        }
    }

    @Test
    @Tag("realpeer")
    void shouldAnswerRosnodeAndRospy() throws Exception {
        RosTool.assumeInstalled("rosnode");
        XmlRpcClient client = new XmlRpcClient(Duration.ofSeconds(10));
        try (EmbeddedMaster master = EmbeddedMaster.start(InetAddress.getLoopbackAddress(), 0);
                RosNode node = RosNode.connect(RosNodeConfig.local(master.uri(), "robot"));
                HalfRequests peers = new HalfRequests(HALF)) {
            URI slave = URI.create(((List<?>) client.call(master.uri(), "lookupNode", "/test", "/robot")).get(2).toString());
            peers.send(master.uri().getPort(), PEERS);
            peers.send(slave.getPort(), PEERS);

            String info = RosTool.run(master.uri(), "rosnode", "info", "/robot");
            assertTrue(info.contains("Node [/robot]") && info.contains("Pid: " + ProcessHandle.current().pid()), info);
            try (RosTool caller = RosTool.rospy(master.uri(), "import rospy; rospy.init_node('caller'); rospy.set_param('/seen', 7);"
                    + " print('got %d' % rospy.get_param('/seen'))")) {
                caller.awaitLine("got 7");
            }
            assertEquals(7, node.getParameter("/seen"));
        }
    }
}
