package dev.dpros.ros2.message;

import dev.dpros.core.FieldPath;
import dev.dpros.core.VectorReader;
import dev.dpros.ros.message.MessageSchema;
import dev.dpros.ros.message.PathCompiler;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;

/** A message type of ROS 2, or a part of a service or action type. Immutable; any thread. */
public final class Ros2Schema extends MessageSchema {
    private final String fullName;
    private volatile String hash;

    Ros2Schema(String fullName, String text, List<Field> fields, List<Constant> constants) {
        super(fullName.replace("/msg/", "/"), text, fields, constants);
        this.fullName = fullName;
    }

    /** {@code package/msg/Name}; parts of services and actions are {@code package/srv/Name_Request} and the like. */
    public String fullName() {
        return fullName;
    }

    /** Its name on DDS, such as {@code sensor_msgs::msg::dds_::Image_}. */
    public String ddsName() {
        return DdsNames.type(fullName);
    }

    /** The hash that endpoints announce from Iron on, such as {@code RIHS01_a13ee3...}. */
    public String hash() {
        String known = hash;
        if (known == null) {
            known = TypeHash.of(this);
            hash = known;
        }
        return known;
    }

    /** Its hash. */
    @Override
    public String checksum() {
        return hash();
    }

    /** A reader of messages with their encapsulation header, of either byte order, in little-endian buffers. */
    @Override
    public VectorReader vector(FieldPath path) {
        return new PathCompiler(path).reader(this, new CdrLocator());
    }

    @Override
    public Map<String, Object> decode(ByteBuffer message) {
        return CdrDecoder.decode(this, message);
    }

    @Override
    public ByteBuffer encode(Map<String, ?> values) {
        return CdrEncoder.encode(this, values);
    }

    @Override
    public String toString() {
        return fullName;
    }
}
