package dev.dpros.cli.demo;

import dev.dpros.core.InputException;
import dev.dpros.core.Transport;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Runs a world's episodes over ROS: stops the policy, resets the world to a seed, starts the policy, watches the reward.
 * Confined to one thread; blocks while an episode runs.
 */
final class EpisodeDriver implements AutoCloseable {
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
     * @param seed of the world's reset
     * @param maxReward greatest reward, 0 to 1; of PushT min(1, coverage / 0.95)
     * @param steps control steps of 0.1 s
     * @param success whether the task was done
     */
    public record Result(long seed, double maxReward, int steps, boolean success) {}

    /** How an episode is going. */
    record Progress(long seed, int steps, double reward, double maxReward) {}

    private final Transport transport;
    private final String world;
    private final String policy;
    private final TopicValue reward;
    private final TopicValue success;
    private final double successAbove;
    private final Transport.Subscription rewards;
    private final Transport.Subscription successes;

    /** Drives a world's node and the named policy node, such as {@code /dpros}. */
    EpisodeDriver(Transport transport, DemoWorld world, String policy) {
        this.transport = transport;
        this.world = "/" + world.nodeName();
        this.policy = policy;
        reward = new TopicValue(transport.messages().reader());
        success = new TopicValue(transport.messages().reader());
        successAbove = world.successAbove();
        rewards = transport.subscribe(this.world + "/reward", "std_msgs/Float64", reward);
        successes = transport.subscribe(this.world + "/" + world.successTopic(), "std_msgs/Float64", success);
    }

    /** Waits until the policy may be started. @throws InputException if it may not, or {@code alive} turns false */
    void awaitPolicy(BooleanSupplier alive) throws InterruptedException {
        long deadline = transport.clock().monotonicNs() + TimeUnit.MILLISECONDS.toNanos(LOAD_TIMEOUT_MS);
        String start = policy + "/start";
        while (!transport.isServiceAvailable(start, TRIGGER)) {
            if (!alive.getAsBoolean() || transport.clock().monotonicNs() > deadline) {
                throw new InputException("service " + start + " is not offered: the policy is not loaded");
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
        success.restart();
        call(policy + "/start");
        long startNs = transport.clock().rosNs();
        while (alive.getAsBoolean()) {
            Thread.sleep(POLL_MS);
            long nowNs = transport.clock().rosNs();
            int steps = (int) ((nowNs - startNs) / 100_000_000L);
            boolean done = success.max() > successAbove;
            progress.accept(new Progress(seed, steps, reward.value(), Math.max(0, reward.max())));
            if (done || steps >= limits.maxSteps() || settled(limits, nowNs)) {
                call(policy + "/stop");
                return new Result(seed, Math.max(0, reward.max()), Math.min(steps, limits.maxSteps()), done);
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
        successes.close();
    }
}
