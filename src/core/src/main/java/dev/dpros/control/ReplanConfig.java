package dev.dpros.control;

/**
 * When the next inference is asked for.
 *
 * @param trigger the rule
 * @param everySteps policy steps between requests, for {@link Trigger#EVERY_K_STEPS}
 * @param queueSteps remaining waypoints at or below which to ask, for {@link Trigger#QUEUE_SHORT}
 */
public record ReplanConfig(Trigger trigger, int everySteps, int queueSteps) {
    /** Rules. */
    public enum Trigger {
        /** Every k policy steps, on a grid (the reference). */
        EVERY_K_STEPS,
        /** When few waypoints are left. */
        QUEUE_SHORT,
        /** As soon as the sampler is free. */
        CONTINUOUS
    }

    /** @throws IllegalArgumentException naming the field, its value and the bound */
    public ReplanConfig {
        ControlConfig.require(everySteps >= 1 && everySteps <= 1000, "every_steps", everySteps, "1 to 1000");
        ControlConfig.require(queueSteps >= 0 && queueSteps <= 1000, "queue_steps", queueSteps, "0 to 1000");
    }

    /** Every k policy steps. */
    public static ReplanConfig everySteps(int k) {
        return new ReplanConfig(Trigger.EVERY_K_STEPS, k, 4);
    }

    /** As soon as the sampler is free. */
    public static ReplanConfig continuous() {
        return new ReplanConfig(Trigger.CONTINUOUS, 1, 4);
    }

    /** When at most this many waypoints are left. */
    public static ReplanConfig whenQueueHas(int steps) {
        return new ReplanConfig(Trigger.QUEUE_SHORT, 1, steps);
    }
}
