package dev.dpros.ros2.rtps;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Images and joint states over a network that loses, doubles and reorders packets in both directions: all arrive, once, in order. */
@Tag("long")
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class LossTest {
    private static final int IMAGE_BYTES = 921_648;
    private static final int IMAGES = 60;
    private static final int JOINT_BYTES = 276;
    private static final int JOINTS = 1000;

    @ParameterizedTest
    @CsvSource({"0.005, 63000, 4194304", "0.02, 63000, 4194304", "0.02, 1344, 4194304", "0.005, 63000, 212992"})
    void shouldLoseNothing(double lost, int fragmentBytes, int receiveBufferBytes) throws Exception {
        SocketOptions options = new SocketOptions(receiveBufferBytes, 4 << 20, fragmentBytes, 1344);
        Relay.Faults faults = new Relay.Faults(lost, 0.01, 0.02);
        CheckingSink images = new CheckingSink(Pair.MAX_BYTES, 1);
        CheckingSink joints = new CheckingSink(Pair.MAX_BYTES, 2);
        try (Pair pair = new Pair(options)) {
            Writer imageWriter = pair.writer(1, IMAGES);
            Writer jointWriter = pair.writer(2, JOINTS);
            Reader imageReader = pair.reader(1, ReaderConfig.Port.OWN, images);
            Reader jointReader = pair.reader(2, ReaderConfig.Port.SHARED, joints);
            try (Relay back = new Relay(pair.sender.userAddress(), faults, 1);
                    Relay toImages = new Relay(imageReader.address(), faults, 2);
                    Relay toJoints = new Relay(jointReader.address(), faults, 3)) {
                Pair.match(imageWriter, back.address(), imageReader, toImages.address(), true);
                Pair.match(jointWriter, back.address(), jointReader, toJoints.address(), true);
                publish(imageWriter, jointWriter);
                assertTrue(jointWriter.awaitAcknowledged(60_000));
                assertTrue(imageWriter.awaitAcknowledged(60_000));
                assertTrue(toJoints.lost() > 0 && toImages.lost() > 0, "nothing was lost on the way");
            }
            assertEquals(IMAGES, images.count());
            assertEquals(0, images.wrong());
            assertEquals(JOINTS, joints.count());
            assertEquals(0, joints.wrong());
            assertTrue(imageWriter.repaired() > 0 && imageReader.repairsAsked() > 0);
        }
    }

    /** Joint states at 500 Hz, images at 30 Hz. */
    private static void publish(Writer images, Writer joints) {
        ByteBuffer image = ByteBuffer.allocateDirect(IMAGE_BYTES);
        ByteBuffer joint = ByteBuffer.allocateDirect(JOINT_BYTES);
        long startNs = System.nanoTime();
        for (int i = 0; i < JOINTS; i++) {
            joints.publish(CheckingSink.fill(joint, JOINT_BYTES, i + 1));
            if (i * IMAGES / JOINTS != (i - 1) * IMAGES / JOINTS || i == 0) {
                int number = i * IMAGES / JOINTS + 1;
                images.publish(CheckingSink.fill(image, IMAGE_BYTES, number));
            }
            LockSupport.parkNanos(startNs + (i + 1) * 2_000_000L - System.nanoTime());
        }
    }

    @Test
    void shouldTakeWhatComesWithBestEffort() throws Exception {
        CollectingSink sink = new CollectingSink();
        try (Pair pair = new Pair()) {
            Writer writer = pair.writer(1, 10);
            Reader reader = pair.receiver.reader(new ReaderConfig(0x104, false, false, Pair.MAX_BYTES, ReaderConfig.Port.OWN), sink);
            try (Relay relay = new Relay(reader.address(), new Relay.Faults(0.05, 0.05, 0.05), 5)) {
                Pair.match(writer, pair.sender.userAddress(), reader, relay.address(), false);
                ByteBuffer sample = ByteBuffer.allocateDirect(100);
                for (int i = 1; i <= 1000; i++) {
                    writer.publish(CheckingSink.fill(sample, 100, i));
                    assertTrue(writer.awaitAcknowledged(10_000));
                }
                while (!sink.sequences().contains(999L) && !sink.sequences().contains(1000L) && !sink.sequences().contains(998L)) {
                    Thread.sleep(1);
                }
            }
            long before = 0;
            for (long sequence : sink.sequences()) {
                assertTrue(sequence > before, "out of order");
                before = sequence;
            }
            assertTrue(sink.count() > 800 && sink.count() < 1000, sink.count() + " of 1000");
            assertEquals(0, writer.repaired());
        }
    }
}
