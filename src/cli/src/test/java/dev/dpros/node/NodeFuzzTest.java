package dev.dpros.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.cli.run.PolicyProcess;
import dev.dpros.ros.message.MessageEncoder;
import dev.dpros.ros.message.MessageSchema;
import dev.dpros.ros.message.SchemaCatalog;
import dev.dpros.ros.tcpros.ConnectionHeader;
import dev.dpros.ros.testing.RawPublisher;
import dev.dpros.ros.testing.RosMasterProcess;
import dev.dpros.ros.testing.RosTool;
import dev.dpros.ros.xmlrpc.XmlRpcClient;
import dev.dpros.ros.xmlrpc.XmlRpcHandler;
import dev.dpros.ros.xmlrpc.XmlRpcServer;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The control node at work while mutated requests, headers and messages come over its sockets: 20,000, and 100,000 in
 * {@code .ci/nightly} ({@code -Ddpros.fuzz=5}).
 */
@Tag("realpeer")
@Timeout(400)
class NodeFuzzTest {
    private static final int TIMES = Integer.getInteger("dpros.fuzz", 1);
    private static final int REQUESTS = 6_000 * TIMES;
    private static final int HEADERS = 6_000 * TIMES;
    private static final int FRAMES = 8_000 * TIMES;
    private static final int WARM_UP = 3_000;
    private static final long PERIOD_NS = 20_000_000;
    private static final long HEAP_SLACK_BYTES = 24L << 20;
    private static final MessageSchema JOINTS = SchemaCatalog.packaged().message("sensor_msgs/JointState");
    private static final List<String> CALLS = List.of(
            call("getBusInfo", "<string>/fuzz</string>"),
            call("requestTopic", "<string>/fuzz</string>", "<string>/dpros/state</string>",
                    "<array><data><value><array><data><value>TCPROS</value></data></array></value></data></array>"),
            call("publisherUpdate", "<string>/master</string>", "<string>/elsewhere</string>",
                    "<array><data><value>http://127.0.0.1:9/</value></data></array>"),
            call("paramUpdate", "<string>/master</string>", "<string>/elsewhere/</string>", "<i4>7</i4>"));

    private final Random random = new Random(4);
    private final XmlRpcClient client = new XmlRpcClient();

    @TempDir
    private Path folder;

    private static String call(String method, String... values) {
        StringBuilder text = new StringBuilder("<?xml version='1.0'?><methodCall><methodName>" + method + "</methodName><params>");
        for (String value : values) {
            text.append("<param><value>").append(value).append("</value></param>");
        }
        return text.append("</params></methodCall>").toString();
    }

    private byte[] mutated(byte[] good) {
        byte[] bytes = good.clone();
        for (int k = random.nextInt(4); k >= 0; k--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        return bytes;
    }

    @Test
    void shouldKeepItsRateAndItsHeapUnderMutatedRequestsHeadersAndMessages() throws Exception {
        try (RosMasterProcess master = RosMasterProcess.rosmaster();
                RosTool world = RosTool.rospy(master.uri(), PolicyProcess.WORLD);
                PolicyProcess policy = PolicyProcess.start(master.uri(), PolicyProcess.config(folder)).awaitReady();
                OwnTopic states = new OwnTopic(master.uri(), "/dpros/state", "diffusion_policy_msgs/ControllerState")) {
            world.awaitLine("ready");
            URI slave = URI.create(answer(master.uri(), "lookupNode", "/fuzz", "/dpros").toString());
            List<?> tcpros = (List<?>) answer(slave, "requestTopic", "/fuzz", "/dpros/state", List.of(List.of("TCPROS")));
            int port = (int) tcpros.get(2);
            attack(master.uri(), slave, port, WARM_UP, WARM_UP, WARM_UP);
            long heap = heapAfterCollection();
            Map<String, Object> before = newest(states);
            attack(master.uri(), slave, port, REQUESTS, HEADERS, FRAMES);
            Map<String, Object> after = newest(states);
            long grown = heapAfterCollection() - heap;
            assertTrue(policy.isRunning(), policy::error);
            assertTrue(grown < HEAP_SLACK_BYTES, "the heap grew by " + grown + " bytes");
            long periods = Math.round((stamp(after) - stamp(before)) / (double) PERIOD_NS);
            long ticks = (long) after.get("tick") - (long) before.get("tick");
            long missed = (long) after.get("missed_ticks") - (long) before.get("missed_ticks");
            assertEquals(periods, ticks + missed, 3, "ticks, run and missed, over the time between two of them");
            assertTrue(missed < 0.4 * periods, missed + " of " + periods + " periods missed");
        }
    }

    private void attack(URI master, URI slave, int port, int requests, int headers, int frames) throws Exception {
        for (int i = 0; i < requests; i++) {
            exchange(slave.getPort(), request(CALLS.get(i % CALLS.size())));
        }
        byte[] header = header();
        for (int i = 0; i < headers; i++) {
            exchange(port, mutated(header));
        }
        sendFrames(master, frames);
        assertEquals(1, ((List<?>) client.call(slave, "getPid", "/fuzz")).get(0), "it still answers");
    }

    private Object answer(URI uri, String method, Object... params) throws Exception {
        return ((List<?>) client.call(uri, method, params)).get(2);
    }

    /** A mutated request; in one of five its HTTP header may be what is mutated. */
    private byte[] request(String call) {
        byte[] body = call.getBytes(StandardCharsets.UTF_8);
        byte[] head = ("POST /RPC2 HTTP/1.1\r\nHost: here\r\nConnection: close\r\nContent-Type: text/xml\r\nContent-Length: "
                + body.length + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
        boolean whole = random.nextInt(5) == 0;
        byte[] sent = ByteBuffer.allocate(head.length + body.length).put(head).put(whole ? body : mutated(body)).array();
        return whole ? mutated(sent) : sent;
    }

    private static byte[] header() {
        ByteBuffer encoded = ConnectionHeader.encode(Map.of("topic", "/dpros/state", "md5sum", "*", "callerid", "/fuzz",
                "type", "*", "tcp_nodelay", "1"));
        byte[] bytes = new byte[encoded.remaining()];
        encoded.get(bytes);
        return bytes;
    }

    /** Sends, says that no more comes, and takes what comes back, at most one buffer of it. */
    private static void exchange(int port, byte[] bytes) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoLinger(true, 0); // 60,000 ports in TIME_WAIT would be more than there are
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(bytes);
            socket.shutdownOutput();
            InputStream in = socket.getInputStream();
            in.read(new byte[4096]);
        } catch (SocketException e) {
            // closed by the node while it was being written to: an answer, too
        }
    }

    /** Publishes mutated joint states on a topic that the node reads; with an impossible length now and then. */
    private void sendFrames(URI master, int frames) throws Exception {
        ByteBuffer encoded = MessageEncoder.encode(JOINTS, Map.of("position", new double[18], "name", List.of("a", "b")));
        byte[] good = new byte[encoded.remaining()];
        encoded.get(good);
        try (RawPublisher publisher = new RawPublisher(); XmlRpcServer slave = slaveOf(publisher)) {
            String uri = "http://127.0.0.1:" + slave.address().getPort() + "/";
            client.call(master, "registerPublisher", "/raw", "/keypoints", "sensor_msgs/JointState", uri);
            Socket socket = publisher.acceptAs("sensor_msgs/JointState", JOINTS.md5());
            for (int i = 0; i < frames; i++) {
                byte[] frame = RawPublisher.frame(mutated(good));
                boolean impossible = i % 4_000 == 3_999;
                frame[3] = (byte) (impossible ? 0x7f : frame[3]);
                socket.getOutputStream().write(frame);
                if (impossible) {
                    socket.close();
                    socket = publisher.acceptAs("sensor_msgs/JointState", JOINTS.md5());
                }
            }
            socket.close();
            client.call(master, "unregisterPublisher", "/raw", "/keypoints", uri);
        }
    }

    private static XmlRpcServer slaveOf(RawPublisher publisher) throws IOException {
        return new XmlRpcServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), new XmlRpcHandler() {
            @Override
            public Object handle(String method, List<Object> params) {
                return List.of(1, "", List.of("TCPROS", "127.0.0.1", publisher.address().getPort()));
            }

            @Override
            public List<String> methodNames() {
                return List.of("requestTopic");
            }
        });
    }

    /** A state from now on, of a tick that was not late by a whole period: its stamp says which period it belongs to. */
    private static Map<String, Object> newest(OwnTopic states) {
        long nowNs = System.currentTimeMillis() * 1_000_000;
        return states.await(state -> stamp(state) > nowNs && (long) state.get("lateness") < PERIOD_NS);
    }

    private static long stamp(Map<String, Object> state) {
        return (long) ((Map<?, ?>) state.get("header")).get("stamp");
    }

    private static long heapAfterCollection() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
