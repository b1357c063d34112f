package dev.dpros.diffusion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.management.ThreadMXBean;
import dev.dpros.reference.Procedural;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Against trajectories of diffusers' own schedulers, in double. */
class NoiseSchedulerTest {
    private static final int ELEMENTS = 32;
    private static final List<SchedulerConfig.Type> DENOISING = Arrays.stream(SchedulerConfig.Type.values())
            .filter(type -> !type.flow()).toList();

    @TestFactory
    List<DynamicTest> shouldFollowDiffusers() throws IOException {
        JsonNode cases;
        try (InputStream in = NoiseSchedulerTest.class.getResourceAsStream("/reference/schedulers.json")) {
            cases = JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build().readTree(in);
        }
        List<DynamicTest> tests = new ArrayList<>();
        cases.forEach(c -> tests.add(DynamicTest.dynamicTest(c.get("name").asText(), () -> compare(c))));
        return tests;
    }

    private static void compare(JsonNode reference) {
        SchedulerConfig config = config(reference);
        AlphaSchedule alphas = AlphaSchedule.of(config);
        for (int t = 0; t < alphas.size(); t++) {
            assertEquals((float) reference.get("alphas_cumprod").get(t).doubleValue(), alphas.alphaCumprod(t), "alpha " + t);
        }
        NoiseScheduler scheduler = NoiseScheduler.of(config, ELEMENTS);
        assertArrayEquals(ints(reference.get("timesteps")), scheduler.timesteps());
        double worst = trajectoryError(reference, scheduler);
        assertTrue(worst <= tolerance(config), () -> "worst relative error " + worst);
    }

    /** DPM-Solver++ in diffusers rounds the sample to float32 in each step, so it is compared as float32. */
    private static double tolerance(SchedulerConfig config) {
        return config.type() == SchedulerConfig.Type.DPM_SOLVER_PP ? 1e-5 : 1e-9;
    }

    private static double trajectoryError(JsonNode reference, NoiseScheduler scheduler) {
        String tag = reference.get("tag").asText();
        double[] sample = doubles(Procedural.normal(tag + "/noise", ELEMENTS));
        double[] output = new double[ELEMENTS];
        double worst = errorAt(reference, 0, sample);
        int draws = 0;
        scheduler.begin();
        for (int index = 0; index < scheduler.steps(); index++) {
            for (int i = 0; i < ELEMENTS; i++) {
                output[i] = 0.8 * Math.sin(1.3 * sample[i] + 0.01 * scheduler.timestep(index));
            }
            double[] noise = null;
            if (scheduler.drawsNoise(index)) {
                noise = doubles(Procedural.normal(tag + "/variance/" + draws++, ELEMENTS));
            }
            scheduler.step(index, output, sample, noise, sample);
            worst = Math.max(worst, errorAt(reference, index + 1, sample));
        }
        return worst;
    }

    private static double errorAt(JsonNode reference, int step, double[] sample) {
        JsonNode at = reference.get("samples_at");
        for (int k = 0; k < at.size(); k++) {
            if (at.get(k).intValue() == step) {
                double worst = 0;
                JsonNode expected = reference.get("samples").get(k);
                for (int i = 0; i < sample.length; i++) {
                    double e = expected.get(i / 2).get(i % 2).doubleValue();
                    worst = Math.max(worst, Math.abs(sample[i] - e) / Math.max(Math.abs(e), 1e-3));
                }
                return worst;
            }
        }
        return 0;
    }

    private static SchedulerConfig config(JsonNode reference) {
        JsonNode c = reference.get("config");
        String name = reference.get("name").asText();
        var type = name.startsWith("ddpm") ? SchedulerConfig.Type.DDPM
                : name.startsWith("ddim") ? SchedulerConfig.Type.DDIM : SchedulerConfig.Type.DPM_SOLVER_PP;
        return new SchedulerConfig(type, c.get("num_train_timesteps").intValue(),
                SchedulerConfig.BetaSchedule.valueOf(c.get("beta_schedule").asText().toUpperCase()),
                c.get("beta_start").doubleValue(), c.get("beta_end").doubleValue(),
                SchedulerConfig.PredictionType.valueOf(c.get("prediction_type").asText().toUpperCase()),
                c.path("clip_sample").asBoolean(false), c.path("clip_sample_range").asDouble(1),
                c.path("variance_type").asText().equals("fixed_large") ? SchedulerConfig.Variance.FIXED_LARGE
                        : SchedulerConfig.Variance.FIXED_SMALL,
                c.path("set_alpha_to_one").asBoolean(true), c.path("steps_offset").asInt(0),
                reference.get("step_kwargs").path("eta").asDouble(0), reference.get("steps").intValue());
    }

    private static SchedulerConfig config(SchedulerConfig.Type type, int steps) {
        return new SchedulerConfig(type, 100, SchedulerConfig.BetaSchedule.SQUAREDCOS_CAP_V2, 0.0001, 0.02,
                SchedulerConfig.PredictionType.EPSILON, true, 1, SchedulerConfig.Variance.FIXED_SMALL, true, 0, 0, steps);
    }

    @Test
    void shouldRecoverTheCleanTrajectoryWhenTheNetworkIsPerfect() {
        for (SchedulerConfig.Type type : DENOISING) {
            SchedulerConfig config = config(type, 8);
            NoiseScheduler scheduler = NoiseScheduler.of(config, ELEMENTS);
            AlphaSchedule alphas = AlphaSchedule.of(config);
            double[] clean = doubles(Procedural.uniform("clean", ELEMENTS, -0.9, 0.9));
            double[] sample = doubles(Procedural.normal("start", ELEMENTS));
            double[] output = new double[ELEMENTS];
            for (int index = 0; index < scheduler.steps(); index++) {
                int t = scheduler.timestep(index);
                for (int i = 0; i < ELEMENTS; i++) {
                    output[i] = (sample[i] - alphas.signalRate(t) * clean[i]) / alphas.noiseRate(t);
                }
                scheduler.step(index, output, sample, doubles(Procedural.normal("v" + index, ELEMENTS)), sample);
                assertArrayEquals(clean, scheduler.estimate(), 1e-3, type + " estimate at step " + index);
            }
            assertArrayEquals(clean, sample, 1e-3, type.toString());
        }
    }

    @Test
    void shouldTakeAChangedEstimateIntoTheTrajectory() {
        NoiseScheduler scheduler = NoiseScheduler.of(config(SchedulerConfig.Type.DDIM, 4), ELEMENTS);
        double[] sample = new double[ELEMENTS];
        double[] output = new double[ELEMENTS];
        double[] x0 = new double[ELEMENTS];
        for (int index = 0; index < 4; index++) {
            scheduler.estimate(index, output, sample, x0);
            java.util.Arrays.fill(x0, 0.25);
            scheduler.advance(index, x0, output, sample, null, sample);
        }
        assertEquals(0.25, sample[3], 1e-12);
    }

    @Test
    void shouldForgetTheLastTrajectoryOnBegin() {
        NoiseScheduler scheduler = NoiseScheduler.of(config(SchedulerConfig.Type.DPM_SOLVER_PP, 6), ELEMENTS);
        double[] first = run(scheduler);
        double[] second = run(scheduler);
        assertArrayEquals(first, second, 0);
    }

    private static double[] run(NoiseScheduler scheduler) {
        double[] sample = doubles(Procedural.normal("start", ELEMENTS));
        scheduler.begin();
        for (int index = 0; index < scheduler.steps(); index++) {
            scheduler.step(index, sample.clone(), sample, null, sample);
        }
        return sample;
    }

    @Test
    void shouldSpaceFewStepsEvenlyInLogSnr() {
        SchedulerConfig few = config(SchedulerConfig.Type.DPM_SOLVER_PP, 4).withSpacing(SchedulerConfig.Spacing.LOG_SNR);
        assertArrayEquals(new int[] {90, 66, 24, 5}, Timesteps.of(few));
        assertArrayEquals(new int[] {99, 74, 50, 25}, Timesteps.of(config(SchedulerConfig.Type.DPM_SOLVER_PP, 4)));
        assertEquals(49, Timesteps.of(config(SchedulerConfig.Type.DPM_SOLVER_PP, 46))[23], "numpy's 23 * (99 / 46) is a little below 49.5");
        assertThrows(IllegalArgumentException.class, () -> Timesteps.of(few.withSampling(few.type(), 90)), "timesteps repeat");
    }

    @Test
    void shouldSpaceAWarmStartEvenlyInLogSnr() {
        SchedulerConfig ddim = config(SchedulerConfig.Type.DDIM, 16);
        assertArrayEquals(new int[] {60, 22, 5}, Timesteps.from(ddim, 60, 3));
        assertArrayEquals(new int[] {4, 2}, Timesteps.from(ddim, 4, 2));
        NoiseScheduler scheduler = NoiseScheduler.of(ddim, Timesteps.from(ddim, 60, 3), ELEMENTS);
        assertEquals(3, scheduler.steps());
        assertFalse(scheduler.drawsNoise(0));
        assertThrows(IllegalArgumentException.class, () -> Timesteps.from(ddim, 100, 3));
    }

    @Test
    void shouldRefuseStepsThatDoNotFit() {
        assertThrows(IllegalArgumentException.class, () -> config(SchedulerConfig.Type.DDIM, 101));
        assertThrows(IllegalArgumentException.class,
                () -> NoiseScheduler.of(config(SchedulerConfig.Type.DPM_SOLVER_PP, 100), ELEMENTS));
        assertThrows(IllegalArgumentException.class,
                () -> NoiseScheduler.of(config(SchedulerConfig.Type.DDIM, 4), new int[] {3, 7}, ELEMENTS));
    }

    @Test
    void shouldAddNoiseAsTheForwardProcess() {
        AlphaSchedule alphas = AlphaSchedule.of(config(SchedulerConfig.Type.DDPM, 100));
        float[] out = new float[1];
        alphas.addNoise(50, new float[] {0.5f}, new float[] {-2f}, out);
        assertEquals(0.5 * Math.sqrt(alphas.alphaCumprod(50)) - 2 * Math.sqrt(1 - alphas.alphaCumprod(50)), out[0], 1e-6);
    }

    @Test
    void shouldNotAllocateWhenStepping() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        double[] sample = new double[ELEMENTS];
        double[] noise = new double[ELEMENTS];
        for (SchedulerConfig.Type type : DENOISING) {
            NoiseScheduler scheduler = NoiseScheduler.of(config(type, 8), ELEMENTS);
            long allocated = 0;
            for (int round = 0; round < 200; round++) {
                long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
                scheduler.begin();
                for (int index = 0; index < 8; index++) {
                    scheduler.step(index, noise, sample, noise, sample);
                }
                allocated = threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
            }
            assertEquals(0, allocated, type.toString());
        }
    }

    private static int[] ints(JsonNode node) {
        int[] values = new int[node.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = node.get(i).intValue();
        }
        return values;
    }

    private static double[] doubles(float[] values) {
        double[] copy = new double[values.length];
        for (int i = 0; i < copy.length; i++) {
            copy[i] = values[i];
        }
        return copy;
    }
}
