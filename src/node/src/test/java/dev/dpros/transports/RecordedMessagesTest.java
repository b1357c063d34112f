package dev.dpros.transports;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.MessageType;
import dev.dpros.core.MessageTypes;
import dev.dpros.core.PictureReader;
import dev.dpros.core.VectorReader;
import dev.dpros.messages.ImageWriter;
import dev.dpros.messages.JointStateWriter;
import dev.dpros.node.record.RosMessageReaders;
import dev.dpros.recording.journal.SourceInfo;
import dev.dpros.ros.message.SchemaCatalog;
import dev.dpros.ros2.message.Ros2Catalog;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Recordings of either middleware are read, told apart by the checksums in them. */
class RecordedMessagesTest {
    private static final long STAMP_NS = 1_700_000_000_000_000_007L;

    private static SourceInfo source(MessageTypes types, String name) {
        MessageType type = types.message(name);
        return new SourceInfo(0, "k", SourceInfo.Role.OBSERVATION, "/t", type.type(), type.checksum(), type.definition());
    }

    @Test
    void shouldReadJointsByName() {
        for (MessageTypes types : List.of(SchemaCatalog.packaged(), Ros2Catalog.packaged())) {
            SourceInfo source = source(types, "sensor_msgs/JointState");
            VectorReader reader = new RosMessageReaders(Transports::recorded).vector(source, "position[elbow,wrist]");
            float[] out = new float[2];
            ByteBuffer message = new JointStateWriter(types, List.of("wrist", "elbow"), "b").write(STAMP_NS, new double[] {1, 2}, null);
            assertTrue(reader.read(message, out, 0), source.md5());
            assertArrayEquals(new float[] {2, 1}, out);
            assertEquals(STAMP_NS, reader.stampNs(message));
            assertTrue(source.startsWithHeader());
            assertEquals(STAMP_NS, source.headerStampNs(message));
        }
    }

    @Test
    void shouldReadPictures() {
        byte[] pixels = {1, 2, 3, 4, 5, 6};
        for (MessageTypes types : List.of(SchemaCatalog.packaged(), Ros2Catalog.packaged())) {
            PictureReader reader = new RosMessageReaders(Transports::recorded).pictures(source(types, "sensor_msgs/Image"), "k", false);
            ByteBuffer sent = new ImageWriter(types, 2, 1, "rgb8", 3, "cam").write(STAMP_NS, pixels);
            ByteBuffer message = ByteBuffer.allocateDirect(sent.remaining()).order(ByteOrder.LITTLE_ENDIAN).put(sent).flip();
            assertArrayEquals(pixels, reader.read(message), reader.problem());
        }
    }
}
