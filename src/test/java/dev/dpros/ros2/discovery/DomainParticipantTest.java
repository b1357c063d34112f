package dev.dpros.ros2.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.SystemClock;
import dev.dpros.ros.testing.Await;
import dev.dpros.ros2.rtps.SampleInfo;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two own participants in one process. */
class DomainParticipantTest {
    private static final AtomicInteger DOMAINS = new AtomicInteger(50 + (int) (ProcessHandle.current().pid() % 10));
    private static final String TYPE = "std_msgs::msg::dds_::Int32_";

    private final int domain = DOMAINS.get();
    private final ConcurrentLinkedQueue<Integer> heard = new ConcurrentLinkedQueue<>();
    private final DomainParticipant one = open();
    private final DomainParticipant other = open();

    private DomainParticipant open() {
        return DomainParticipant.open(DomainSettings.local(domain), ParticipantOptions.of("test", new SystemClock()));
    }

    @AfterEach
    void close() {
        one.close();
        other.close();
    }

    private static ByteBuffer number(int value) {
        return ByteBuffer.allocate(8).order(java.nio.ByteOrder.LITTLE_ENDIAN).putInt(0x100).putInt(value).flip();
    }

    private LocalReader reader(EndpointQos qos) {
        return other.reader(new EndpointSpec("rt/n", TYPE, qos, ""), new ReaderOptions(100, true),
                new CopyingSink("number", 100, (SampleInfo info, ByteBuffer payload) -> heard.add(payload.getInt(4))), MatchListener.NONE);
    }

    private LocalWriter writer(EndpointQos qos) {
        return one.writer(new EndpointSpec("rt/n", TYPE, qos, ""), 100, MatchListener.NONE);
    }

    @Test
    void shouldFindEachOtherAndExchangeData() {
        LocalWriter writer = writer(EndpointQos.DEFAULT);
        LocalReader reader = reader(EndpointQos.DEFAULT);
        Await.until("matched", () -> writer.matches() == 1 && reader.matches() == 1);
        for (int i = 0; i < 5; i++) {
            writer.writer().publish(number(i));
        }
        Await.until("five numbers", () -> heard.size() == 5);
        assertEquals(List.of(0, 1, 2, 3, 4), List.copyOf(heard));
        assertEquals(1, other.participants().size());
        assertEquals(one.guid(), other.participants().get(0).guid());
    }

    @Test
    void shouldGiveALateReaderTheLastSample() {
        LocalWriter writer = writer(EndpointQos.LATCHED);
        writer.writer().publish(number(1));
        writer.writer().publish(number(2));
        reader(EndpointQos.LATCHED);
        Await.until("the last", () -> !heard.isEmpty());
        assertEquals(List.of(2), List.copyOf(heard));
    }

    @Test
    void shouldNoticeClosedEndpointsAndParticipants() {
        LocalWriter writer = writer(EndpointQos.DEFAULT);
        LocalReader reader = reader(EndpointQos.DEFAULT);
        Await.until("matched", () -> writer.matches() == 1 && reader.matches() == 1);
        reader.close();
        reader.close();
        Await.until("the reader gone", () -> writer.matches() == 0);
        LocalReader again = reader(EndpointQos.DEFAULT);
        Await.until("matched again", () -> writer.matches() == 1 && again.matches() == 1);
        one.close();
        Await.until("the participant gone", () -> other.participants().isEmpty() && again.matches() == 0);
        assertTrue(other.endpoints().isEmpty());
    }

    @Test
    void shouldSayWhyEndpointsDoNotFit() {
        LocalReader reader = reader(EndpointQos.DEFAULT);
        LocalWriter writer = writer(EndpointQos.SENSOR_DATA);
        Await.until("both refused", () -> reader.refusals().size() == 1 && writer.refusals().size() == 1);
        assertTrue(reader.refusals().get(writer.data().guid()).contains("reliability"), reader.refusals()::toString);
        assertEquals(0, reader.matches());
    }

    /** A node of the networks and one of this machine alone, both here. */
    @Test
    void shouldWorkTogetherAcrossRanges() {
        try (DomainParticipant wide = DomainParticipant.open(new DomainSettings(domain, DomainSettings.Range.SUBNET, List.of()),
                ParticipantOptions.of("wide", new SystemClock()))) {
            LocalReader reader = reader(EndpointQos.DEFAULT);
            LocalWriter writer = wide.writer(new EndpointSpec("rt/n", TYPE, EndpointQos.DEFAULT, ""), 100, MatchListener.NONE);
            Await.until("matched", () -> writer.matches() == 1 && reader.matches() == 1);
            writer.writer().publish(number(1));
            Await.until("the number", () -> heard.size() == 1);
        }
        Await.until("it left", () -> other.participants().size() == 1);
    }

    @Test
    void shouldHearNobodyWithTheRangeOff() {
        try (DomainParticipant alone = DomainParticipant.open(new DomainSettings(domain, DomainSettings.Range.OFF, List.of()),
                ParticipantOptions.of("alone", new SystemClock()))) {
            Await.until("the others found each other", () -> one.participants().size() == 1 && other.participants().size() == 1);
            assertTrue(alone.participants().isEmpty());
        }
    }
}
