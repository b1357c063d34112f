package dev.dpros.ros2.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dpros.core.InputException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceCodecTest {
    private static final Ros2Service TRIGGER = Ros2Catalog.packaged().service("std_srvs/Trigger");

    @Test
    void shouldReadAndAnswerRequestsOfRmwCyclonedds() {
        JsonNode recorded = Jazzy.recorded("service");
        for (int call = 0; call < recorded.size(); call += 2) {
            RequestId id = ServiceCodec.id(Jazzy.bytes(recorded.get(call).get("hex").asText()));
            assertEquals(recorded.get(call).get("sequence").asLong(), id.sequence());
            String client = recorded.get(call).get("client").asText();
            assertEquals(client, String.format("%016x", Long.reverseBytes(id.clientLow())));
            ByteBuffer answer = CdrEncoder.encode(TRIGGER.response(), Map.of("success", true, "message", "done"));
            String sent = Jazzy.hex(ServiceCodec.payload(id, answer));
            assertEquals(recorded.get(call + 1).get("hex").asText(), sent + "000000", "DDS pads to 4");
        }
    }

    @Test
    void shouldFindTheMessageBehindTheHeader() {
        JsonNode reply = Jazzy.recorded("service").get(1);
        ByteBuffer message = ServiceCodec.message(Jazzy.bytes(reply.get("hex").asText()));
        assertEquals(Map.of("success", true, "message", "done"), CdrDecoder.decode(TRIGGER.response(), message));
    }

    @Test
    void shouldKeepTheIdentityOfABigEndianPeer() {
        RequestId id = new RequestId(0, 0x0123456789abcdefL, 77);
        ByteBuffer answer = CdrEncoder.encode(TRIGGER.response(), Map.of("message", "so"), ByteOrder.BIG_ENDIAN);
        ByteBuffer payload = ServiceCodec.payload(id, answer);
        assertEquals("00000000" + "0123456789abcdef" + "000000000000004d", Jazzy.hex(payload).substring(0, 40));
        assertEquals(id, ServiceCodec.id(payload));
        assertEquals(answer, ServiceCodec.message(payload));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "00010000", "00010000237f40b03558468001000000000000", "0003000000"})
    void shouldRefuseAPayloadWithoutHeader(String hex) {
        assertThrows(InputException.class, () -> ServiceCodec.id(Jazzy.bytes(hex)));
        assertThrows(InputException.class, () -> ServiceCodec.message(Jazzy.bytes(hex)));
    }

    /** 24 bytes: 12 of the participant, 4 of the entity, the sequence number's high and low half. */
    @Test
    void shouldWriteTheIdentityOfRmwFastrtpsInTheSubmessagesByteOrder() {
        RequestId id = new RequestId(0x010f11223344aabbL, 0xccddeeff00001304L, 0x100000002L);
        ByteBuffer little = ByteBuffer.allocate(ServiceCodec.IDENTITY_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        ServiceCodec.putIdentity(little, id);
        assertEquals("010f11223344aabbccddeeff00001304" + "01000000" + "02000000", Jazzy.hex(little.flip()));
        assertEquals(id, ServiceCodec.identity(little, 0));
        ByteBuffer big = ByteBuffer.allocate(ServiceCodec.IDENTITY_BYTES);
        ServiceCodec.putIdentity(big, id.withSequence(RequestId.UNKNOWN_SEQUENCE));
        assertEquals("010f11223344aabbccddeeff00001304" + "ffffffff" + "00000000", Jazzy.hex(big.flip()));
        assertEquals(RequestId.UNKNOWN_SEQUENCE, ServiceCodec.identity(big, 0).sequence());
    }

    /** Inline QoS of Fast DDS 2.9.1, written to as rmw_fastrtps does: parameter 0x800f, 24 bytes; then the sentinel. */
    @Test
    void shouldReadAndAnswerRequestsOfFastDds() {
        ByteBuffer request = Jazzy.bytes("0f801800" + "010f78fd372f39540000000000000204ffffffff00000000" + "01000000");
        ByteBuffer reply = Jazzy.bytes("0f801800" + "010f78fd372f395400000000000002040000000002000000" + "01000000");
        assertEquals(ServiceCodec.RELATED_SAMPLE_IDENTITY_LEGACY, request.getShort(0) & 0xffff);
        assertEquals(ServiceCodec.IDENTITY_BYTES, request.getShort(2));
        RequestId asked = ServiceCodec.identity(request, 4);
        assertEquals(RequestId.UNKNOWN_SEQUENCE, asked.sequence());
        ByteBuffer answer = reply.duplicate().order(ByteOrder.LITTLE_ENDIAN).position(4);
        ByteBuffer written = ByteBuffer.allocate(ServiceCodec.IDENTITY_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        ServiceCodec.putIdentity(written, asked.withSequence(2));
        assertEquals(answer.limit(4 + ServiceCodec.IDENTITY_BYTES), written.flip());
    }

    @ParameterizedTest
    @CsvSource({"std_msgs/msg/String,std_msgs::msg::dds_::String_", "std_srvs/srv/Trigger_Request,std_srvs::srv::dds_::Trigger_Request_",
        "a_b/action/Count_SendGoal_Response,a_b::action::dds_::Count_SendGoal_Response_"})
    void shouldNameTypesAsRmwDoes(String ros, String dds) {
        assertEquals(dds, DdsNames.type(ros));
        assertEquals(ros, DdsNames.rosType(dds));
        assertNull(DdsNames.rosType(dds + "x"));
        assertNull(DdsNames.rosType("Plain"));
    }

    @Test
    void shouldNameTopicsAsRmwDoes() {
        assertEquals("rt/arm/joint_states", DdsNames.topic("/arm/joint_states"));
        assertEquals("/arm/joint_states", DdsNames.rosTopic("rt/arm/joint_states"));
        assertNull(DdsNames.rosTopic("rtx"));
        JsonNode recorded = Jazzy.recorded("service");
        assertEquals(recorded.get(0).get("topic").asText(), DdsNames.requestTopic("/robot1/go_home"));
        assertEquals(recorded.get(1).get("topic").asText(), DdsNames.replyTopic("/robot1/go_home"));
        assertEquals("/robot1/go_home", DdsNames.rosService("rr/robot1/go_homeReply"));
        assertEquals("/robot1/go_home", DdsNames.rosService("rq/robot1/go_homeRequest"));
        assertNull(DdsNames.rosService("rq/robot1/go_homeReply"));
        assertEquals(Jazzy.recorded("action").get(0).get("topic").asText(),
                DdsNames.requestTopic(DdsNames.actionPart("/robot1/count", "send_goal")));
    }
}
