package dev.dpros.bench.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.ManualClock;
import dev.dpros.ros.message.SchemaCatalog;
import dev.dpros.ros.testing.Allocation;
import java.nio.ByteBuffer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class TopicMeterTest {
    private static final long STAMP_NS = 1_700_000_000_000_000_000L;

    private final ManualClock clock = new ManualClock(STAMP_NS);
    private final TopicMeter meter = new TopicMeter(SchemaCatalog.packaged().reader(), clock);

    private void receive(int sequence, long ageNs) {
        ByteBuffer slot = meter.claim(16);
        slot.putInt(sequence).putInt((int) (STAMP_NS / 1_000_000_000L)).putInt((int) (STAMP_NS % 1_000_000_000L)).putInt(0);
        clock.jumpRosNs(STAMP_NS + ageNs - clock.rosNs());
        meter.commit(0, STAMP_NS);
    }

    @Test
    void shouldReportAgesAndGapsOfTheMeasuredMessagesAlone() {
        receive(1, 9_000_000);
        meter.warmUp();
        receive(5, 9_000_000); // a gap before the measurement is none of it
        receive(9, 9_000_000);
        meter.begin();
        IntStream.rangeClosed(10, 109).filter(seq -> seq != 50 && seq != 51).forEach(seq -> receive(seq, seq * 1_000L));
        meter.end();
        receive(500, 9_000_000);
        IngestResult.Topic result = meter.result("/t", "a/B", 2, 7);
        assertEquals(98, result.messages());
        assertEquals(49, result.rateHz());
        assertEquals(2, result.lost());
        assertEquals(60, result.p50Us(), 1);
        assertEquals(109, result.maxUs(), 1);
    }

    @Test
    void shouldReportNothingOfATopicThatFellSilent() {
        meter.warmUp();
        receive(1, 9_000_000);
        meter.begin();
        meter.end();
        IngestResult.Topic result = meter.result("/t", "a/B", 2, 7);
        assertEquals(0, result.messages());
        assertEquals(0, result.maxUs());
    }

    @Test
    void shouldCountNoLossWhenThePublisherStartsAgain() {
        meter.begin();
        receive(700, 0);
        receive(0, 0);
        receive(2, 0);
        assertEquals(1, meter.result("/t", "a/B", 1, 7).lost());
    }

    @Test
    void shouldRefuseAMessageWithoutRoomForAHeader() {
        assertNull(meter.claim(11));
    }

    @Test
    void shouldAllocateNothingPerMessage() {
        meter.begin();
        assertEquals(0, Allocation.least(20, () -> {
            for (int i = 0; i < 1000; i++) {
                receive(i, 1000);
            }
        }));
    }

    @Test
    void shouldStaggerFourCamerasEvenlyThirtyTimesASecond() {
        for (int camera = 0; camera < 4; camera++) {
            int c = camera;
            assertEquals(30, LongStream.range(500, 1000).filter(tick -> IngestSource.isCameraDue(tick, c)).count());
        }
        assertTrue(LongStream.range(0, 500).allMatch(tick ->
                IntStream.range(0, 4).filter(c -> IngestSource.isCameraDue(tick, c)).count() <= 1));
    }
}
