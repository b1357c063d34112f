package dev.dpros.ros.tcpros;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.dpros.core.InputException;
import dev.dpros.ros.message.MessageDecoder;
import dev.dpros.ros.message.MessageDefinitions;
import dev.dpros.ros.message.MessageEncoder;
import dev.dpros.ros.message.MessageSchema;
import dev.dpros.ros.message.SchemaCatalog;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Mutated bytes give a stated error or a value: never another exception, never memory that the bytes do not warrant. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class WireFuzzTest {
    private static final int MUTATIONS = 100_000;

    private static ByteBuffer mutated(byte[] good, Random random) {
        byte[] bytes = good.clone();
        for (int k = random.nextInt(4); k >= 0; k--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        return ByteBuffer.wrap(bytes, 0, random.nextInt(bytes.length + 1)).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Test
    void shouldSurviveMutatedConnectionHeaders() {
        Map<String, String> fields = new LinkedHashMap<>(Map.of("topic", "/camera", "md5sum", "*", "callerid", "/a",
                "type", "sensor_msgs/Image", "tcp_nodelay", "1"));
        ByteBuffer encoded = ConnectionHeader.encode(fields).position(4).slice();
        byte[] good = new byte[encoded.remaining()];
        encoded.get(good);
        Random random = new Random(1);
        for (int i = 0; i < MUTATIONS; i++) {
            try {
                ConnectionHeader.decode(mutated(good, random));
            } catch (ProtocolException e) {
                assertEquals(1, e.getMessage().lines().count());
            }
        }
    }

    @Test
    void shouldReadBackWhatItWrites() throws ProtocolException {
        Map<String, String> fields = Map.of("message_definition", "a=b\n=c", "empty", "");
        assertEquals(fields, ConnectionHeader.decode(ConnectionHeader.encode(fields).position(4)));
        assertThrows(ProtocolException.class, () -> ConnectionHeader.decode(ByteBuffer.wrap(new byte[3])));
    }

    @Test
    void shouldSurviveMutatedMessages() {
        MessageSchema schema = SchemaCatalog.packaged().message("visualization_msgs/MarkerArray");
        ByteBuffer encoded = MessageEncoder.encode(schema, Map.of("markers", List.of(
                Map.of("ns", "plan", "points", List.of(Map.of("x", 1), Map.of("y", 2)), "text", "t"), Map.of("id", 2))));
        byte[] good = new byte[encoded.remaining()];
        encoded.get(good);
        Random random = new Random(2);
        for (int i = 0; i < MUTATIONS / 2; i++) {
            try {
                MessageDecoder.decode(schema, mutated(good, random));
            } catch (InputException e) {
                assertEquals(1, e.getMessage().lines().count());
            }
        }
    }

    @Test
    void shouldSurviveMutatedMessageDefinitions() {
        MessageSchema schema = SchemaCatalog.packaged().message("geometry_msgs/PoseStamped");
        byte[] good = schema.definition().getBytes(StandardCharsets.UTF_8);
        Random random = new Random(3);
        for (int i = 0; i < 5_000; i++) {
            ByteBuffer bytes = mutated(good, random);
            try {
                MessageSchema parsed = MessageDefinitions.parse(schema.type(), StandardCharsets.UTF_8.decode(bytes).toString());
                assertEquals(32, parsed.md5().length());
            } catch (InputException e) {
                assertEquals(1, e.getMessage().lines().count(), e.getMessage());
            }
        }
    }
}
