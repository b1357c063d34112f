package dev.dpros.ros.tcpros;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.MessageSlots;
import dev.dpros.core.SystemClock;
import dev.dpros.ros.testing.Allocation;
import dev.dpros.ros.testing.Await;
import dev.dpros.ros.testing.CollectingSlots;
import dev.dpros.ros.testing.RawPublisher;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class TopicSubscriberTest {
    private static final URI ONE = URI.create("http://127.0.0.1:1/");
    private static final URI TWO = URI.create("http://127.0.0.1:2/");
    private static final int MAX_BYTES = 4 << 20;

    private final RawPublisher publisher = new RawPublisher();
    private final CollectingSlots slots = new CollectingSlots();
    private TopicSubscriber subscriber;

    private TopicSubscriber subscribe(String type, String md5, MessageSlots target) {
        subscriber = new TopicSubscriber("/raw", type, md5, "", target, new TopicSubscriber.Context("/test",
                new SystemClock(), (uri, topic) -> publisher.address(), MAX_BYTES, closing -> { }));
        subscriber.setPublishers(List.of(ONE), false);
        return subscriber;
    }

    @AfterEach
    void close() {
        subscriber.close();
        publisher.close();
    }

    private static byte[] payload(ByteBuffer message) {
        byte[] bytes = new byte[message.remaining()];
        message.get(bytes);
        return bytes;
    }

    @Test
    void shouldAssembleMessagesFromAnyPieces() throws IOException {
        subscribe("*", "*", slots);
        Random random = new Random(3);
        try (Socket socket = publisher.acceptAs("a/B", "1")) {
            OutputStream out = socket.getOutputStream();
            for (int size : new int[] {0, 1, 3, 100, 16384, 16381, 70_000, 1_000_000, 5}) {
                byte[] message = new byte[size];
                random.nextBytes(message);
                byte[] frame = RawPublisher.frame(message);
                int cut = random.nextInt(frame.length);
                out.write(frame, 0, cut);
                out.flush();
                out.write(frame, cut, frame.length - cut);
                assertArrayEquals(message, payload(slots.next()));
            }
        }
        assertEquals(9, subscriber.received());
    }

    @Test
    void shouldRefuseAHugeLengthAndConnectAgain() throws IOException {
        subscribe("*", "*", slots);
        for (byte[] length : new byte[][] {{-1, -1, -1, -1}, {1, 0, 64, 0}}) {
            try (Socket socket = publisher.acceptAs("a/B", "1")) {
                socket.getOutputStream().write(length);
                assertEquals(-1, socket.getInputStream().read(), "the subscriber closes");
            }
        }
        try (Socket socket = publisher.acceptAs("a/B", "1")) {
            socket.getOutputStream().write(RawPublisher.frame((byte) 9));
            assertArrayEquals(new byte[] {9}, payload(slots.next()));
        }
        assertEquals(2, subscriber.rejected());
    }

    @Test
    void shouldSkipWhatTheSlotsDoNotAccept() throws IOException {
        CollectingSlots small = new CollectingSlots(10);
        subscribe("*", "*", small);
        try (Socket socket = publisher.acceptAs("a/B", "1")) {
            socket.getOutputStream().write(RawPublisher.frame(new byte[100_000]));
            socket.getOutputStream().write(RawPublisher.frame((byte) 7));
            assertArrayEquals(new byte[] {7}, payload(small.next()));
        }
        assertEquals(1, subscriber.rejected());
        assertEquals(1, subscriber.received());
    }

    @Test
    void shouldAbandonAHalfMessageWhenTheConnectionBreaks() throws IOException {
        subscribe("*", "*", slots);
        try (Socket socket = publisher.acceptAs("a/B", "1")) {
            socket.getOutputStream().write(new byte[] {100, 0, 0, 0, 1, 2});
        }
        try (Socket socket = publisher.acceptAs("a/B", "1")) {
            socket.getOutputStream().write(RawPublisher.frame((byte) 5));
            assertArrayEquals(new byte[] {5}, payload(slots.next()));
        }
        assertEquals(1, slots.abandoned);
    }

    @Test
    void shouldSayWhyAPublisherIsRefused() throws IOException {
        subscribe("std_msgs/String", "992ce8a1687cec8c8bd883ec73ca41d1", slots);
        try (Socket socket = publisher.acceptAs("std_msgs/Int32", "da5909fbe378aeaf85e547e830cc1bb7")) {
            assertEquals(-1, socket.getInputStream().read());
        }
        Await.until("the refusal is there", () -> !subscriber.refusals().isEmpty());
        assertTrue(subscriber.refusals().get(0).contains("expected type std_msgs/String"
                + " (md5 992ce8a1687cec8c8bd883ec73ca41d1), found std_msgs/Int32"), subscriber.refusals()::toString);
        try (Socket socket = publisher.accept()) {
            ByteBuffer error = ConnectionHeader.encode(Map.of("error", "no such\ntopic"));
            socket.getOutputStream().write(error.array());
            Await.until("the publisher's own reason is there",
                    () -> subscriber.refusals().stream().anyMatch(reason -> reason.endsWith("no such topic")));
        }
    }

    @Test
    void shouldTakeOverFromAPublisherThatStallsInMidMessage() throws IOException {
        subscribe("*", "*", slots);
        try (Socket stalled = publisher.acceptAs("a/B", "1")) {
            stalled.getOutputStream().write(new byte[] {100, 0, 0, 0, 1, 2});
            subscriber.setPublishers(List.of(ONE, TWO), false);
            try (Socket healthy = publisher.acceptAs("a/B", "1")) {
                healthy.getOutputStream().write(RawPublisher.frame((byte) 5));
                assertArrayEquals(new byte[] {5}, payload(slots.next()));
            }
        }
    }

    @Test
    void shouldDropAPublisherThatTheMasterNoLongerLists() throws IOException {
        subscribe("*", "*", slots);
        try (Socket socket = publisher.acceptAs("a/B", "1")) {
            Await.until("connected", () -> subscriber.publishers() == 1);
            subscriber.setPublishers(List.of(), true);
            assertEquals(1, subscriber.publishers(), "kept after a restart of the master");
            subscriber.setPublishers(List.of(), false);
            assertEquals(-1, socket.getInputStream().read());
        }
    }

    @Test
    void shouldSurviveRandomBytesInPlaceOfAHeader() throws IOException {
        subscribe("*", "*", slots);
        Random random = new Random(11);
        byte[] garbage = new byte[600];
        for (int i = 0; i < 8; i++) {
            random.nextBytes(garbage);
            if (i % 2 == 0) {
                garbage[2] = 0;
                garbage[3] = 0;
            }
            try (Socket socket = publisher.accept()) {
                socket.getOutputStream().write(garbage);
            } catch (IOException e) {
                // the subscriber may close first
            }
            subscriber.setPublishers(List.of(ONE), false);
        }
        try (Socket socket = publisher.acceptAs("a/B", "1")) {
            socket.getOutputStream().write(RawPublisher.frame((byte) 5));
            assertArrayEquals(new byte[] {5}, payload(slots.next()));
        }
    }

    /** One slot, used again and again. */
    private static final class OneSlot implements MessageSlots {
        private final ByteBuffer slot = ByteBuffer.allocateDirect(1 << 20).order(ByteOrder.LITTLE_ENDIAN);
        private volatile long commits;

        @Override
        public ByteBuffer claim(int length) {
            return slot.clear().limit(length);
        }

        @Override
        @SuppressWarnings("NonAtomicOperationOnVolatileField")
        public void commit(long receivedNs, long receivedRosNs) {
            commits = commits + 1;
        }

        @Override
        public void abandon() {
            slot.clear();
        }
    }

    @Test
    void shouldReceiveImagesAndJointStatesWithoutAllocation() throws IOException {
        OneSlot slot = new OneSlot();
        subscribe("*", "*", slot);
        byte[] image = RawPublisher.frame(new byte[640 * 480 * 3 + 60]);
        byte[] joints = RawPublisher.frame(new byte[300]);
        try (Socket socket = publisher.acceptAs("a/B", "1")) {
            long least = Long.MAX_VALUE;
            assertTrue(Allocation.ofThreads("ros-io-sub-/raw") > 0, "the thread is found");
            for (int round = 0; round < 6; round++) {
                long before = Allocation.ofThreads("ros-io-sub-/raw");
                long expected = slot.commits + 200 + 2000;
                for (int i = 0; i < 200; i++) {
                    socket.getOutputStream().write(image);
                    for (int k = 0; k < 10; k++) {
                        socket.getOutputStream().write(joints);
                    }
                }
                Await.until("everything arrives", () -> slot.commits == expected);
                least = Math.min(least, Allocation.ofThreads("ros-io-sub-/raw") - before);
            }
            assertEquals(0, least);
        }
    }
}
