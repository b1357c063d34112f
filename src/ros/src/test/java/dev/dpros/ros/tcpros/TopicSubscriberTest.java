package dev.dpros.ros.tcpros;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.InputException;
import dev.dpros.core.MessageSlots;
import dev.dpros.core.SystemClock;
import dev.dpros.core.Transport.Subscription;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("long")
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class TopicSubscriberTest {
    private static final URI ONE = URI.create("http://127.0.0.1:1/");
    private static final URI TWO = URI.create("http://127.0.0.1:2/");
    private static final int MAX_BYTES = 4 << 20;

    private final RawPublisher publisher = new RawPublisher();
    private final CollectingSlots slots = new CollectingSlots();
    private TopicSubscriber subscriber;
    private int subscriptions;

    private TopicSubscriber subscribe(String type, String md5, MessageSlots target) {
        subscriber = new TopicSubscriber("/raw", new TopicSubscriber.Context("/test",
                new SystemClock(), (uri, topic) -> publisher.address(), MAX_BYTES, closing -> --subscriptions == 0));
        join(type, md5, target);
        subscriber.setPublishers(List.of(ONE), false);
        return subscriber;
    }

    private Subscription join(String type, String md5, MessageSlots target) {
        subscriptions++;
        return subscriber.subscribe(new TopicSubscriber.Wanted(type, md5, ""), target);
    }

    @AfterEach
    void close() {
        subscriber.stop();
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

    @Test
    void shouldHandOneConnectionsMessagesToEverySubscription() throws IOException {
        CollectingSlots later = new CollectingSlots();
        CollectingSlots small = new CollectingSlots(2);
        MessageSlots failing = new MessageSlots() {
            @Override
            public ByteBuffer claim(int length) {
                throw new IllegalStateException("a receiver that fails");
            }

            @Override
            public void commit(long receivedNs, long receivedRosNs) {}

            @Override
            public void abandon() {}
        };
        subscribe("*", "*", slots);
        try (Socket socket = publisher.acceptAs("a/B", "1")) {
            OutputStream out = socket.getOutputStream();
            out.write(RawPublisher.frame((byte) 1));
            assertArrayEquals(new byte[] {1}, payload(slots.next()));
            Subscription second = join("a/B", "1", later);
            Subscription third = join("*", "*", small);
            join("*", "*", failing);
            out.write(RawPublisher.frame((byte) 2, (byte) 2, (byte) 2));
            out.write(RawPublisher.frame((byte) 3));
            assertArrayEquals(new byte[] {2, 2, 2}, payload(slots.next()));
            assertArrayEquals(new byte[] {3}, payload(slots.next()));
            assertArrayEquals(new byte[] {2, 2, 2}, payload(later.next()));
            assertArrayEquals(new byte[] {3}, payload(later.next()));
            assertArrayEquals(new byte[] {3}, payload(small.next()));
            assertEquals(1, third.rejected());
            assertEquals(2, second.received());
            Await.until("counted", () -> subscriber.received() == 3);
            second.close();
            out.write(RawPublisher.frame((byte) 4));
            assertArrayEquals(new byte[] {4}, payload(slots.next()));
            assertEquals(0, later.size());
            assertEquals(1, subscriber.connections().size());
            assertEquals(1, subscriber.publishers());
        }
    }

    @Test
    void shouldCloseTheConnectionWithTheLastSubscription() throws IOException {
        subscriber = new TopicSubscriber("/raw", new TopicSubscriber.Context("/test", new SystemClock(),
                (uri, topic) -> publisher.address(), MAX_BYTES, closing -> --subscriptions == 0));
        Subscription first = join("*", "*", slots);
        Subscription second = join("*", "*", new CollectingSlots());
        subscriber.setPublishers(List.of(ONE), false);
        try (Socket socket = publisher.acceptAs("a/B", "1")) {
            first.close();
            first.close();
            assertEquals(1, subscriptions, "closing twice counts once");
            Await.until("connected", () -> second.publishers() == 1);
            second.close();
            assertEquals(-1, socket.getInputStream().read());
        }
    }

    @Test
    void shouldGiveALaterSubscriptionWhatWasLatched() throws IOException {
        subscribe("*", "*", slots);
        try (Socket socket = publisher.accept()) {
            ByteBuffer header = ConnectionHeader.encode(Map.of("type", "a/B", "md5sum", "1", "latching", "1"));
            socket.getOutputStream().write(header.array(), 0, header.limit());
            for (byte i = 1; i < 4; i++) {
                socket.getOutputStream().write(RawPublisher.frame(i));
                assertArrayEquals(new byte[] {i}, payload(slots.next()));
            }
            CollectingSlots later = new CollectingSlots();
            join("*", "*", later);
            assertArrayEquals(new byte[] {3}, payload(later.next()));
            socket.getOutputStream().write(RawPublisher.frame((byte) 4));
            assertArrayEquals(new byte[] {4}, payload(later.next()));
            assertArrayEquals(new byte[] {4}, payload(slots.next()));
        }
        Await.until("gone", () -> subscriber.publishers() == 0);
        CollectingSlots last = new CollectingSlots();
        join("*", "*", last);
        assertEquals(0, last.size(), "a publisher that is gone has nothing to say");
    }

    @Test
    void shouldRefuseASecondTypeOfOneTopic() {
        subscribe("a/B", "1", slots);
        assertThrows(InputException.class, () -> join("a/C", "2", new CollectingSlots()));
    }

    @Test
    void shouldTryAFewOfThousandsOfPublishersAtATime() throws IOException {
        URI alive = URI.create("http://127.0.0.1:77/");
        subscriptions = 1;
        subscriber = new TopicSubscriber("/many", new TopicSubscriber.Context("/test", new SystemClock(), (uri, topic) -> {
            if (uri.equals(alive)) {
                return publisher.address();
            }
            throw new IOException("nobody there");
        }, MAX_BYTES, closing -> true));
        subscriber.subscribe(TopicSubscriber.Wanted.ANY, slots);
        List<URI> listed = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            listed.add(i == 50 ? alive : URI.create("http://127.0.0.1:1/" + i % 1500));
        }
        subscriber.setPublishers(listed, false);
        assertEquals(16, subscriber.connections().size());
        try (Socket socket = publisher.acceptAs("a/B", "1")) {
            socket.getOutputStream().write(RawPublisher.frame((byte) 5));
            assertArrayEquals(new byte[] {5}, payload(slots.next()));
            subscriber.setPublishers(listed, false);
            assertTrue(subscriber.connections().size() <= 17, "sixteen tried and one connected");
            long threads = Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.getName().startsWith("ros-io-sub-/many")).count();
            assertTrue(threads <= 2 * 17, threads + " threads, of which some are ending");
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

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void shouldReceiveImagesAndJointStatesWithoutAllocation(int subscriptions) throws IOException {
        OneSlot slot = new OneSlot();
        subscribe("*", "*", slot);
        for (int more = 1; more < subscriptions; more++) {
            join("*", "*", new OneSlot());
        }
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
