package dev.dpros.ros2.discovery;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;
import java.util.TreeSet;

/** Payloads recorded from a real ROS 2. */
public final class Recorded {
    private static final Properties JAZZY = load();

    private Recorded() {}

    private static Properties load() {
        try (InputStream in = Recorded.class.getResourceAsStream("/dev/dpros/ros2/discovery/jazzy.properties")) {
            Properties properties = new Properties();
            properties.load(in);
            return properties;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One of them, from its encapsulation on. */
    public static ByteBuffer of(String name) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(JAZZY.getProperty(name))).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Names of all. */
    public static List<String> names() {
        return List.copyOf(new TreeSet<>(JAZZY.stringPropertyNames()));
    }
}
