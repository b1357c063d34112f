package dev.dpros.observation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SampleRingTest {
    private static SampleRing ring(long... stampsNs) {
        SampleRing ring = new SampleRing(8, 1);
        for (long stampNs : stampsNs) {
            ring.claim()[0] = stampNs;
            ring.commit(stampNs, stampNs + 5, false);
        }
        return ring;
    }

    private static float at(SampleRing ring, Interpolation rule, long timeNs) {
        float[] out = {Float.NaN};
        assertTrue(new SampleReader(ring, rule).read(timeNs, out, 0));
        return out[0];
    }

    @Test
    void shouldTakeTheLastSampleAtOrBefore() {
        SampleRing ring = ring(100, 200, 300);
        assertEquals(200, at(ring, Interpolation.PREVIOUS, 200));
        assertEquals(200, at(ring, Interpolation.PREVIOUS, 299));
        assertEquals(300, at(ring, Interpolation.PREVIOUS, 300));
    }

    @Test
    void shouldTakeTheNearestSample() {
        SampleRing ring = ring(100, 200, 300);
        assertEquals(100, at(ring, Interpolation.NEAREST, 150));
        assertEquals(200, at(ring, Interpolation.NEAREST, 151));
        assertEquals(200, at(ring, Interpolation.NEAREST, 249));
    }

    @Test
    void shouldInterpolateBetweenSamples() {
        SampleRing ring = ring(100, 200, 400);
        assertEquals(125, at(ring, Interpolation.LINEAR, 125));
        assertEquals(350, at(ring, Interpolation.LINEAR, 350));
        assertEquals(200, at(ring, Interpolation.LINEAR, 200));
    }

    @Test
    void shouldHoldTheFirstBeforeAndTheLastAfter() {
        SampleRing ring = ring(100, 200);
        for (Interpolation rule : Interpolation.values()) {
            assertEquals(100, at(ring, rule, -5), rule.name());
            assertEquals(200, at(ring, rule, 1000), rule.name());
        }
    }

    @Test
    void shouldForgetWhatCameBefore() {
        SampleRing ring = ring(100, 200, 300);
        ring.forgetBefore(200);
        assertEquals(200, at(ring, Interpolation.PREVIOUS, 150));
        ring.forgetBefore(301);
        assertFalse(new SampleReader(ring, Interpolation.PREVIOUS).read(300, new float[1], 0));
        assertEquals(Long.MIN_VALUE, new SampleReader(ring, Interpolation.PREVIOUS).newestStampNs());
    }

    @Test
    void shouldStartAnEpochWhenStampsJump() {
        SampleRing ring = ring(1000, 1100);
        ring.forgetBefore(1050);
        ring.claim()[0] = 10;
        ring.commit(10, 2000, true);
        assertEquals(10, at(ring, Interpolation.PREVIOUS, 5));
        assertEquals(10, at(ring, Interpolation.LINEAR, 1060));
    }

    @Test
    void shouldKeepOnlyTheNewest() {
        SampleRing ring = ring(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
        assertEquals(12, ring.newest());
        assertEquals(6, ring.oldest()); // one slot is kept free for the writer
        assertEquals(Long.MIN_VALUE, ring.stampNs(3));
        float[] out = new float[1];
        assertFalse(ring.copy(3, out, 0));
        assertTrue(ring.copy(6, out, 0));
        assertArrayEquals(new float[] {6}, out);
        assertEquals(11, ring.receivedNs(6));
    }

    @Test
    void shouldReadWithoutAllocating() {
        SampleRing ring = ring(100, 200, 300);
        SampleReader reader = new SampleReader(ring, Interpolation.LINEAR);
        float[] out = new float[1];
        Allocation.assertNone(() -> reader.read(250, out, 0));
    }

    /** A sample's values all equal its stamp, so an interpolated read has all values equal to the time asked for. */
    @Test
    void shouldNeverMixSamples() throws InterruptedException {
        SampleRing ring = new SampleRing(4, 32);
        int samples = 300_000;
        AtomicInteger torn = new AtomicInteger();
        AtomicInteger read = new AtomicInteger();
        Thread readerThread = new Thread(() -> {
            SampleReader reader = new SampleReader(ring, Interpolation.PREVIOUS);
            float[] out = new float[32];
            while (ring.newest() < samples) {
                if (reader.read(Long.MAX_VALUE, out, 0)) {
                    read.incrementAndGet();
                    for (float value : out) {
                        if (value != (float) reader.usedStampNs()) {
                            torn.incrementAndGet();
                        }
                    }
                }
            }
        }, "sample-reader");
        readerThread.start();
        for (int i = 1; i <= samples; i++) {
            java.util.Arrays.fill(ring.claim(), i);
            ring.commit(i, i, false);
        }
        readerThread.join();
        assertEquals(0, torn.get(), "of " + read.get());
        assertTrue(read.get() > 0);
    }
}
