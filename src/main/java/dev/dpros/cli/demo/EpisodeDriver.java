package dev.dpros.cli.demo;

import dev.dpros.core.InputException;
import dev.dpros.core.Transport;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Runs PushT episodes over ROS: stops the policy, resets the world to a seed, starts the policy, watches the reward.
 * Confined to one thread; blocks while an episode runs.
 */
final class EpisodeDriver implements AutoCloseable {
    private static final double SUCCESS_COVERAGE = 0.95;
    private static final double SETTLED_REWARD = 0.9;
    private static final long POLL_MS = 20;
    private static final long LOAD_POLL_MS = 250;
    private static final long LOAD_TIMEOUT_MS = 300_000;
    private static final String TRIGGER = "std_srvs/Trigger";

    /**
     * When an episode ends, besides success.
     *
     * @param maxSteps steps of 0.1 s; the reference's protocol has 300
     * @param settleSteps ends earlier once the reward has reached 0.9 and not grown for so many steps; 0: never
     */
    record Limits(int maxSteps, int settleSteps) {}

    /**
     * How an episode went.
     *
     * @param seed of the legacy reset
     * @param maxReward greatest reward, min(1, coverage / 0.95)
     * @param steps control steps of 0.1 s
     * @param success whether coverage exceeded 0.95
     */
    public record Result(long seed, double maxReward, int steps, boolean success) {}

    /** How an episode is going. */
    record Progress(long seed, int steps, double reward, double maxReward) {}

    private final Transport transport;
    private final String world;
    private final String policy;
    private final TopicValue reward;
    private final TopicValue coverage;
    private final Transport.Subscription rewards;
    private final Transport.Subscription coverages;

    /** Drives the named world and policy nodes, such as {@code /pusht} and {@code /dpros}. */
    EpisodeDriver(Transport transport, String world, String policy) {
        this.transport = transport;
        this.world = world;
        this.policy = policy;
        reward = new TopicValue(transport.messages().reader());
        coverage = new TopicValue(transport.messages().reader());
        rewards = transport.subscribe(world + "/reward", "std_msgs/Float64", reward);
        coverages = transport.subscribe(world + "/coverage", "std_msgs/Float64", coverage);
    }

    /** Waits until the policy's services answer. @throws InputException if they do not, or {@code alive} turns false */
    void awaitPolicy(BooleanSupplier alive) throws InterruptedException {
        long deadline = transport.clock().monotonicNs() + TimeUnit.MILLISECONDS.toNanos(LOAD_TIMEOUT_MS);
        while (true) {
            try {
                transport.callService(policy + "/stop", TRIGGER, Map.of());
                return;
            } catch (InputException e) {
                if (!alive.getAsBoolean() || transport.clock().monotonicNs() > deadline) {
                    throw e;
                }
            }
            Thread.sleep(LOAD_POLL_MS);
        }
    }

    /** Runs one episode. {@code alive} says whether the policy's process still runs. */
    Result run(long seed, Limits limits, BooleanSupplier alive, Consumer<Progress> progress) throws InterruptedException {
        call(policy + "/stop");
        transport.setParameter(world + "/seed", (int) seed);
        call(world + "/reset");
        reward.restart();
        coverage.restart();
        call(policy + "/start");
        long startNs = transport.clock().rosNs();
        while (alive.getAsBoolean()) {
            Thread.sleep(POLL_MS);
            long nowNs = transport.clock().rosNs();
            int steps = (int) ((nowNs - startNs) / 100_000_000L);
            boolean success = coverage.max() > SUCCESS_COVERAGE;
            progress.accept(new Progress(seed, steps, reward.value(), Math.max(0, reward.max())));
            if (success || steps >= limits.maxSteps() || settled(limits, nowNs)) {
                call(policy + "/stop");
                return new Result(seed, Math.max(0, reward.max()), Math.min(steps, limits.maxSteps()), success);
            }
        }
        throw new IllegalStateException("the policy's process ended during the episode");
    }

    private boolean settled(Limits limits, long nowNs) {
        return limits.settleSteps() > 0 && reward.max() >= SETTLED_REWARD
                && nowNs - reward.maxAtNs() > limits.settleSteps() * 100_000_000L;
    }

    private void call(String service) {
        Map<String, Object> answer = transport.callService(service, TRIGGER, Map.of());
        if (!Boolean.TRUE.equals(answer.get("success"))) {
            throw new InputException(service + ": refused: " + answer.get("message"));
        }
    }

    @Override
    public void close() {
        rewards.close();
        coverages.close();
    }
}
