package dev.dpros.doctor;

import dev.dpros.config.RobotConfig;
import dev.dpros.control.ReplanConfig;
import dev.dpros.core.Finding;
import dev.dpros.core.InputException;
import dev.dpros.core.ObservationWindow;
import dev.dpros.core.SystemClock;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.inference.ChunkAbandonedException;
import dev.dpros.inference.ChunkPolicy;
import dev.dpros.inference.DiffusionPolicy;
import dev.dpros.inference.InferenceLatency;
import dev.dpros.inference.NoiseSource;
import dev.dpros.inference.Sampling;
import dev.dpros.inference.StepListener;
import dev.dpros.inference.ToolPolicy;
import dev.dpros.remote.FallbackPolicy;
import dev.dpros.remote.RemoteServer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Loads the policy as a run does, or asks its server, draws chunks from empty observations, and holds their latency against what the loop
 * allows.
 */
final class PolicyCheck {
    private static final String SERVER = "server";
    private static final int CHUNKS = 5;
    private static final long LONGEST_NS = 10_000_000_000L;

    /** What was timed. @param subject in few words @param how it samples @param remedy if that is too slow */
    private record Words(String subject, String how, String remedy) {}

    private PolicyCheck() {}

    /** @throws dev.dpros.core.InputException if the policy cannot be loaded */
    static List<Finding> findings(RobotConfig config, PolicyDefinition definition) {
        List<Finding> findings = new ArrayList<>();
        if (config.sampler().here()) {
            findings.addAll(here(config, definition));
        }
        if (config.sampler().remote().enabled()) {
            findings.add(server(config, definition));
        }
        return findings;
    }

    private static List<Finding> here(RobotConfig config, PolicyDefinition definition) {
        PolicyConfig policy = ToolPolicy.live(definition.config());
        long startNs = System.nanoTime();
        try (DiffusionPolicy loaded = DiffusionPolicy.load(definition, config.sampler().toOptions())) {
            loaded.warmUp();
            double loadS = (System.nanoTime() - startNs) / 1e9;
            return List.of(Finding.ok("policy", String.format(Locale.ROOT, "%s: %d inputs, %d values of action; ready after %.1f s",
                    config.policy().getFileName(), policy.inputs().size(), policy.action().size(), loadS)),
                    latency(config, policy, new Words("policy latency", words(loaded.scheduler()) + ", " + config.sampler().device() + ", "
                                    + loaded.precision().word(),
                            "fewer sampler.steps, sampler.scheduler: ddim or dpm_solver_pp, more sampler.threads, sampler.precision, or sampler.device: cuda"),
                            times(loaded)));
        }
    }

    /** Asks it as a run does; needs no libtorch. */
    private static Finding server(RobotConfig config, PolicyDefinition definition) {
        SchedulerConfig scheduler = config.sampler().toOptions().scheduler(definition.config().scheduler());
        try (RemoteServer server = new RemoteServer(config.sampler().remote().toOptions(), definition);
                FallbackPolicy asked = new FallbackPolicy(server, null, definition, () -> scheduler, InferenceLatency.unreported(),
                        new SystemClock())) {
            asked.warmUp();
            if (!server.breaker().closed()) {
                return away(config, server.breaker().reason());
            }
            return latency(config, definition.config(), new Words(SERVER, words(scheduler) + ", " + server.words(),
                    "a faster server or network, or fewer sampler.steps"), times(asked));
        } catch (InputException e) {
            return Finding.fault(SERVER, e.getMessage(), "export this policy again, or name its model (docs/fleet.md)");
        } catch (ChunkAbandonedException e) {
            return away(config, e.getMessage());
        }
    }

    private static Finding away(RobotConfig config, String reason) {
        String remedy = "start the server, or correct sampler.remote.url and model";
        return config.sampler().here() ? Finding.warning(SERVER, reason + "; chunks are sampled here", remedy)
                : Finding.fault(SERVER, reason + "; without it the robot holds", remedy);
    }

    private static String words(SchedulerConfig scheduler) {
        return scheduler.type().name().toLowerCase(Locale.ROOT) + ", " + scheduler.inferenceSteps() + " steps";
    }

    private static double[] times(ChunkPolicy loaded) {
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

    private static Finding latency(RobotConfig config, PolicyConfig policy, Words words, double[] sorted) {
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
                + "due within %.0f", median, sorted.length, sorted[sorted.length - 1], words.how, periodMs,
                config.control().timing().latencyBudgetMs());
        return median > horizonMs ? Finding.fault(words.subject, text + "; its " + policy.chunkSteps() + " actions are over before it is there", words.remedy)
                : sorted[sorted.length - 1] > budgetMs ? Finding.warning(words.subject, text, words.remedy) : Finding.ok(words.subject, text);
    }
}
