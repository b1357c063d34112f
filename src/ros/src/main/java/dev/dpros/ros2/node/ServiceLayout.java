package dev.dpros.ros2.node;

import dev.dpros.ros2.discovery.EndpointData;
import dev.dpros.ros2.discovery.ParticipantData;
import dev.dpros.ros2.discovery.UserData;
import dev.dpros.ros2.message.RequestId;
import dev.dpros.ros2.rtps.SampleInfo;

/**
 * The two ways in which requests and replies name each other. rmw_cyclonedds puts 16 bytes in front of the message and
 * says {@code clientid} or {@code serviceid} in its user data; the others use the related sample identity of inline QoS. Stateless.
 */
final class ServiceLayout {
    private static final int CYCLONE = 0x0110;

    private ServiceLayout() {}

    /** Whether this endpoint of a service or client has its header in the payload. */
    static boolean inPayload(EndpointData endpoint, ParticipantData participant) {
        return UserData.value(endpoint.userData(), "clientid") != null || UserData.value(endpoint.userData(), "serviceid") != null
                || participant != null && participant.vendor() == CYCLONE;
    }

    /** Who asks and in which request: the client's reader, where rmw_fastrtps names it, else its writer. */
    static RequestId identity(SampleInfo info) {
        boolean named = info.relatedHigh() != 0 || info.relatedLow() != 0;
        return new RequestId(named ? info.relatedHigh() : info.writerHigh(), named ? info.relatedLow() : info.writerLow(), info.sequence());
    }
}
