package dev.dpros.bench;

import dev.dpros.core.LatencySink;
import dev.dpros.core.SystemClock;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.inference.DiffusionPolicy;
import dev.dpros.inference.InferenceLatency;
import dev.dpros.inference.InferenceOptions;
import dev.dpros.inference.NoiseSource;
import dev.dpros.inference.ObservationBatch;
import dev.dpros.inference.Sampling;
import dev.dpros.inference.StepListener;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What the chunks of a policy cost, for some environments at once.
 *
 * @param runs measured
 * @param chunkMs all environments' chunks, the median
 * @param worstMs the same, the slowest
 * @param encodeMs of it, the mean of encoding the observations
 * @param stepMs the mean of one denoising step
 * @param residentMb memory that the policy takes once it runs
 * @param peakMb the most that it took, loading included
 * @param allocatedKb on Java's heap, a run
 */
public record PolicyCost(int runs, double chunkMs, double worstMs, double encodeMs, double stepMs, double residentMb, double peakMb,
        double allocatedKb) {
    private static final int LEAST_RUNS = 3;
    private static final int MOST_RUNS = 100_000;
    private static final double MB = 1e6;
    /** What a load takes of the weights' size, oneDNN's layout included, and what libtorch and Java want besides. */
    private static final double SHARE = 1.6;
    private static final double BESIDES = 500 * MB;

    /** Values of all tensors. */
    public static long parameters(PolicyDefinition policy) {
        return policy.weights().values().stream().mapToLong(tensor -> tensor.count()).sum();
    }

    /** Why this machine cannot hold the policy; null if it can. */
    public static String tooLarge(PolicyDefinition policy) {
        double needed = SHARE * Float.BYTES * parameters(policy) + BESIDES;
        double available = ProcessMemory.available();
        return needed <= available ? null : String.format("needs about %.1f GB, %.1f GB are free", needed / 1e9, available / 1e9);
    }

    /** The sum and the number of some durations. */
    private static final class Mean implements LatencySink {
        private long ns;
        private long count;

        @Override
        public void recordNs(long durationNs) {
            ns += durationNs;
            count++;
        }

        double ms() {
            return count == 0 ? Double.NaN : ns / 1e6 / count;
        }

        void clear() {
            ns = 0;
            count = 0;
        }
    }

    /** Loads the policy and draws chunks for some time, on the calling thread. */
    public static PolicyCost of(PolicyDefinition definition, InferenceOptions options, int environments, double seconds) {
        ProcessMemory.settle();
        double before = ProcessMemory.resident();
        Mean encode = new Mean();
        Mean step = new Mean();
        var threads = ManagementFactory.getPlatformMXBean(com.sun.management.ThreadMXBean.class);
        InferenceLatency latency = new InferenceLatency(new SystemClock(), encode, step, LatencySink.NONE);
        try (DiffusionPolicy policy = DiffusionPolicy.load(definition, options, latency)) {
            ObservationBatch batch = SyntheticInput.batch(definition.config(), environments);
            List<NoiseSource> noise = IntStream.range(0, environments).mapToObj(NoiseSource::seeded).toList();
            Sampling sampling = Sampling.of(noise.get(0), StepListener.NONE).drawnFrom(noise);
            policy.predictAction(batch, sampling);
            encode.clear();
            step.clear();
            long[] ns = new long[MOST_RUNS];
            int runs = 0;
            long beganNs = System.nanoTime();
            long allocated = threads.getCurrentThreadAllocatedBytes();
            while (runs < MOST_RUNS && (runs < LEAST_RUNS || System.nanoTime() - beganNs < seconds * 1e9)) {
                long startNs = System.nanoTime();
                policy.predictAction(batch, sampling);
                ns[runs++] = System.nanoTime() - startNs;
            }
            allocated = threads.getCurrentThreadAllocatedBytes() - allocated;
            Arrays.sort(ns, 0, runs);
            return new PolicyCost(runs, ns[runs / 2] / 1e6, ns[runs - 1] / 1e6, encode.ms(), step.ms(), (ProcessMemory.resident() - before) / MB,
                    (ProcessMemory.peak() - before) / MB, allocated / 1e3 / runs);
        }
    }
}
