package dev.dpros.control;

/**
 * Times of the control loop, ns unless said otherwise.
 *
 * @param executionMarginNs actions stamped earlier than now plus this are expired; the time a command takes to act.
 *     Negative values (down to one policy step) still take the action that is due since less than that
 * @param latencyBudgetNs how long an inference may take before its chunk counts as late
 * @param maxChunkAgeNs chunks whose observation is older than this are refused
 * @param samplerHungAfterNs an inference that runs longer than this hangs
 * @param stampJumpNs a jump of stamp time against monotonic time by more than this empties the queue
 * @param overrunPeriods missed control periods in a row that count as an overrun
 */
public record TimingConfig(
        long executionMarginNs,
        long latencyBudgetNs,
        long maxChunkAgeNs,
        long samplerHungAfterNs,
        long stampJumpNs,
        int overrunPeriods) {

    private static final long MS = 1_000_000L;
    /** 10 ms, 500 ms, 2 s, 5 s, 100 ms, 5 periods. */
    public static final TimingConfig DEFAULT = new TimingConfig(10 * MS, 500 * MS, 2000 * MS, 5000 * MS, 100 * MS, 5);

    /** @throws IllegalArgumentException naming the field, its value and the bound */
    public TimingConfig {
        within("execution_margin_ms", executionMarginNs, -1000, 1000);
        within("latency_budget_ms", latencyBudgetNs, 1, 60_000);
        within("max_chunk_age_ms", maxChunkAgeNs, 10, 60_000);
        within("sampler_hung_after_ms", samplerHungAfterNs, 10, 600_000);
        within("stamp_jump_ms", stampJumpNs, 1, 60_000);
        ControlConfig.require(overrunPeriods >= 1 && overrunPeriods <= 10_000, "overrun_periods", overrunPeriods,
                "1 to 10000");
    }

    private static void within(String field, long valueNs, long minMs, long maxMs) {
        ControlConfig.require(valueNs >= minMs * MS && valueNs <= maxMs * MS, field, valueNs / 1e6, minMs + " to " + maxMs);
    }
}
