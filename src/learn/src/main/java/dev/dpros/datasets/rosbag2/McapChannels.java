package dev.dpros.datasets.rosbag2;

import dev.dpros.datasets.rosbag.BagConnection;
import dev.dpros.datasets.rosbag.BagReader;
import dev.dpros.recording.journal.SourceInfo;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Schemas and channels of one MCAP file, and what they are as connections. One thread. */
final class McapChannels {
    private final BagReader.Visitor visitor;
    private final Map<Integer, Schema> schemas = new HashMap<>();
    private final Map<Integer, BagConnection> channels = new HashMap<>();

    private record Schema(String name, String encoding, String data) {}

    McapChannels(BagReader.Visitor visitor) {
        this.visitor = visitor;
    }

    void schema(String where, McapFields fields) {
        int id = fields.u16();
        if (id == 0) {
            return; // to be ignored, says the format
        }
        Schema schema = new Schema(fields.name(), fields.name(), StandardCharsets.UTF_8.decode(fields.block()).toString());
        Schema known = schemas.putIfAbsent(id, schema);
        if (known != null && !known.equals(schema)) {
            throw Mcap.damaged(where, "a second schema of number " + id + ", " + known.name + " and " + schema.name);
        }
    }

    void channel(String where, McapFields fields) {
        int id = fields.u16();
        int schemaId = fields.u16();
        String topic = fields.name();
        String encoding = fields.name();
        Map<String, String> metadata = fields.map();
        Schema schema = schemaId == 0 ? new Schema("", "", "") : schemas.get(schemaId);
        if (schema == null) {
            throw Mcap.damaged(where, "topic " + topic + " of schema " + schemaId + ", which is not there");
        }
        BagConnection connection = connection(id, topic, encoding, schema, metadata);
        BagConnection known = channels.putIfAbsent(id, connection);
        if (known == null) {
            visitor.connection(connection);
        } else if (!known.equals(connection)) {
            throw Mcap.damaged(where, "a second channel of number " + id + ", " + known.topic() + " and " + topic);
        }
    }

    private static BagConnection connection(int id, String topic, String encoding, Schema schema, Map<String, String> metadata) {
        if (encoding.equals(BagConnection.ROS1) && schema.encoding.equals(Mcap.ROS1_SCHEMA)) {
            return new BagConnection(id, topic, schema.name, metadata.getOrDefault(Mcap.MD5_KEY, ""), schema.data);
        }
        if (encoding.equals(BagConnection.CDR)) {
            return cdr(id, topic, schema.name, metadata.getOrDefault(Mcap.HASH_KEY, ""), schema.encoding, schema.data);
        }
        return new BagConnection(id, topic, schema.name, "", "", encoding.isEmpty() ? "no encoding" : encoding);
    }

    /** A connection of ROS 2; a definition that is no .msg text is not taken. */
    static BagConnection cdr(int id, String topic, String type, String hash, String schemaEncoding, String definition) {
        return new BagConnection(id, topic, type.replace("/msg/", "/"), hash.startsWith(SourceInfo.ROS2_HASH) ? hash : "",
                schemaEncoding.equals(Mcap.ROS2_SCHEMA) ? definition : "", BagConnection.CDR);
    }

    void message(String where, McapFields fields) {
        int id = fields.u16();
        fields.u32();
        long loggedNs = fields.u63("a time");
        fields.slice(Long.BYTES);
        BagConnection channel = channels.get(id);
        if (channel == null) {
            throw Mcap.damaged(where, "a message of channel " + id + ", which is not there");
        }
        ByteBuffer data = fields.rest();
        visitor.message(id, loggedNs, channel.encoding().equals(BagConnection.CDR)
                ? Compression.message(where + ", topic " + channel.topic(), data) : data);
    }
}
