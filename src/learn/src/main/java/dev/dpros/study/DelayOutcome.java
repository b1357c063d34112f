package dev.dpros.study;

/**
 * What came of one episode under one configuration.
 *
 * @param seed of the legacy reset
 * @param maxReward largest reward
 * @param success whether it reached the goal
 * @param seconds its length, 30 if it did not reach the goal
 * @param chunks chunks that were asked for
 * @param evaluations network evaluations that they took
 * @param joins joins at which both chunks reached the joint
 * @param largestJoin largest change of the command's velocity by a new chunk at its first action, px/s
 * @param joinSum their sum, px/s
 * @param largestChange largest change of the executed command's velocity between two policy steps, px/s
 */
public record DelayOutcome(long seed, double maxReward, boolean success, double seconds, int chunks, int evaluations, long joins,
        double largestJoin, double joinSum, double largestChange) {
    static DelayOutcome of(DelayedEpisode episode) {
        Driver.Joins joins = episode.joins();
        return new DelayOutcome(episode.seed(), episode.maxReward(), episode.success(), episode.seconds(), episode.chunks(),
                episode.evaluations(), joins.count(), joins.largest(), joins.sum(), episode.largestChange());
    }
}
