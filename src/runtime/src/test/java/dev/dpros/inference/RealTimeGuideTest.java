package dev.dpros.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.ActionChunk;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.ManualClock;
import dev.dpros.core.ObservationWindow;
import dev.dpros.diffusion.AlphaSchedule;
import dev.dpros.diffusion.Normalizer;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PrefixWeights;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.diffusion.TrajectoryConfig;
import dev.dpros.diffusion.UnetConfig;
import java.util.List;
import org.junit.jupiter.api.Test;

class RealTimeGuideTest {
    private static final long MS = 1_000_000L;
    private static final long STEP = 100 * MS;
    private static final FeatureSpec STATE = FeatureSpec.of("observation.state", FeatureSpec.Kind.STATE, 1);
    private static final SchedulerConfig DDIM = new SchedulerConfig(SchedulerConfig.Type.DDIM, 100,
            SchedulerConfig.BetaSchedule.SQUAREDCOS_CAP_V2, 1e-4, 0.02, SchedulerConfig.PredictionType.EPSILON, true, 1,
            SchedulerConfig.Variance.FIXED_SMALL, true, 0, 0, 16);
    private static final PolicyConfig POLICY = new PolicyConfig(2, 8, 4, List.of(STATE),
            FeatureSpec.of("action", FeatureSpec.Kind.ACTION, 1), new UnetConfig(List.of(16, 32), 3, 8, 16, true), null, DDIM);

    private static final PolicyConfig INPAINTED = new PolicyConfig(2, 8, 4, List.of(STATE), POLICY.action(), POLICY.denoiser(), null, DDIM,
            new TrajectoryConfig(TrajectoryConfig.Conditioning.INPAINTING, false, true));

    private final ManualClock clock = new ManualClock(0);
    private final ObservationWindow window = new ObservationWindow(List.of(STATE), 2);

    private RealTimeGuide guide(GuideConfig config) {
        return new RealTimeGuide(config, POLICY, () -> DDIM, new Normalizer(new double[] {0.1}, new double[] {0}), clock);
    }

    private SamplingGuide.Request request(ActionChunk previous, int executed, long stampNs) {
        window.stampNs = stampNs;
        return new SamplingGuide.Request(1, 0, 500 * MS, executed, window, previous);
    }

    private static ActionChunk previous() {
        return new ActionChunk(1, 0, 0, STEP, 1, new double[] {0, 1, 2, 3, 4, 5, 6}, 16);
    }

    private static Prediction prediction() {
        return new Prediction(1, new float[0], new float[8], 7, new double[7], 16);
    }

    @Test
    void shouldFreezeWhatIsExecutedMeanwhileAndTieTheOverlapSoftly() {
        RealTimeGuide guide = guide(new GuideConfig(GuideConfig.Conditioning.REAL_TIME_CHUNKING, PrefixWeights.Fall.LINEAR,
                40, 3, 10 * MS, null, 1));
        clock.advanceNs(250 * MS);
        guide.finished(request(previous(), 1, 100 * MS), prediction());
        assertEquals(2, guide.delaySteps(STEP), "at 250 ms + 10 ms the actions of 100 and 200 ms have begun");
        Sampling sampling = guide.begin(request(previous(), 3, 200 * MS));
        assertNull(sampling.timesteps());
        double[] x = new double[8];
        sampling.tie().pull(x, 1);
        // Trajectory step 1 belongs to 200 ms: action 2 of the previous chunk. Overlap 5, d = 2, n = 3: 3/4, 2/4, 1/4.
        assertArrayEquals(new double[] {0.1, 0.2, 0.3, 0.75 * 0.4, 0.5 * 0.5, 0.25 * 0.6, 0, 0}, x, 1e-6);
        assertEquals(1, guide.conditioned());
    }

    @Test
    void shouldDrawFreelyWhenNoChunkIsBeingExecuted() {
        RealTimeGuide guide = guide(GuideConfig.of(GuideConfig.Conditioning.REAL_TIME_CHUNKING, 1));
        for (SamplingGuide.Request request : List.of(request(null, 0, 0), request(previous(), 0, 200 * MS))) {
            assertNull(guide.begin(request).tie());
        }
        assertNull(guide.begin(request(previous(), 7, 5000 * MS)).tie());
        assertEquals(0, guide.conditioned());
    }

    @Test
    void shouldStartWarmFromTheShiftedChunkNoisedToItsTimestep() {
        GuideConfig config = GuideConfig.of(GuideConfig.Conditioning.WARM_START, 7);
        Sampling warm = guide(config).begin(request(previous(), 3, 200 * MS));
        assertArrayEquals(new int[] {60, 22, 5}, warm.timesteps());
        float[] got = new float[8];
        warm.noise().get(0).initial(got, 0, 8);
        float[] eps = new float[8];
        NoiseSource.seeded(7).initial(eps, 0, 8);
        AlphaSchedule alphas = AlphaSchedule.of(DDIM);
        double[] clean = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.6, 0.6};
        for (int i = 0; i < 8; i++) {
            assertEquals(alphas.signalRate(60) * clean[i] + alphas.noiseRate(60) * eps[i], got[i], 1e-6);
        }
    }

    @Test
    void shouldTieTheActionsColumnsAloneWhenObservationsAreColumnsToo() {
        RealTimeGuide guide = new RealTimeGuide(new GuideConfig(GuideConfig.Conditioning.REAL_TIME_CHUNKING, PrefixWeights.Fall.LINEAR,
                40, 3, 10 * MS, null, 1), INPAINTED, () -> DDIM, new Normalizer(new double[] {0.1}, new double[] {0}), clock);
        double[] x = new double[16];
        guide.begin(request(previous(), 3, 200 * MS)).tie().pull(x, 2);
        for (int t = 0; t < 8; t++) {
            assertEquals(0, x[2 * t + 1], "observation column of step " + t);
        }
        assertArrayEquals(new double[] {0.1, 0.2}, new double[] {x[0], x[2]}, 1e-6);
    }

    @Test
    void shouldStartWarmFromTheObservationsPredictedBefore() {
        RealTimeGuide guide = new RealTimeGuide(GuideConfig.of(GuideConfig.Conditioning.WARM_START, 7), INPAINTED, () -> DDIM,
                new Normalizer(new double[] {0.1}, new double[] {0}), clock);
        float[] before = new float[16];
        for (int t = 0; t < 8; t++) {
            before[2 * t + 1] = t;
        }
        guide.finished(request(previous(), 1, 0), new Prediction(1, new float[0], before, 7, new double[7], 16));
        Sampling warm = guide.begin(request(previous(), 3, 250 * MS));
        float[] got = new float[16];
        warm.noise().get(0).initial(got, 0, 16);
        float[] eps = new float[16];
        NoiseSource.seeded(7).initial(eps, 0, 16);
        AlphaSchedule alphas = AlphaSchedule.of(DDIM);
        double[] clean = {2.5, 3.5, 4.5, 5.5, 6.5, 7, 7, 7};
        for (int t = 0; t < 8; t++) {
            assertEquals(alphas.signalRate(60) * clean[t] + alphas.noiseRate(60) * eps[2 * t + 1], got[2 * t + 1], 1e-5);
        }
    }

    @Test
    void shouldFitTheStepsToTheDeadlineAndCutALateRun() {
        RealTimeGuide guide = guide(GuideConfig.of(GuideConfig.Conditioning.NONE, 1)
                .withAnytime(new StepBudget.Config(2, 16, 0.9, false)));
        for (int run = 0; run < 8; run++) {
            SamplingGuide.Request request = new SamplingGuide.Request(1, 0, clock.monotonicNs() + 500 * MS, 0, window, null);
            Sampling sampling = guide.begin(request);
            clock.advanceNs(20 * MS);
            for (int i = 0; i < 4; i++) {
                clock.advanceNs(10 * MS);
                assertTrue(sampling.listener().onStep(i, 16, 90, new double[8]));
            }
            guide.finished(request, prediction());
        }
        // 20 ms overhead, 10 ms a step: 65 ms are enough for four.
        SamplingGuide.Request tight = new SamplingGuide.Request(1, 0, clock.monotonicNs() + 65 * MS, 0, window, null);
        Sampling sampling = guide.begin(tight);
        assertArrayEquals(new int[] {75, 50, 25, 0}, sampling.timesteps());
        clock.advanceNs(45 * MS);
        assertTrue(sampling.listener().onStep(0, 4, 75, new double[8]));
        clock.advanceNs(15 * MS);
        assertFalse(sampling.listener().onStep(1, 4, 50, new double[8]), "5 ms are too few for another step");
        assertEquals(1, guide.budget().decided(StepBudget.Decision.CUT));
    }

    @Test
    void shouldAbandonALateRunWhenSoConfigured() {
        RealTimeGuide guide = guide(GuideConfig.of(GuideConfig.Conditioning.NONE, 1)
                .withAnytime(new StepBudget.Config(4, 16, 0.9, true)));
        StepBudget budget = guide.budget();
        for (int i = 0; i < 8; i++) {
            budget.stepCost(10 * MS);
        }
        Sampling sampling = guide.begin(new SamplingGuide.Request(1, 0, 50 * MS, 0, window, null));
        clock.advanceNs(60 * MS);
        StepListener listener = sampling.listener();
        assertThrows(ChunkAbandonedException.class, () -> listener.onStep(0, 16, 90, new double[8]));
    }
}
