package dev.dpros.control;

import dev.dpros.control.LoopStatistics.Counter;
import dev.dpros.core.ChunkRequester;
import dev.dpros.core.SamplingFailure;
import dev.dpros.safety.SafetyEvent;
import dev.dpros.safety.Watchdog;

/**
 * Asks the sampler for chunks when they are due and notices when it is late, fails or hangs. Control thread; never waits
 * for the sampler; allocates nothing.
 */
final class InferencePacer {
    private final ControlConfig config;
    private final ChunkRequester requester;
    private final Watchdog watchdog;
    private final LoopStatistics statistics;
    private long failuresSeen;
    /** Time on the loop's own axis at which the next request falls due. */
    private long nextNs = Long.MIN_VALUE;
    private long retryNs = Long.MIN_VALUE;
    private boolean outstanding;
    private long deadlineNs;
    private boolean late;
    private boolean discards;
    private RequestOutcome outcome = RequestOutcome.NONE;

    InferencePacer(ControlConfig config, ChunkRequester requester, Watchdog watchdog, LoopStatistics statistics) {
        this.config = config;
        this.requester = requester;
        this.watchdog = watchdog;
        this.statistics = statistics;
    }

    /** Makes the next request due at once, after a start, a hold or a jump of time. */
    void restart() {
        nextNs = Long.MIN_VALUE;
        retryNs = Long.MIN_VALUE;
        outstanding = false;
        late = false;
    }

    /** What is being sampled now belongs to the past: it will not be used. */
    void discardRunning(TickInputs inputs) {
        discards = inputs.samplerBusy;
    }

    /** Whether the chunk that has just come was asked for before the last start or jump of time. */
    boolean discarded() {
        boolean was = discards;
        discards = false;
        return was;
    }

    /** A chunk has been joined: all is well with the sampler. */
    void delivered(long timeNs) {
        if (outstanding && !late && timeNs > deadlineNs) {
            statistics.add(Counter.DEADLINES_MISSED, 1);
        }
        outstanding = false;
        late = false;
        watchdog.clear(SafetyEvent.CHUNK_LATE, Watchdog.NO_SOURCE);
        watchdog.clear(SafetyEvent.SAMPLER_CRASHED, Watchdog.NO_SOURCE);
        watchdog.clear(SafetyEvent.NON_FINITE_ACTION, Watchdog.NO_SOURCE);
        watchdog.clear(SafetyEvent.NO_OBSERVATION, Watchdog.NO_SOURCE);
        watchdog.clear(SafetyEvent.CHUNK_ABANDONED, Watchdog.NO_SOURCE);
    }

    /** A chunk came and was refused: ask again at once. */
    void refused() {
        outstanding = false;
        nextNs = Long.MIN_VALUE;
    }

    /** An inference failed: ask again after one policy step, lest a broken sampler be asked at the control rate. */
    private void askLater(long timeNs) {
        discards = false;
        outstanding = false;
        nextNs = timeNs + config.policyStepNs();
        retryNs = nextNs;
    }

    /** What was not yet to be had, or was given up as configured, is no crash: it has events and a count of its own. */
    private void failed(SamplingFailure kind, long count) {
        boolean expected = kind == SamplingFailure.NO_OBSERVATION || kind == SamplingFailure.ABANDONED;
        statistics.add(expected ? Counter.INFERENCES_WITHOUT_CHUNK : Counter.INFERENCE_FAILURES, count);
        if (kind != SamplingFailure.NO_OBSERVATION) {
            watchdog.clear(SafetyEvent.NO_OBSERVATION, Watchdog.NO_SOURCE);
        }
        watchdog.raise(event(kind), Watchdog.NO_SOURCE);
    }

    private static SafetyEvent event(SamplingFailure kind) {
        return switch (kind) {
            case FAILED -> SafetyEvent.SAMPLER_CRASHED;
            case NO_OBSERVATION -> SafetyEvent.NO_OBSERVATION;
            case NON_FINITE -> SafetyEvent.NON_FINITE_ACTION;
            case ABANDONED -> SafetyEvent.CHUNK_ABANDONED;
            case DEVICE_LOST -> SafetyEvent.DEVICE_LOST;
        };
    }

    /** Raises and clears the causes that the sampler answers for. */
    void check(long timeNs, TickInputs inputs) {
        long failures = inputs.failures;
        if (failures != failuresSeen) {
            failed(inputs.failure == null ? SamplingFailure.FAILED : inputs.failure, failures - failuresSeen);
            failuresSeen = failures;
            askLater(timeNs);
        }
        outcome = RequestOutcome.NONE;
        long since = inputs.samplerSinceNs;
        boolean hung = since != Long.MIN_VALUE && inputs.monotonicNs - since > config.timing().samplerHungAfterNs();
        watchdog.set(SafetyEvent.SAMPLER_HUNG, Watchdog.NO_SOURCE, hung);
        if (outstanding && !late && timeNs > deadlineNs) {
            late = true;
            statistics.add(Counter.DEADLINES_MISSED, 1);
            watchdog.raise(SafetyEvent.CHUNK_LATE, Watchdog.NO_SOURCE);
        }
    }

    /** What the sampler said to this tick's request. */
    RequestOutcome outcome() {
        return outcome;
    }

    /** Asks for a chunk if one is due. */
    void request(long timeNs, TickInputs inputs, TrajectoryBuffer buffer, int executedSteps) {
        if (inputs.samplerBusy || !due(timeNs, inputs.rosNs, buffer)) {
            return;
        }
        long budgetNs = budget(inputs.rosNs, buffer);
        boolean accepted = requester.request(inputs.monotonicNs, inputs.monotonicNs + budgetNs, executedSteps);
        outcome = accepted ? RequestOutcome.ACCEPTED : RequestOutcome.REFUSED;
        if (!accepted) {
            statistics.add(Counter.REQUESTS_BUSY, 1);
            return;
        }
        statistics.add(Counter.REQUESTS, 1);
        if (!late) {
            deadlineNs = timeNs + budgetNs;
        }
        outstanding = true;
        long everyNs = config.replan().everySteps() * config.policyStepNs();
        boolean onGrid = nextNs != Long.MIN_VALUE && timeNs - nextNs < everyNs;
        nextNs = (onGrid ? nextNs : timeNs) + everyNs;
    }

    private boolean due(long timeNs, long rosNowNs, TrajectoryBuffer buffer) {
        if (timeNs < retryNs) {
            return false;
        }
        return switch (config.replan().trigger()) {
            case EVERY_K_STEPS -> timeNs >= nextNs;
            case QUEUE_SHORT -> buffer.remaining(rosNowNs) <= config.replan().queueSteps();
            case CONTINUOUS -> true;
        };
    }

    /** Time until the chunk is needed: the configured budget, or what is left of the present one. */
    private long budget(long rosNowNs, TrajectoryBuffer buffer) {
        long budgetNs = config.timing().latencyBudgetNs();
        long leftNs = buffer.size() == 0 ? 0
                : buffer.lastStampNs() - rosNowNs - config.timing().executionMarginNs();
        return leftNs <= 0 ? budgetNs : Math.min(budgetNs, Math.max(leftNs, config.policyStepNs()));
    }
}
