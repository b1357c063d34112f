package dev.dpros.inference;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Chooses how many denoising steps fit before a deadline, from what steps have cost lately, and cuts a run that is about
 * to be late. The sampler's thread uses it; counts may be read by any thread. Allocates nothing after construction.
 *
 * <p>A run of n steps is taken to cost overhead + n step, each at the configured confidence's quantile of the last
 * {@value #KEPT} measurements. Until there are {@value #ENOUGH} of them it trusts the deadline and takes all steps.
 */
public final class StepBudget {
    static final int KEPT = 128;
    static final int ENOUGH = 8;

    /** What to do before the next step. */
    public enum Decision {
        /** There is time for the remaining steps. */
        GO_ON,
        /** Stop here and use the present estimate of the clean trajectory. */
        CUT,
        /** Give up: the chunk would be of no use. */
        ABANDON
    }

    /**
     * What may be chosen.
     *
     * @param minSteps fewest denoising steps that still make a useful chunk
     * @param maxSteps most steps
     * @param confidence quantile of the measured costs to plan with, in (0, 1)
     * @param abandonWhenLate whether a run that has not reached the fewest steps by its deadline is abandoned instead of cut
     */
    public record Config(int minSteps, int maxSteps, double confidence, boolean abandonWhenLate) {
        /** @throws IllegalArgumentException naming the field, its value and the bound */
        public Config {
            if (minSteps < 1 || maxSteps < minSteps || maxSteps > 1000) {
                throw new IllegalArgumentException("anytime steps: expected 1 <= min <= max <= 1000, found " + minSteps
                        + " to " + maxSteps);
            }
            if (!(confidence > 0 && confidence < 1)) {
                throw new IllegalArgumentException("anytime confidence: expected a number between 0 and 1, found " + confidence);
            }
        }
    }

    private final Config config;
    private final Costs steps = new Costs();
    private final Costs overheads = new Costs();
    private final AtomicLongArray chosen;
    private final AtomicLongArray outcomes = new AtomicLongArray(Decision.values().length);

    /** A budget that has measured nothing. */
    public StepBudget(Config config) {
        this.config = config;
        chosen = new AtomicLongArray(config.maxSteps + 1);
    }

    /** Records what one denoising step cost. */
    public void stepCost(long ns) {
        steps.add(ns);
    }

    /** Records what one run cost besides its steps: windows, encoders, unpacking. */
    public void overheadCost(long ns) {
        overheads.add(ns);
    }

    /**
     * The number of steps for a run that may take so long, between the fewest and the most; counted.
     *
     * @param most steps that this run has at all
     */
    public int choose(long availableNs, int most) {
        int count = Math.min(config.maxSteps, most);
        if (steps.count >= ENOUGH && overheads.count >= ENOUGH) {
            long forSteps = availableNs - overheads.quantile(config.confidence);
            long fits = forSteps / Math.max(1, steps.quantile(config.confidence));
            count = (int) Math.min(count, Math.max(config.minSteps, fits));
        }
        chosen.incrementAndGet(count);
        return count;
    }

    /**
     * Whether a run goes on after {@code done} steps.
     *
     * @param leftNs time until the deadline
     */
    public Decision decide(int done, int count, long leftNs) {
        long stepNs = steps.count >= ENOUGH ? steps.quantile(config.confidence) : 0;
        Decision decision = Decision.GO_ON;
        if (done < count && leftNs < stepNs) {
            if (done >= config.minSteps) {
                decision = Decision.CUT;
            } else if (leftNs < 0 && config.abandonWhenLate) {
                decision = Decision.ABANDON;
            }
        }
        outcomes.incrementAndGet(decision.ordinal());
        return decision;
    }

    /** How often this number of steps was chosen. Any thread. */
    public long chosen(int count) {
        return chosen.get(count);
    }

    /** How often this was decided between steps. Any thread. */
    public long decided(Decision decision) {
        return outcomes.get(decision.ordinal());
    }

    /** The last measurements of one cost. */
    private static final class Costs {
        private final long[] ring = new long[KEPT];
        private final long[] sorted = new long[KEPT];
        private int count;
        private int next;
        private boolean fresh;

        void add(long ns) {
            ring[next] = Math.max(0, ns);
            next = (next + 1) % KEPT;
            count = Math.min(KEPT, count + 1);
            fresh = false;
        }

        long quantile(double q) {
            if (!fresh) {
                System.arraycopy(ring, 0, sorted, 0, count);
                Arrays.sort(sorted, 0, count);
                fresh = true;
            }
            int rank = (int) Math.ceil(q * count);
            return sorted[Math.max(1, Math.min(count, rank)) - 1];
        }
    }
}
