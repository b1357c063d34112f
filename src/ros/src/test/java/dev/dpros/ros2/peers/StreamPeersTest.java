package dev.dpros.ros2.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.SystemClock;
import dev.dpros.ros.testing.Await;
import dev.dpros.ros.testing.RosTool;
import dev.dpros.ros2.discovery.DomainParticipant;
import dev.dpros.ros2.discovery.DomainSettings;
import dev.dpros.ros2.discovery.Durability;
import dev.dpros.ros2.discovery.EndpointQos;
import dev.dpros.ros2.discovery.EndpointSpec;
import dev.dpros.ros2.discovery.LocalReader;
import dev.dpros.ros2.discovery.LocalWriter;
import dev.dpros.ros2.discovery.MatchListener;
import dev.dpros.ros2.discovery.ParticipantOptions;
import dev.dpros.ros2.discovery.ReaderOptions;
import dev.dpros.ros2.message.CdrEncoder;
import dev.dpros.ros2.message.Ros2Catalog;
import dev.dpros.ros2.rtps.SampleInfo;
import dev.dpros.ros2.rtps.SampleSink;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Joint states at up to 500 Hz and images of 0.9 MB at a sixteenth of it, to and from real DDS peers, which lose packets on purpose in both
 * directions: what is reliable arrives, once, in order and whole.
 */
@Tag("realpeer")
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class StreamPeersTest {
    private static final AtomicInteger DOMAINS = new AtomicInteger((int) (ProcessHandle.current().pid() % 20));
    private static final int PIXELS = 640 * 480 * 3;
    private static final int EVERY = 16;
    private static final int JOINTS = 960;
    private static final int IMAGES = JOINTS / EVERY;
    private static final int MAX_BYTES = 1 << 20;

    private final int domain = 100 + DOMAINS.getAndIncrement() % 20;

    /** Counts samples with a number in their stamp, and what is wrong with them. */
    private static final class Numbered implements SampleSink {
        private final ByteBuffer place = ByteBuffer.allocateDirect(MAX_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        private final boolean image;
        private int last;
        private volatile int count;
        private volatile String wrong = "";

        Numbered(boolean image) {
            this.image = image;
        }

        @Override
        public ByteBuffer claim(SampleInfo info, int length) {
            return place.clear().limit(length);
        }

        @Override
        public void commit(SampleInfo info, long receivedNs, long receivedRosNs) {
            int number = place.getInt(8 - 4);
            if (number != last + 1) {
                wrong += number + " after " + last + "; ";
            }
            int from = place.limit() - PIXELS;
            for (int i = 0; image && i < PIXELS; i++) {
                if (place.get(from + i) != pixel(i, number)) {
                    wrong += "pixel " + i + " of " + number + "; ";
                    break;
                }
            }
            last = number;
            count++;
        }

        @Override
        public void abandon() {
        }
    }

    private static byte pixel(int index, int number) {
        return (byte) (index * 7 + number);
    }

    private DomainParticipant participant() {
        return DomainParticipant.open(DomainSettings.local(domain), ParticipantOptions.of("streams", new SystemClock()));
    }

    private static EndpointSpec spec(String topic, String type, int depth) {
        return new EndpointSpec(topic, "sensor_msgs::msg::dds_::" + type + "_", EndpointQos.of(true, Durability.VOLATILE, depth), "");
    }

    @ParameterizedTest
    @CsvSource({"CYCLONE_STREAM, 0", "CYCLONE_STREAM, 5", "CYCLONE_STREAM, 20", "FAST_STREAM, 0", "FAST_STREAM, 5", "FAST_STREAM, 20"})
    void shouldTakeAllThatAPeerWrites(DdsPeer peer, int lostPerMille) {
        Numbered joints = new Numbered(false);
        Numbered images = new Numbered(true);
        try (DomainParticipant own = participant();
                LocalReader jointReader = own.reader(spec("rt/joints", "JointState", 10), new ReaderOptions(MAX_BYTES, true), joints, MatchListener.NONE);
                LocalReader imageReader = own.reader(spec("rt/image", "Image", 10), new ReaderOptions(MAX_BYTES, true), images, MatchListener.NONE);
                RosTool tool = peer.startLosing(lostPerMille, domain, "pub", Integer.toString(JOINTS), "r")) {
            Await.until("its writers", () -> jointReader.matches() == 1 && imageReader.matches() == 1);
            tool.awaitLine("wrote " + JOINTS);
            Await.until("all joint states and images", () -> joints.count >= JOINTS && images.count >= IMAGES);
            assertEquals("", joints.wrong + images.wrong);
            assertEquals(List.of(JOINTS, IMAGES), List.of(joints.count, images.count));
            assertTrue(lostPerMille == 0 || imageReader.reader().repairsAsked() > 0);
        }
    }

    @ParameterizedTest
    @CsvSource({"CYCLONE_STREAM, 0", "CYCLONE_STREAM, 5", "CYCLONE_STREAM, 20", "FAST_STREAM, 0", "FAST_STREAM, 5", "FAST_STREAM, 20"})
    void shouldGiveAllToAPeer(DdsPeer peer, int lostPerMille) {
        Ros2Catalog catalog = Ros2Catalog.packaged();
        ByteBuffer image = direct(CdrEncoder.encode(catalog.message("sensor_msgs/Image"), Map.of("height", 480, "width", 640, "encoding", "rgb8",
                "step", 1920, "data", new byte[PIXELS])));
        try (DomainParticipant own = participant();
                LocalWriter jointWriter = own.writer(spec("rt/joints", "JointState", JOINTS), MAX_BYTES, MatchListener.NONE);
                LocalWriter imageWriter = own.writer(spec("rt/image", "Image", IMAGES), MAX_BYTES, MatchListener.NONE);
                RosTool tool = peer.startLosing(lostPerMille, domain, "sub", Integer.toString(JOINTS), "r")) {
            Await.until("its readers", () -> jointWriter.matches() == 1 && imageWriter.matches() == 1);
            tool.awaitLine("matched");
            long startNs = System.nanoTime();
            for (int i = 1; i <= JOINTS; i++) {
                double position = i * 0.25;
                jointWriter.writer().publish(direct(CdrEncoder.encode(catalog.message("sensor_msgs/JointState"), Map.of(
                        "header", Map.of("stamp", Map.of("sec", i, "nanosec", 0)), "name", List.of("a", "b", "c"),
                        "position", List.of(position, 1.0, 2.0)))));
                if (i % EVERY == 0) {
                    image.order(ByteOrder.LITTLE_ENDIAN).putInt(4, i / EVERY);
                    for (int k = 0; k < PIXELS; k++) {
                        image.put(image.limit() - PIXELS + k, pixel(k, i / EVERY));
                    }
                    imageWriter.writer().publish(image);
                }
                LockSupport.parkNanos(startNs + i * 2_000_000L - System.nanoTime());
            }
            tool.awaitLine("took " + JOINTS + " joints " + IMAGES + " images 0 wrong");
            assertTrue(lostPerMille == 0 || imageWriter.writer().repaired() > 0);
        }
    }

    private static ByteBuffer direct(ByteBuffer payload) {
        return ByteBuffer.allocateDirect(payload.remaining()).put(payload).flip();
    }
}
