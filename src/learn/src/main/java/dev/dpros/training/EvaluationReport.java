package dev.dpros.training;

import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.training.PushTEvaluation.Episode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * A policy's scores.
 *
 * @param about what was scored
 * @param episodes of the seeds that count, in their order
 * @param train of seeds that are told apart
 * @param seconds how long it took
 */
public record EvaluationReport(About about, List<Episode> episodes, List<Episode> train, double seconds) {
    private static final double NORMAL_95 = 1.959964;

    /**
     * What was scored.
     *
     * @param policy where it was read from
     * @param scheduler noise scheduler
     * @param denoisingSteps of it
     * @param actionSteps actions executed per chunk, Ta
     */
    public record About(String policy, SchedulerConfig.Type scheduler, int denoisingSteps, int actionSteps) {}

    /** Copies the lists. */
    public EvaluationReport {
        Objects.requireNonNull(about);
        episodes = List.copyOf(episodes);
        train = List.copyOf(train);
    }

    /** What a user reads. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(String.format("%s, %s %d steps, Ta %d, %d seeds: mean max reward %.4f +- %.4f (95 %%), success %.2f, %.0f s",
                about.policy, about.scheduler, about.denoisingSteps, about.actionSteps, episodes.size(), mean(episodes), halfInterval(),
                success(), seconds));
        if (!train.isEmpty()) {
            lines.add(String.format("train seeds, %d: mean max reward %.4f", train.size(), mean(train)));
        }
        return lines;
    }

    /** What goes into a JSON file. */
    public Map<String, Object> tree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("policy", about.policy);
        tree.put("scheduler", about.scheduler.name().toLowerCase(Locale.ROOT));
        tree.put("denoising_steps", about.denoisingSteps);
        tree.put("action_steps", about.actionSteps);
        tree.put("mean_max_reward", mean(episodes));
        tree.put("interval_95", List.of(mean(episodes) - halfInterval(), mean(episodes) + halfInterval()));
        tree.put("success_rate", success());
        tree.put("seconds", seconds);
        tree.put("episodes", episodes);
        if (!train.isEmpty()) {
            tree.put("train_mean_max_reward", mean(train));
            tree.put("train_episodes", train);
        }
        return tree;
    }

    /** Half of the mean's 95 % interval. */
    private double halfInterval() {
        double mean = mean(episodes);
        double variance = episodes.stream().mapToDouble(e -> Math.pow(e.maxReward() - mean, 2)).sum() / Math.max(1, episodes.size() - 1);
        return NORMAL_95 * Math.sqrt(variance / episodes.size());
    }

    private double success() {
        return episodes.stream().filter(Episode::success).count() / (double) episodes.size();
    }

    private static double mean(List<Episode> episodes) {
        return episodes.stream().mapToDouble(Episode::maxReward).average().orElse(0);
    }
}
