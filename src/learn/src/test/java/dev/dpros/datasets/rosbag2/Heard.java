package dev.dpros.datasets.rosbag2;

import dev.dpros.datasets.rosbag.BagConnection;
import dev.dpros.datasets.rosbag.BagReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a bag holds. */
final class Heard implements BagReader.Visitor {
    final Map<Integer, BagConnection> connections = new HashMap<>();
    /** {@code TIME TOPIC TEXT} of each message; the text is that of a std_msgs/String of ROS 2. */
    final List<String> texts = new ArrayList<>();
    long bytes;

    @Override
    public void connection(BagConnection connection) {
        connections.put(connection.id(), connection);
    }

    @Override
    public void message(int connection, long timeNs, ByteBuffer message) {
        bytes += message.remaining();
        if (message.remaining() >= 9 && message.remaining() < 1000) {
            String text = StandardCharsets.UTF_8.decode(message.slice(message.position() + 8, message.remaining() - 9)).toString();
            texts.add(timeNs + " " + connections.get(connection).topic() + " " + text);
        }
    }
}
