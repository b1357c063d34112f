package dev.dpros.doctor;

import dev.dpros.config.RobotConfig;
import dev.dpros.control.ReplanConfig;
import dev.dpros.core.Finding;
import dev.dpros.core.ObservationWindow;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.inference.DiffusionPolicy;
import dev.dpros.inference.NoiseSource;
import dev.dpros.inference.Sampling;
import dev.dpros.inference.StepListener;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Loads the policy as a run does, draws chunks from empty observations, and holds their latency against what the loop allows. */
final class PolicyCheck {
    private static final String SUBJECT = "policy latency";
    private static final int CHUNKS = 5;
    private static final long LONGEST_NS = 10_000_000_000L;

    private PolicyCheck() {}

    /** @throws dev.dpros.core.InputException if the policy cannot be loaded */
    static List<Finding> findings(RobotConfig config, PolicyDefinition definition) {
        PolicyConfig policy = definition.config();
        long startNs = System.nanoTime();
        try (DiffusionPolicy loaded = DiffusionPolicy.load(definition, config.sampler().toOptions())) {
            loaded.warmUp();
            double loadS = (System.nanoTime() - startNs) / 1e9;
            String sampler = loaded.scheduler().type().name().toLowerCase(Locale.ROOT) + ", " + loaded.scheduler().inferenceSteps() + " steps, "
                    + config.sampler().device();
            return List.of(Finding.ok("policy", String.format(Locale.ROOT, "%s: %d inputs, %d values of action; ready after %.1f s",
                    config.policy().getFileName(), policy.inputs().size(), policy.action().size(), loadS)),
                    latency(config, policy, sampler, times(loaded)));
        }
    }

    private static double[] times(DiffusionPolicy loaded) {
        ObservationWindow window = new ObservationWindow(loaded.config().inputs(), loaded.config().nObsSteps());
        Sampling sampling = Sampling.of(NoiseSource.seeded(1), StepListener.NONE);
        double[] ms = new double[CHUNKS];
        long beginNs = System.nanoTime();
        int count = 0;
        while (count < CHUNKS && (count == 0 || System.nanoTime() - beginNs < LONGEST_NS)) {
            long startNs = System.nanoTime();
            loaded.predictAction(window, sampling);
            ms[count++] = (System.nanoTime() - startNs) / 1e6;
        }
        double[] taken = Arrays.copyOf(ms, count);
        Arrays.sort(taken);
        return taken;
    }

    private static Finding latency(RobotConfig config, PolicyConfig policy, String sampler, double[] sorted) {
        double median = sorted[sorted.length / 2];
        double stepMs = 1000 / config.control().policyRateHz();
        double horizonMs = policy.chunkSteps() * stepMs;
        ReplanConfig replan = config.control().replan();
        double periodMs = switch (replan.trigger()) {
            case EVERY_K_STEPS -> replan.everySteps() * stepMs;
            case QUEUE_SHORT -> Math.max(stepMs, (policy.chunkSteps() - replan.queueSteps()) * stepMs);
            case CONTINUOUS -> horizonMs;
        };
        double budgetMs = Math.min(periodMs, config.control().timing().latencyBudgetMs());
        String text = String.format(Locale.ROOT, "a chunk takes %.0f ms (median of %d, longest %.0f; %s); one is asked for every %.0f ms, and "
                + "due within %.0f", median, sorted.length, sorted[sorted.length - 1], sampler, periodMs,
                config.control().timing().latencyBudgetMs());
        String remedy = "fewer sampler.steps, sampler.scheduler: ddim or dpm_solver_pp, more sampler.threads, or sampler.device: cuda";
        return median > horizonMs ? Finding.fault(SUBJECT, text + "; its " + policy.chunkSteps() + " actions are over before it is there", remedy)
                : sorted[sorted.length - 1] > budgetMs ? Finding.warning(SUBJECT, text, remedy) : Finding.ok(SUBJECT, text);
    }
}
