package dev.dpros.observation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.ImageLayout.Encoding;
import dev.dpros.core.InputException;
import dev.dpros.core.LatencySink;
import dev.dpros.core.ManualClock;
import dev.dpros.observation.SourceStatistics.Rejection;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class CameraSourceTest {
    private static final long MS = 1_000_000L;
    private static final int W = 16;
    private static final int H = 12;
    private static final FeatureSpec IMAGE = FeatureSpec.of("observation.image", FeatureSpec.Kind.VISUAL, 3, H, W);

    private final ManualClock clock = new ManualClock(0);
    private final AtomicLong latency = new AtomicLong();

    private CameraSource camera(ContentRule rule, MotionWitness motion) {
        CameraConfig config = new CameraConfig("wrist", IMAGE, 100 * MS, StampConfig.DEFAULT, Interpolation.NEAREST,
                Fit.STRETCH, rule, CameraConfig.Buffers.DEFAULT);
        return new CameraSource(config, new TestMessages.Images(), clock, latency::set, motion);
    }

    private static byte[] noise(int seed) {
        byte[] data = new byte[W * H * 3];
        new Random(seed).nextBytes(data);
        return data;
    }

    private static void send(CameraSource camera, long ms, byte[] data) {
        TestMessages.sendImage(camera.slots(), ms * MS, Encoding.RGB8, W, H, 3 * W, data);
        assertTrue(camera.prepareNewest());
    }

    @Test
    void shouldPrepareTheNewestFrameAndCountTheRest() {
        CameraSource camera = camera(ContentRule.DEFAULT, null);
        for (int i = 1; i <= 3; i++) {
            TestMessages.sendImage(camera.slots(), i * 33 * MS, Encoding.RGB8, W, H, 3 * W, noise(i));
        }
        clock.advanceNs(100 * MS);
        assertTrue(camera.prepareNewest());
        assertFalse(camera.prepareNewest());
        assertEquals(2, camera.statistics().skipped());
        assertEquals(1, camera.statistics().taken());
        assertEquals(99 * MS, camera.statistics().newestStampNs());
        assertEquals(1 * MS, latency.get());
        float[] out = new float[3 * W * H];
        assertTrue(camera.reader().read(99 * MS, out, 0));
        assertEquals((noise(3)[1] & 255) / 255f, out[W * H]);
    }

    @Test
    void shouldRejectABadFrameAndKeepTheLastGoodOne() {
        CameraSource camera = camera(ContentRule.DEFAULT, null);
        send(camera, 33, noise(1));
        TestMessages.sendImage(camera.slots(), 66 * MS, Encoding.RGB8, W, H + 1, 3 * W, noise(2));
        assertTrue(camera.prepareNewest());
        assertEquals(Rejection.MALFORMED, camera.statistics().lastRejection());
        assertEquals(33 * MS, camera.health().lastReceivedNs());
        assertEquals(33 * MS, camera.reader().newestStampNs());
    }

    @Test
    void shouldCallARepeatingImageFrozenAndRecover() {
        CameraSource camera = camera(new ContentRule(100 * MS, 3, 0, 1), null);
        for (int i = 0; i < 3; i++) {
            send(camera, 10 + i * 40, noise(1));
            assertFalse(camera.health().frozen());
        }
        send(camera, 130, noise(1)); // three repeats, 120 ms
        assertTrue(camera.health().frozen());
        send(camera, 170, noise(2));
        assertFalse(camera.health().frozen());
    }

    @Test
    void shouldNotCallAStillSceneFrozenWhileTheRobotRests() {
        double[] moved = {0};
        CameraSource camera = camera(new ContentRule(100 * MS, 3, 5, 1), since -> {
            assertEquals(10 * MS, since);
            return moved[0];
        });
        for (int i = 0; i < 10; i++) {
            send(camera, 10 + i * 40, noise(1));
        }
        assertFalse(camera.health().frozen());
        moved[0] = 6;
        send(camera, 410, noise(1));
        assertTrue(camera.health().frozen());
    }

    @Test
    void shouldCallAUniformImageBlank() {
        CameraSource camera = camera(ContentRule.DEFAULT, null);
        byte[] grey = new byte[W * H * 3];
        java.util.Arrays.fill(grey, (byte) 90);
        send(camera, 10, grey);
        assertTrue(camera.health().blank());
        for (int i = 0; i < grey.length / 2; i++) {
            grey[i] = 100;
        }
        send(camera, 20, grey);
        assertFalse(camera.health().blank());
    }

    @Test
    void shouldReportStampJumpsAndStartAfresh() {
        CameraSource camera = camera(ContentRule.DEFAULT, null);
        send(camera, 10_000, noise(1));
        send(camera, 20, noise(2));
        assertEquals(1, camera.health().stampJumps());
        assertEquals(20 * MS, camera.reader().newestStampNs());
    }

    @Test
    void shouldPrepareOnItsOwnThreadAndEndWhenClosed() throws InterruptedException {
        CountDownLatch prepared = new CountDownLatch(50);
        LatencySink sink = ns -> {
            assertEquals("camera-prep-wrist", Thread.currentThread().getName());
            prepared.countDown();
        };
        CameraSource camera = new CameraSource(CameraConfig.of("wrist", IMAGE, MS), new TestMessages.Images(), clock,
                sink, null);
        camera.start();
        for (int i = 1; prepared.getCount() > 0; i++) {
            long before = prepared.getCount();
            TestMessages.sendImage(camera.slots(), i * MS, Encoding.RGB8, W, H, 3 * W, noise(i));
            while (prepared.getCount() == before && camera.failure() == null) {
                Thread.onSpinWait();
            }
            assertNull(camera.failure());
        }
        assertTrue(prepared.await(10, TimeUnit.SECONDS));
        camera.close();
        assertTrue(Thread.getAllStackTraces().keySet().stream().noneMatch(t -> t.getName().equals("camera-prep-wrist")));
        assertThrows(IllegalStateException.class, camera::start);
    }

    @Test
    void shouldPrepareWithoutAllocating() {
        CameraSource camera = camera(ContentRule.DEFAULT, null);
        byte[] data = noise(1);
        long[] now = {0};
        Allocation.assertNone(5_000, () -> {
            data[(int) (now[0] % data.length)]++;
            now[0]++;
            send(camera, now[0] * 33, data);
        });
        assertEquals(0, camera.statistics().rejected());
    }

    @Test
    void shouldRejectBadConfigurationInOneLine() {
        InputException e = assertThrows(InputException.class, () -> new CameraConfig("wrist", IMAGE, MS,
                StampConfig.DEFAULT, Interpolation.LINEAR, Fit.CROP, ContentRule.NONE, CameraConfig.Buffers.DEFAULT));
        assertEquals("wrist: interpolation: expected nearest or previous, found linear; images are not interpolated",
                e.getMessage());
        assertThrows(InputException.class, () -> CameraConfig.of("wrist", IMAGE, 0));
        assertThrows(InputException.class, () -> new ContentRule(-1, 1, 0, 0));
        assertThrows(InputException.class, () -> new ContentRule(0, 1, 0, 200));
    }
}
