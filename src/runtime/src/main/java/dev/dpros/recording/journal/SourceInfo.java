package dev.dpros.recording.journal;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.regex.Pattern;

/**
 * One recorded source: a topic and what is known of its type. Immutable.
 *
 * @param id number of the source within the episode, 0 to 65535
 * @param key name of the source in the configuration, such as {@code front}
 * @param role what it is to the policy
 * @param topic resolved topic name
 * @param type such as {@code sensor_msgs/Image}, in ROS 2 too; empty until a publisher was seen
 * @param md5 checksum of the type, in ROS 2 its hash ({@code RIHS01_...}); empty until known
 * @param definition full message definition with nested types; empty until known
 */
public record SourceInfo(int id, String key, Role role, String topic, String type, String md5, String definition) {
    private static final Pattern LEADING_HEADER =
            Pattern.compile("\\A(?:[^\\S\\n]*(?:#[^\\n]*)?\\n)*+[^\\S\\n]*(?:std_msgs/(?:msg/)?)?Header\\s+\\w+");
    /** What the hash of a type of ROS 2 begins with. */
    public static final String ROS2_HASH = "RIHS";
    private static final long NS_PER_S = 1_000_000_000L;

    /** What a source is to the policy. */
    public enum Role {
        /** An input: camera or proprioception. */ OBSERVATION,
        /** What the operator or the policy asked for. */ COMMANDED_ACTION,
        /** What was really sent to the robot, after limits. */ SENT_ACTION,
        /** Anything else worth keeping. */ OTHER
    }

    /** @throws IllegalArgumentException if the id is out of range */
    public SourceInfo {
        if (id < 0 || id > 0xFFFF) {
            throw new IllegalArgumentException("source " + key + ": id: expected 0 to 65535, found " + id);
        }
        type = type == null ? "" : type;
        md5 = md5 == null ? "" : md5;
        definition = definition == null ? "" : definition;
    }

    /** Whether type, checksum and definition are known. */
    @JsonIgnore
    public boolean isDescribed() {
        return !type.isEmpty() && !md5.isEmpty();
    }

    /** Whether its messages are of ROS 2: CDR, with four bytes before it that tell the byte order. */
    @JsonIgnore
    public boolean isRos2() {
        return md5.startsWith(ROS2_HASH);
    }

    /** Byte order of one message of at least four bytes, from position. */
    private ByteOrder order(ByteBuffer message) {
        boolean big = isRos2() && (message.get(message.position() + 1) & 1) == 0;
        return big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    }

    /** Whether messages start with a {@code std_msgs/Header}. */
    public boolean startsWithHeader() {
        return LEADING_HEADER.matcher(definition).find();
    }

    /** The same source with its type known. */
    public SourceInfo described(String newType, String newMd5, String newDefinition) {
        return new SourceInfo(id, key, role, topic, newType, newMd5, newDefinition);
    }

    /**
     * The stamp of a leading header in ns since the epoch, or 0 if the message is too short. It lies at the same place in
     * ROS 1, after the sequence number, and ROS 2, after the encapsulation. Allocates nothing.
     *
     * @param message position to limit; whatever the buffer's order, it is read in the message's own
     */
    public long headerStampNs(ByteBuffer message) {
        int at = message.position();
        if (message.remaining() < 12) {
            return 0;
        }
        boolean turned = message.order() != order(message);
        int seconds = message.getInt(at + 4);
        int nanoseconds = message.getInt(at + 8);
        return Integer.toUnsignedLong(turned ? Integer.reverseBytes(seconds) : seconds) * NS_PER_S
                + Integer.toUnsignedLong(turned ? Integer.reverseBytes(nanoseconds) : nanoseconds);
    }
}
