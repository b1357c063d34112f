package dev.dpros.node.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.core.ActionChunk;
import dev.dpros.core.ManualClock;
import dev.dpros.core.ObservationWindow;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.inference.DiffusionPolicy;
import dev.dpros.inference.InferenceLatency;
import dev.dpros.inference.InferenceOptions;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Draws with a shipped policy. */
@Tag("long")
class PlanFanTest {
    private static final long SECOND_NS = 1_000_000_000L;

    private final ManualClock clock = new ManualClock(SECOND_NS);
    private final PlanFan fan = new PlanFan(clock, 5, 100_000_000L);
    private int measured;
    private DiffusionPolicy policy;
    private ObservationWindow window;

    @BeforeEach
    void load() {
        policy = DiffusionPolicy.load(PolicyReader.read(Path.of("models/pusht_keypoints")), InferenceOptions.DEFAULT,
                new InferenceLatency(clock, ns -> { }, fan.outside(ns -> measured++), ns -> { }));
        policy.useSampler(SchedulerConfig.Type.DDIM, 4);
        window = new ObservationWindow(policy.config().inputs(), policy.config().nObsSteps());
        window.stampNs = 7 * SECOND_NS;
    }

    @AfterEach
    void close() {
        policy.close();
    }

    @Test
    void shouldDrawDifferentSamplesOfOneObservationWithoutCountingAsInferences() {
        assertTrue(fan.look().isEmpty());
        fan.use(12, policy, window, () -> false);
        List<ActionChunk> samples = fan.look();
        assertEquals(5, samples.size());
        for (ActionChunk sample : samples) {
            assertEquals(12, sample.id());
            assertEquals(7 * SECOND_NS, sample.firstStampNs());
            assertEquals(policy.config().horizon() - policy.config().nObsSteps() + 1, sample.steps());
        }
        assertNotEquals(samples.get(0), samples.get(1));
        assertEquals(0, measured);
        policy.predictAction(window);
        assertEquals(4, measured, "what leads to a command is measured");
    }

    @Test
    void shouldDrawOnlyWhileSomebodyLooksAndOnceASecondAtMost() {
        fan.use(1, policy, window, () -> false);
        assertTrue(fan.look().isEmpty(), "nobody had looked");
        fan.use(2, policy, window, () -> false);
        fan.use(3, policy, window, () -> false);
        assertEquals(2, fan.look().get(0).id());
        clock.advanceNs(SECOND_NS);
        fan.use(4, policy, window, () -> false);
        assertEquals(4, fan.look().get(0).id());
        clock.advanceNs(SECOND_NS + 1);
        fan.use(5, policy, window, () -> false);
        assertEquals(4, fan.look().get(0).id(), "nobody had looked for a second");
    }

    @Test
    void shouldGiveUpBetweenTwoStepsWhenTheNextChunkIsWanted() {
        fan.look();
        int[] asked = new int[1];
        fan.use(1, policy, window, () -> asked[0]++ == 2);
        assertEquals(3, asked[0], "before it begins and after the first and second step");
        assertTrue(fan.look().isEmpty());
        fan.use(2, policy, window, () -> false);
        assertEquals(2, fan.look().get(0).id(), "the next one is not late for it");
    }
}
