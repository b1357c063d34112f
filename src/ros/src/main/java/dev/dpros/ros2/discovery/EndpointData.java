package dev.dpros.ros2.discovery;

import dev.dpros.core.ForeignText;
import dev.dpros.core.InputException;
import dev.dpros.ros2.wire.EntityIds;
import dev.dpros.ros2.wire.Guid;
import dev.dpros.ros2.wire.Locator;
import dev.dpros.ros2.wire.ParameterReader;
import dev.dpros.ros2.wire.ParameterWriter;
import dev.dpros.ros2.wire.Pids;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A writer or reader as its participant announces it (SEDP). Immutable.
 *
 * @param guid of the endpoint; says whether it writes or reads
 * @param topic as DDS has it, such as {@code rt/joint_states}
 * @param type as DDS has it, such as {@code sensor_msgs::msg::dds_::JointState_}
 * @param qos offered or asked for
 * @param userData such as {@code typehash=RIHS01_...;}
 * @param addresses where its data are to be sent; empty for the participant's own
 */
public record EndpointData(Guid guid, String topic, String type, EndpointQos qos, String userData, List<InetSocketAddress> addresses) {
    private static final int CAPACITY = 4_096;

    /** Copies the list. */
    public EndpointData {
        addresses = List.copyOf(addresses);
    }

    /** True for a writer, false for a reader. */
    public boolean isWriter() {
        return EntityIds.isWriter(guid.entityId());
    }

    /** Hash of the type ({@code RIHS01_...}), or null: Humble sends none, and programs without ROS. */
    public String typeHash() {
        return UserData.value(userData, "typehash");
    }

    /** Reads the payload of an SEDP sample. @throws InputException if it is malformed or names no endpoint, topic or type */
    public static EndpointData read(ByteBuffer payload) {
        ParameterReader list = new ParameterReader();
        if (!list.begin(payload)) {
            throw InputException.of("endpoint data", "encapsulation", "a parameter list", "another", "");
        }
        Guid guid = ParticipantData.keyOf(payload, Pids.ENDPOINT_GUID);
        QosReading qos = new QosReading(EntityIds.isWriter(guid.entityId()), Parameters.littleEndian(payload));
        List<InetSocketAddress> addresses = new ArrayList<>();
        String topic = null;
        String type = null;
        String userData = "";
        while (list.next()) {
            switch (list.pid()) {
                case Pids.TOPIC_NAME -> topic = Parameters.name(list);
                case Pids.TYPE_NAME -> type = Parameters.name(list);
                case Pids.USER_DATA -> userData = Parameters.userData(list);
                case Pids.UNICAST_LOCATOR -> Parameters.address(list, addresses);
                default -> qos.take(list);
            }
        }
        Parameters.requireWhole(list);
        if (topic == null || type == null) {
            throw InputException.of("endpoint " + guid, topic == null ? "topic" : "type", "a name", "none", "");
        }
        return new EndpointData(guid, topic, type, qos.result(), userData, addresses);
    }

    /** The payload of an SEDP sample. */
    ByteBuffer write() {
        ParameterWriter list = new ParameterWriter(ByteBuffer.allocate(CAPACITY + 8 * topic.length())).begin();
        if (!userData.isEmpty()) {
            list.octets(Pids.USER_DATA, userData.getBytes(StandardCharsets.UTF_8));
        }
        list.string(Pids.TOPIC_NAME, topic);
        list.string(Pids.TYPE_NAME, type);
        list.int32(Pids.DURABILITY, qos.durability().ordinal());
        list.int32(Pids.RELIABILITY, qos.reliable() ? 2 : 1, qos.reliable() ? Integer.MAX_VALUE : 0, qos.reliable() ? -1 : 0);
        list.int32(Pids.HISTORY, qos.depth() == 0 ? 1 : 0, qos.depth() == 0 ? -1 : qos.depth());
        if (qos.deadlineNs() != EndpointQos.INFINITE) {
            list.duration(Pids.DEADLINE, qos.deadlineNs());
        }
        if (qos.lifespanNs() != EndpointQos.INFINITE && isWriter()) {
            list.duration(Pids.LIFESPAN, qos.lifespanNs());
        }
        list.raw(Pids.PROTOCOL_VERSION, new byte[] {2, 1});
        list.raw(Pids.VENDOR_ID, new byte[] {0, 0});
        list.guid(Pids.ENDPOINT_GUID, guid);
        addresses.forEach(address -> list.locator(Pids.UNICAST_LOCATOR, Locator.udp4(address)));
        return list.end();
    }

    /** What is sent in place of an endpoint that is closed: its GUID alone. */
    static ByteBuffer key(Guid guid) {
        return new ParameterWriter(ByteBuffer.allocate(64)).begin().guid(Pids.ENDPOINT_GUID, guid).end();
    }

    /** Topic and type for people. */
    String describe() {
        return (isWriter() ? "writer of " : "reader of ") + ForeignText.printable(topic) + " [" + ForeignText.printable(type) + "]";
    }
}
