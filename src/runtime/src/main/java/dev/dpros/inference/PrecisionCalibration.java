package dev.dpros.inference;

import dev.dpros.core.LatencySink;
import dev.dpros.core.SystemClock;
import dev.dpros.diffusion.AlphaSchedule;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.PolicyHash;
import dev.dpros.diffusion.Precision;
import dev.dpros.diffusion.PrecisionChoice;
import dev.dpros.diffusion.PrecisionChoice.Candidate;
import dev.dpros.diffusion.SchedulerConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Decides in which precision a policy runs: the fastest whose network differs from float32's by less than a bound. Compared are the
 * outputs for trajectories that float32 draws from observations, with the noise of a few levels added. On a CPU, one thread.
 */
public final class PrecisionCalibration {
    /** Largest difference of the outputs that is allowed, root mean square in shares of float32's, at the worst noise level. */
    public static final double BOUND = 0.03;
    private static final double[] LEVELS = {0.95, 0.7, 0.45, 0.2, 0.05};
    private static final int STEPS = 10;
    private static final int TIMED = 20;

    private final PolicyDefinition policy;
    private final PolicyConfig config;
    private final List<ObservationBatch> seen;
    private final AlphaSchedule alphas;
    private final int[] timesteps;

    private PrecisionCalibration(PolicyDefinition policy, List<ObservationBatch> seen) {
        this.policy = policy;
        this.config = policy.config();
        this.seen = seen;
        alphas = AlphaSchedule.of(config.scheduler());
        timesteps = Arrays.stream(LEVELS).mapToInt(share -> (int) Math.round(share * (alphas.size() - 1))).distinct().toArray();
    }

    /**
     * Runs the policy in every precision that this machine can do, a second to a minute.
     *
     * @param seen observations, one environment each
     * @param words what they are
     * @throws dev.dpros.core.InputException if the policy cannot be loaded
     */
    public static PrecisionChoice decide(PolicyDefinition policy, List<ObservationBatch> seen, String words) {
        PrecisionCalibration calibration = new PrecisionCalibration(policy, seen);
        Run exact = calibration.run(Precision.FLOAT32, null);
        List<Candidate> candidates = new ArrayList<>();
        candidates.add(new Candidate(Precision.FLOAT32, 0, 0, exact.stepMs, ""));
        for (Precision precision : List.of(Precision.BFLOAT16, Precision.INT8)) {
            candidates.add(calibration.candidate(precision, exact));
        }
        Precision fastest = candidates.stream().filter(c -> c.refused().isEmpty() && c.error() <= BOUND)
                .min(Comparator.comparingDouble(Candidate::stepMs)).orElseThrow().precision();
        return new PrecisionChoice(fastest, PolicyHash.of(policy), BOUND, words, candidates);
    }

    private Candidate candidate(Precision precision, Run exact) {
        String problem = PrecisionSupport.problem(options().withPrecision(precision));
        if (!problem.isEmpty()) {
            return new Candidate(precision, Double.NaN, Double.NaN, Double.NaN, problem);
        }
        Run run = run(precision, exact);
        double worst = 0;
        for (int level = 0; level < timesteps.length; level++) {
            double error = rms(exact.outputs.get(level), run.outputs.get(level)) / rms(exact.outputs.get(level), null);
            // a NaN counts as worst
            worst = error <= worst ? worst : error;
        }
        return new Candidate(precision, worst, rms(exact.trajectories, run.trajectories), run.stepMs, "");
    }

    /** What one precision gave. */
    private static final class Run {
        final List<float[]> conditioning = new ArrayList<>();
        final List<float[]> trajectories = new ArrayList<>();
        /** Per noise level, per observation. */
        final List<List<float[]>> outputs = new ArrayList<>();
        double stepMs;
    }

    /** @param exact float32's, or null if this is it */
    private Run run(Precision precision, Run exact) {
        Run run = new Run();
        long[] leastNs = {Long.MAX_VALUE};
        InferenceLatency latency = new InferenceLatency(new SystemClock(), LatencySink.NONE, ns -> leastNs[0] = Math.min(leastNs[0], ns),
                LatencySink.NONE);
        try (DiffusionPolicy loaded = DiffusionPolicy.load(policy, options().withPrecision(precision), latency)) {
            loaded.warmUp();
            for (int i = 0; i < Math.max(seen.size(), (TIMED + STEPS - 1) / STEPS); i++) {
                Prediction prediction = loaded.predictAction(seen.get(i % seen.size()), Sampling.of(NoiseSource.seeded(i), StepListener.NONE));
                if (i < seen.size()) {
                    run.conditioning.add(prediction.globalCond());
                    run.trajectories.add(prediction.trajectory());
                }
            }
            run.stepMs = leastNs[0] / 1e6;
            Run from = exact == null ? run : exact;
            for (int timestep : timesteps) {
                run.outputs.add(IntStream.range(0, seen.size())
                        .mapToObj(i -> output(loaded, run.conditioning.get(i), from.trajectories.get(i), i, timestep)).toList());
            }
        }
        return run;
    }

    private InferenceOptions options() {
        SchedulerConfig scheduler = config.scheduler();
        SchedulerConfig.Type type = scheduler.flow() != null ? SchedulerConfig.Type.EULER : SchedulerConfig.Type.DDIM;
        return InferenceOptions.DEFAULT.withSampling(type, Math.min(STEPS, scheduler.numTrainTimesteps()));
    }

    /** The network's output, given observations as it encodes them itself, for float32's trajectory with noise. */
    private float[] output(DiffusionPolicy loaded, float[] conditioning, float[] trajectory, int index, int timestep) {
        SplittableRandom random = new SplittableRandom(index * 1000L + timestep);
        float[] noise = new float[config.denoisedSteps() * config.denoisedWidth()];
        for (int i = 0; i < noise.length; i++) {
            noise[i] = (float) random.nextGaussian();
        }
        alphas.addNoise(timestep, trajectory, noise, noise);
        float time = config.scheduler().flow() != null ? alphas.signalRate(timestep) : timestep;
        return loaded.evaluate(conditioning, noise, time);
    }

    /** Of the differences, or of the values themselves. */
    private static double rms(List<float[]> values, List<float[]> others) {
        double sum = 0;
        long count = 0;
        for (int i = 0; i < values.size(); i++) {
            for (int j = 0; j < values.get(i).length; j++) {
                double value = values.get(i)[j] - (others == null ? 0 : others.get(i)[j]);
                sum += value * value;
                count++;
            }
        }
        return Math.sqrt(sum / count);
    }
}
