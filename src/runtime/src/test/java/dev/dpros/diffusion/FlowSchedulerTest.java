package dev.dpros.diffusion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.sun.management.ThreadMXBean;
import dev.dpros.diffusion.SchedulerConfig.Type;
import dev.dpros.reference.Procedural;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Flow matching as a scheduler: times, integration, estimates, and what a guide does to it. */
class FlowSchedulerTest {
    private static final int ELEMENTS = 8;

    private static SchedulerConfig config(Type type, int steps) {
        return SchedulerConfig.flow(type, steps, 100, FlowConfig.DEFAULT);
    }

    private static double[] doubles(float[] values) {
        double[] out = new double[values.length];
        Arrays.setAll(out, i -> values[i]);
        return out;
    }

    private static double[] integrated(NoiseScheduler scheduler, double[] start, UnaryOperator<double[]> velocity) {
        double[] sample = start.clone();
        scheduler.begin();
        for (int i = 0; i < scheduler.steps(); i++) {
            scheduler.step(i, velocity.apply(sample.clone()), sample, null, sample);
        }
        return sample;
    }

    @Test
    void shouldEvaluateWhereTheReferenceDoes() {
        NoiseScheduler euler = NoiseScheduler.of(config(Type.EULER, 4), ELEMENTS);
        NoiseScheduler rk4 = NoiseScheduler.of(config(Type.RK4, 2), ELEMENTS);

        assertEquals(4, euler.steps());
        assertEquals(0.75f, euler.time(3));
        assertEquals(25, euler.timestep(3));
        assertEquals(8, rk4.steps());
        float[] times = new float[8];
        for (int i = 0; i < times.length; i++) {
            times[i] = rk4.time(i);
        }
        assertArrayEquals(new float[] {0, 0.25f, 0.25f, 0.5f, 0.5f, 0.75f, 0.75f, 1}, times);
        assertFalse(rk4.drawsNoise(0));
    }

    /** dx/dt = x: Euler grows by (1 + 1/n)^n, Runge-Kutta by e to its fourth order. */
    @Test
    void shouldIntegrateToItsOrder() {
        double[] one = {1};
        assertEquals(Math.pow(1.1, 10), integrated(NoiseScheduler.of(config(Type.EULER, 10), 1), one, x -> x)[0], 1e-6);
        assertEquals(Math.E, integrated(NoiseScheduler.of(config(Type.RK4, 10), 1), one, x -> x)[0], 3e-6);
    }

    @ParameterizedTest
    @EnumSource(names = {"EULER", "RK4"})
    void shouldEstimateTheTrajectoryAtEveryEvaluation(Type type) {
        NoiseScheduler scheduler = NoiseScheduler.of(config(type, 5), ELEMENTS);
        double[] clean = doubles(Procedural.uniform("clean", ELEMENTS, -1, 1));
        double[] noise = doubles(Procedural.normal("noise", ELEMENTS));
        double[] velocity = new double[ELEMENTS];
        Arrays.setAll(velocity, i -> clean[i] - noise[i]);
        double[] sample = noise.clone();
        for (int i = 0; i < scheduler.steps(); i++) {
            scheduler.step(i, velocity, sample, null, sample);
            assertArrayEquals(clean, scheduler.estimate(), 1e-6, "after evaluation " + i);
        }
        assertArrayEquals(clean, sample, 1e-6);
    }

    /** What a guide puts into the estimate is what comes out, whatever the network says. */
    @ParameterizedTest
    @EnumSource(names = {"EULER", "RK4"})
    void shouldTakeAChangedEstimateIntoTheTrajectory(Type type) {
        NoiseScheduler scheduler = NoiseScheduler.of(config(type, 4), ELEMENTS);
        double[] sample = doubles(Procedural.normal("start", ELEMENTS));
        double[] x0 = new double[ELEMENTS];
        for (int i = 0; i < scheduler.steps(); i++) {
            double[] output = doubles(Procedural.normal("network/" + i, ELEMENTS));
            scheduler.estimate(i, output, sample, x0);
            Arrays.fill(x0, 0.25);
            scheduler.advance(i, x0, output, sample, null, sample);
        }
        assertEquals(0.25, sample[3], 1e-9);
    }

    @Test
    void shouldBeginInBetween() {
        SchedulerConfig config = config(Type.EULER, 10);
        int[] levels = Timesteps.from(config, 60, 3);

        assertArrayEquals(new int[] {60, 40, 20}, levels);
        NoiseScheduler scheduler = NoiseScheduler.of(config, levels, ELEMENTS);
        assertEquals(0.4f, scheduler.time(0), 1e-7);
        assertEquals(0.4f, AlphaSchedule.of(config).signalRate(60), 1e-7);
        assertEquals(0.6f, AlphaSchedule.of(config).noiseRate(60), 1e-7);
        assertArrayEquals(new int[] {100, 75, 50, 25}, Timesteps.of(config.withSampling(Type.EULER, 4)));
    }

    @Test
    void shouldKeepFlowAndDenoisingApart() {
        assertThrows(IllegalArgumentException.class, () -> config(Type.DDIM, 10));
        assertThrows(IllegalArgumentException.class, () -> config(Type.EULER, 10).withSampling(Type.DDPM, 10));
        assertThrows(IllegalArgumentException.class, () -> config(Type.EULER, 10).withSpacing(SchedulerConfig.Spacing.LOG_SNR));
        assertThrows(IllegalArgumentException.class, () -> config(Type.EULER, 101));
    }

    @Test
    void shouldNotAllocateWhenStepping() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        double[] sample = new double[ELEMENTS];
        double[] output = new double[ELEMENTS];
        NoiseScheduler scheduler = NoiseScheduler.of(config(Type.RK4, 4), ELEMENTS);
        long allocated = 0;
        for (int round = 0; round < 200; round++) {
            long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
            scheduler.begin();
            for (int i = 0; i < 16; i++) {
                scheduler.step(i, output, sample, null, sample);
            }
            allocated = threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
        }
        assertEquals(0, allocated);
    }
}
