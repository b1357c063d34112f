package dev.dpros.ros2.message;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;

/** What a real ROS 2 Jazzy put on the wire. */
public final class Jazzy {
    private static final JsonNode RECORDED = read();

    private Jazzy() {}

    private static JsonNode read() {
        try (InputStream in = Jazzy.class.getResourceAsStream("jazzy.json")) {
            return JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@code messages}, {@code hashes}, {@code service} or {@code action}. */
    public static JsonNode recorded(String part) {
        return RECORDED.get(part);
    }

    /** The bytes of a hexadecimal text, in a little-endian buffer. */
    public static ByteBuffer bytes(String hex) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(hex)).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Hexadecimal text of position to limit. */
    public static String hex(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        return HexFormat.of().formatHex(copy);
    }

    /** The packaged types and the action that was made for the recording, as if it were installed below {@code prefix}. */
    public static Ros2Catalog withCount(Path prefix) throws IOException {
        Path folder = Files.createDirectories(prefix.resolve("share/oracle_msgs/action"));
        Files.writeString(folder.resolve("Count.action"), "int32 target\n---\nint32 total\n---\nint32 current\n");
        return Ros2Catalog.withAmentPrefixPath("/nowhere:" + prefix);
    }
}
