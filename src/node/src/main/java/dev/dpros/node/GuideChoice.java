package dev.dpros.node;

import dev.dpros.config.RobotConfig;
import dev.dpros.core.Clock;
import dev.dpros.core.InputException;
import dev.dpros.diffusion.Normalizer;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.diffusion.Timesteps;
import dev.dpros.inference.GuideConfig;
import dev.dpros.inference.RealTimeGuide;
import dev.dpros.inference.SamplingGuide;
import dev.dpros.inference.StepBudget;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * How the node's chunks are drawn: each for itself, or tied to the one before and fitted to the deadline, as configured.
 * Every sampler gets a guide of its own, since an abandoned one may still use its last. Counts may be read by any thread.
 */
final class GuideChoice {
    private final GuideConfig config;
    private final PolicyConfig policy;
    private final Normalizer normalizer;
    private final Supplier<SchedulerConfig> sampler;
    private final Clock clock;
    private volatile RealTimeGuide current;

    /**
     * Reads the configuration.
     *
     * @param sampler the noise scheduler in use
     * @throws InputException if it does not fit the policy
     */
    GuideChoice(RobotConfig robot, PolicyDefinition definition, Supplier<SchedulerConfig> sampler, Clock clock) {
        policy = definition.config();
        normalizer = definition.normalizers().getOrDefault(policy.action().key(), Normalizer.identity(policy.action().size()));
        this.sampler = sampler;
        this.clock = clock;
        long marginNs = Math.round(robot.control().timing().executionMarginMs() * 1e6);
        config = robot.sampler().toGuideConfig(robot.control().conditioning(), marginNs);
        if (config.conditioning() == GuideConfig.Conditioning.WARM_START) {
            requireWarmSteps();
        }
        if (config.conditioning() != GuideConfig.Conditioning.NONE && policy.trajectory().poses() != null) {
            throw InputException.of("control.join", "strategy", "replace with a policy of tool poses, whose chunks are each told in a pose "
                    + "of their own", config.conditioning().name().toLowerCase(Locale.ROOT), "");
        }
    }

    private void requireWarmSteps() {
        try {
            Timesteps.from(policy.scheduler(), config.warmTimestep(), config.warmSteps());
        } catch (IllegalArgumentException e) {
            throw new InputException("sampler.previous_chunk: " + e.getMessage(), e);
        }
    }

    /** A guide for a new sampler. */
    SamplingGuide next() {
        if (config.conditioning() == GuideConfig.Conditioning.NONE && config.anytime() == null) {
            return SamplingGuide.plain(config.seed());
        }
        RealTimeGuide guide = new RealTimeGuide(config, policy, sampler, normalizer, clock);
        current = guide;
        return guide;
    }

    /** What the present guide has done; empty if chunks are drawn each for itself. */
    Map<String, Object> counts() {
        RealTimeGuide guide = current;
        Map<String, Object> counts = new LinkedHashMap<>();
        if (guide == null) {
            return counts;
        }
        counts.put("tied_to_previous", guide.conditioned());
        if (guide.budget() != null) {
            Map<Integer, Long> chosen = new TreeMap<>();
            for (int steps = 1; steps <= config.anytime().maxSteps(); steps++) {
                if (guide.budget().chosen(steps) > 0) {
                    chosen.put(steps, guide.budget().chosen(steps));
                }
            }
            counts.put("steps_chosen", chosen);
            counts.put("cut", guide.budget().decided(StepBudget.Decision.CUT));
            counts.put("abandoned", guide.budget().decided(StepBudget.Decision.ABANDON));
        }
        return counts;
    }
}
