package dev.dpros.ros2.wire;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Packets recorded from a real ROS 2 (jazzy.txt). */
public final class Recorded {
    private Recorded() {}

    /** A packet by its name in the file. */
    public static byte[] bytes(String name) {
        try (InputStream in = Recorded.class.getResourceAsStream("jazzy.txt")) {
            String line = new String(in.readAllBytes(), StandardCharsets.US_ASCII).lines()
                    .filter(text -> text.startsWith(name + " ")).findFirst().orElseThrow();
            return HexFormat.of().parseHex(line.substring(name.length() + 1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same in a direct buffer. */
    public static ByteBuffer packet(String name) {
        return direct(bytes(name));
    }

    /** Bytes in a direct buffer of their length. */
    public static ByteBuffer direct(byte[] bytes) {
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }
}
