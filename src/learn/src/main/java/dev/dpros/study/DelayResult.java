package dev.dpros.study;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What came of one configuration.
 *
 * @param strategy its name
 * @param latencyMs of each inference
 * @param score mean over the episodes of the largest reward
 * @param halfInterval half of its 95 % interval
 * @param success share of episodes that reached the goal
 * @param seconds mean length of an episode, 30 if it did not reach the goal
 * @param evaluations network evaluations per chunk, mean
 * @param joinVelocityJump largest change of the command's velocity by a new chunk at its first action, px/s
 * @param meanJoinVelocityJump its mean
 * @param largestVelocityChange largest change of the executed command's velocity between two policy steps, px/s
 * @param rewards largest reward by seed
 */
public record DelayResult(String strategy, double latencyMs, double score, double halfInterval, double success,
        double seconds, double evaluations, double joinVelocityJump, double meanJoinVelocityJump,
        double largestVelocityChange, Map<Long, Double> rewards) {
    private static final double NORMAL_95 = 1.959964;

    /**
     * Sums up the episodes of one configuration, in the order of their seeds.
     *
     * @param strategy its name
     * @param latencyMs of each inference
     */
    public static DelayResult of(String strategy, double latencyMs, List<DelayOutcome> episodes) {
        int n = episodes.size();
        double mean = episodes.stream().mapToDouble(DelayOutcome::maxReward).average().orElse(0);
        double squares = episodes.stream().mapToDouble(e -> Math.pow(e.maxReward() - mean, 2)).sum();
        Driver.Joins joins = episodes.stream().map(e -> new Driver.Joins(e.joins(), e.largestJoin(), e.joinSum()))
                .reduce(Driver.Joins.NONE, Driver.Joins::plus);
        Map<Long, Double> rewards = new LinkedHashMap<>();
        episodes.forEach(e -> rewards.put(e.seed(), e.maxReward()));
        return new DelayResult(strategy, latencyMs, mean,
                NORMAL_95 * Math.sqrt(squares / Math.max(1, n - 1) / n),
                episodes.stream().filter(DelayOutcome::success).count() / (double) n,
                episodes.stream().mapToDouble(DelayOutcome::seconds).average().orElse(0),
                episodes.stream().mapToInt(DelayOutcome::evaluations).sum()
                        / Math.max(1.0, episodes.stream().mapToInt(DelayOutcome::chunks).sum()),
                joins.largest(), joins.mean(), episodes.stream().mapToDouble(DelayOutcome::largestChange).max().orElse(0),
                rewards);
    }
}
