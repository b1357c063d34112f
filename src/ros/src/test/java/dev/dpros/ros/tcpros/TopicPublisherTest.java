package dev.dpros.ros.tcpros;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.Clock;
import dev.dpros.core.ManualClock;
import dev.dpros.core.SystemClock;
import dev.dpros.core.Transport.PublicationOptions;
import dev.dpros.ros.message.SchemaCatalog;
import dev.dpros.ros.testing.Allocation;
import dev.dpros.ros.testing.Await;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class TopicPublisherTest {
    private static final String MD5 = "992ce8a1687cec8c8bd883ec73ca41d1";
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private TcprosServer server;
    private TopicPublisher publisher;

    @BeforeEach
    void listen() throws IOException {
        server = new TcprosServer("/talker", new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), timer);
    }

    @AfterEach
    void close() {
        if (publisher != null) {
            publisher.close();
        }
        server.close();
        timer.shutdownNow();
    }

    private TopicPublisher advertise(boolean latched, int queue) {
        return advertise(latched, queue, new SystemClock());
    }

    private TopicPublisher advertise(boolean latched, int queue, Clock clock) {
        publisher = new TopicPublisher("/raw", SchemaCatalog.packaged().message("std_msgs/String"),
                new PublicationOptions(latched, queue), clock, closing -> { });
        server.add(publisher);
        return publisher;
    }

    private static Map<String, String> header() {
        return new LinkedHashMap<>(Map.of("topic", "/raw", "md5sum", MD5, "type", "std_msgs/String", "callerid", "/me"));
    }

    private Socket connect(Map<String, String> header) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        ByteBuffer out = ConnectionHeader.encode(header);
        socket.getOutputStream().write(out.array(), 0, out.limit());
        return socket;
    }

    private static byte[] frame(Socket socket) throws IOException {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        byte[] bytes = new byte[Integer.reverseBytes(in.readInt())];
        in.readFully(bytes);
        return bytes;
    }

    private static Map<String, String> reply(Socket socket) throws IOException {
        return ConnectionHeader.decode(ByteBuffer.wrap(frame(socket)));
    }

    @Test
    void shouldIntroduceItselfCompletely() throws IOException {
        advertise(true, 1);
        try (Socket socket = connect(header())) {
            assertEquals(Map.of("callerid", "/talker", "latching", "1", "md5sum", MD5, "message_definition",
                    "string data\n", "topic", "/raw", "type", "std_msgs/String"), reply(socket));
        }
    }

    @Test
    void shouldAcceptAnySumAndAnyType() throws IOException {
        advertise(false, 1);
        for (String type : new String[] {"*", "std_msgs/String", null}) {
            Map<String, String> header = header();
            header.put("md5sum", "*");
            header.compute("type", (key, value) -> type);
            try (Socket socket = connect(header)) {
                assertEquals(MD5, reply(socket).get("md5sum"));
            }
        }
    }

    @Test
    void shouldAnswerABadHeaderWithAnErrorAlone() throws IOException {
        advertise(false, 1);
        for (String[] change : new String[][] {{"topic", null}, {"md5sum", null}, {"callerid", null},
            {"md5sum", "00000000000000000000000000000000"}, {"type", "std_msgs/Int32"}, {"topic", "/other"}}) {
            Map<String, String> header = header();
            header.compute(change[0], (key, value) -> change[1]);
            try (Socket socket = connect(header)) {
                Map<String, String> reply = reply(socket);
                assertEquals(1, reply.size(), reply::toString);
                assertTrue(reply.containsKey("error"));
                assertEquals(-1, socket.getInputStream().read());
            }
        }
    }

    @Test
    void shouldSendTheLastLatchedMessageToEachNewSubscriber() throws IOException {
        advertise(true, 1);
        publisher.publish(ByteBuffer.wrap(new byte[] {1}));
        publisher.publish(ByteBuffer.wrap(new byte[] {2}));
        for (int i = 0; i < 2; i++) {
            try (Socket socket = connect(header())) {
                reply(socket);
                assertArrayEquals(new byte[] {2}, frame(socket));
            }
        }
    }

    @Test
    void shouldDropTheOldestForASubscriberThatDoesNotReadAndServeTheOther() throws IOException {
        advertise(false, 3);
        Map<String, String> slow = header();
        slow.put("callerid", "/slow");
        try (Socket stalled = connect(slow); Socket reading = connect(header())) {
            reply(stalled);
            reply(reading);
            Await.until("both are connected", () -> publisher.subscribers() == 2);
            byte[] message = new byte[1 << 20];
            int published = 0;
            while (publisher.dropped() < 20) {
                message[0] = (byte) published++;
                publisher.publish(ByteBuffer.wrap(message));
                assertEquals(message[0], frame(reading)[0], "the reading subscriber gets every message");
            }
            assertEquals(Map.of("/slow", publisher.dropped()), publisher.droppedBy());
            int last = -1;
            for (int i = 0; i < published - 20; i++) {
                int number = frame(stalled)[0] & 0xff;
                assertTrue(number > last, "in order, without repetition");
                last = number;
            }
            assertEquals((published - 1) & 0xff, last, "the newest is kept");
        }
        Await.until("the ends are noticed without publishing", () -> publisher.subscribers() == 0);
        assertEquals(Map.of("/slow", publisher.dropped()), publisher.droppedBy(), "who has left is remembered");
    }

    @Test
    void shouldFlushWhatWasPublishedBeforeClose() throws IOException {
        advertise(false, 100);
        try (Socket socket = connect(header())) {
            reply(socket);
            Await.until("connected", () -> publisher.subscribers() == 1);
            for (int i = 0; i < 8; i++) {
                publisher.publish(ByteBuffer.wrap(new byte[] {(byte) i}));
            }
            publisher.close();
            for (int i = 0; i < 8; i++) {
                assertArrayEquals(new byte[] {(byte) i}, frame(socket));
            }
        }
    }

    @Test
    void shouldSurviveGarbageAndHalfOpenConnections() throws IOException {
        advertise(true, 1);
        publisher.publish(ByteBuffer.wrap(new byte[] {42}));
        Random random = new Random(5);
        byte[] garbage = new byte[200];
        try (Socket silent = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            for (int i = 0; i < 300; i++) {
                random.nextBytes(garbage);
                if (i % 3 > 0) {
                    ByteBuffer.wrap(garbage).order(ByteOrder.LITTLE_ENDIAN).putInt(0, i % 3 == 1 ? 196 : 60);
                }
                try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                    socket.getOutputStream().write(garbage);
                }
            }
            try (Socket socket = connect(header())) {
                reply(socket);
                assertArrayEquals(new byte[] {42}, frame(socket));
            }
            assertTrue(silent.isConnected());
        }
    }

    @Test
    void shouldGiveTheLastMessageToWhoComesWithinItsTimeAndToNobodyLater() throws IOException {
        ManualClock clock = new ManualClock(0);
        advertise(false, 4, clock);
        publisher.publish(ByteBuffer.wrap(new byte[] {1}));
        publisher.publish(ByteBuffer.wrap(new byte[] {2}), 500);
        clock.advanceNs(499);
        try (Socket early = connect(header())) {
            assertEquals("0", reply(early).get("latching"), "it is not latched");
            assertArrayEquals(new byte[] {2}, frame(early));
            clock.advanceNs(1);
            try (Socket late = connect(header())) {
                reply(late);
                Await.until("connected", () -> publisher.subscribers() == 2);
                publisher.publish(ByteBuffer.wrap(new byte[] {3}));
                assertArrayEquals(new byte[] {3}, frame(late));
                assertArrayEquals(new byte[] {3}, frame(early));
            }
        }
    }

    @Test
    void shouldPublishWithoutAllocation() throws IOException {
        advertise(false, 4);
        try (Socket one = connect(header()); Socket two = connect(header())) {
            reply(one);
            reply(two);
            Await.until("connected", () -> publisher.subscribers() == 2);
            ByteBuffer message = ByteBuffer.allocate(2000);
            byte[] sink = new byte[2004];
            long leastCaller = Long.MAX_VALUE;
            long leastIo = Long.MAX_VALUE;
            assertTrue(Allocation.ofThreads("ros-io-pub-/raw") > 0, "the thread is found");
            DataInputStream[] in = {new DataInputStream(one.getInputStream()), new DataInputStream(two.getInputStream())};
            for (int round = 0; round < 8; round++) {
                long io = Allocation.ofThreads("ros-io-pub-/raw");
                leastCaller = Math.min(leastCaller, Allocation.least(1, () -> {
                    for (int i = 0; i < 1000; i++) {
                        publisher.publish(message.clear());
                        readBoth(in, sink);
                    }
                }));
                leastIo = Math.min(leastIo, Allocation.ofThreads("ros-io-pub-/raw") - io);
            }
            assertEquals(0, leastIo);
            assertEquals(0, leastCaller);
        }
    }

    private static void readBoth(DataInputStream[] in, byte[] sink) {
        try {
            in[0].readFully(sink);
            in[1].readFully(sink);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
