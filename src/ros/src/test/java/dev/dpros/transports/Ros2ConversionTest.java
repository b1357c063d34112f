package dev.dpros.transports;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.InputException;
import dev.dpros.core.MessageConversion;
import dev.dpros.ros.message.MessageDefinitions;
import dev.dpros.ros.message.MessageEncoder;
import dev.dpros.ros.message.MessageSchema;
import dev.dpros.ros.message.SchemaCatalog;
import dev.dpros.ros2.message.Ros2Catalog;
import dev.dpros.ros2.message.Ros2Schema;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Types of ROS 1 in the language of ROS 2. */
class Ros2ConversionTest {
    private static final Set<String> CHANGED = Set.of("control_msgs/JointTrajectoryControllerState");

    private static MessageSchema ros1(String type) {
        try {
            return SchemaCatalog.packaged().message(type);
        } catch (InputException e) {
            return null;
        }
    }

    /** All but those that ROS 2 gave other fields. */
    @Test
    void shouldGiveTheTypesThatRos2Has() {
        int same = 0;
        for (String file : Ros2Catalog.packagedFiles()) {
            MessageSchema ros1 = file.contains("/msg/") ? ros1(file.replace("/msg/", "/").replace(".msg", "")) : null;
            if (ros1 != null && !CHANGED.contains(ros1.type())) {
                MessageConversion converted = Transports.toRos2(ros1.type(), ros1.md5(), ros1.definition());
                Ros2Schema known = Ros2Catalog.packaged().message(ros1.type());
                assertEquals(known.hash(), converted.type().checksum(), ros1.type());
                int bytes = known.encode(Map.of()).limit();
                assertEquals(bytes, converted.convert(MessageEncoder.encode(ros1, Map.of())).limit(), ros1.type());
                same++;
            }
        }
        assertTrue(same > 50, same + " types");
    }

    @Test
    void shouldConvertTimesHeadersArraysAndNames() {
        String line = "=".repeat(80) + "\n";
        String definition = "# about\nuint8 idle=0\nstring WHO=it's \"me\" # no comment\nfloat32 PI=3.14\nHeader header\ntime[] when\nduration[2] took\n"
                + "Inner[] inners\nuint8[] rawData\nbool K\nstring[2] names\n" + line + "MSG: std_msgs/Header\nuint32 seq\ntime stamp\nstring frame_id\n"
                + line + "MSG: a_msgs/Inner\ntime t\nint64 x\n";
        Map<String, Object> header = Map.of("seq", 7L, "stamp", 5_000_000_009L, "frame_id", "f");
        ByteBuffer recorded = MessageEncoder.encode(MessageDefinitions.parse("a_msgs/Outer", definition), Map.of("header", header,
                "when", new long[] {1, 2_000_000_003L}, "took", new long[] {-1, 4}, "inners", List.of(Map.of("t", 6L, "x", -8L)),
                "rawData", new byte[] {1, 2, 3}, "K", true, "names", List.of("a", "bc")));
        MessageConversion converted = Transports.toRos2("a_msgs/Outer", "", definition);
        assertEquals("a_msgs/Outer", converted.type().type());
        assertEquals("""
                uint8 IDLE=0
                string WHO="it's \\"me\\" # no comment"
                float32 PI=3.14
                std_msgs/Header header
                builtin_interfaces/Time[] when
                builtin_interfaces/Duration[2] took
                a_msgs/Inner[] inners
                uint8[] raw_data
                bool k
                string[2] names
                """ + line + "MSG: std_msgs/Header\nbuiltin_interfaces/Time stamp\nstring frame_id\n"
                + line + "MSG: builtin_interfaces/Time\nint32 sec\nuint32 nanosec\n"
                + line + "MSG: builtin_interfaces/Duration\nint32 sec\nuint32 nanosec\n"
                + line + "MSG: a_msgs/Inner\nbuiltin_interfaces/Time t\nint64 x\n", converted.type().definition().replaceAll("\n+", "\n"));
        Map<String, Object> values = converted.type().decode(converted.convert(recorded));
        assertEquals(5_000_000_009L, ((Map<?, ?>) values.get("header")).get("stamp"));
        assertEquals("f", ((Map<?, ?>) values.get("header")).get("frame_id"));
        assertEquals(Map.of("t", 6L, "x", -8L), ((List<?>) values.get("inners")).get(0));
        assertEquals(List.of("a", "bc"), values.get("names"));
        assertEquals(true, values.get("k"));
        assertEquals(3, ((byte[]) values.get("raw_data"))[2]);
        assertNull(converted.convert(recorded.slice(0, 30)));
    }

    @Test
    void shouldRefuseNamesThatBecomeOne() {
        InputException error = assertThrows(InputException.class,
                () -> Transports.toRos2("a_msgs/B", "", "float64 K\nfloat64 k\n"));
        assertEquals("a_msgs/B: fields: expected names that differ in ROS 2, found 'k' twice", error.getMessage());
    }
}
