package dev.dpros.config;

import static dev.dpros.config.Bounds.inRange;

import dev.dpros.control.ControlConfig;
import dev.dpros.control.Interpolation;
import dev.dpros.control.JoinConfig;
import dev.dpros.control.ReplanConfig;
import dev.dpros.control.RotationGroup;
import dev.dpros.control.TimingConfig;
import dev.dpros.inference.GuideConfig;
import java.util.List;

/**
 * The control loop; times in ms. docs/parameters.md explains each key.
 *
 * @param rateHz control rate
 * @param policyRateHz rate of the policy's grid, 1/dt
 * @param interpolation between waypoints
 * @param replan when to ask for the next chunk
 * @param join how chunks are joined
 * @param timing margins and deadlines
 * @param realtimePriority whether to ask for SCHED_FIFO and locked memory
 * @param cpu core to pin the control thread to, or -1
 * @param rotations joints that together are a rotation
 * @param maxTrackingError by how much a moving robot may lag, robot units; 0: not supervised
 * @param trackingWindowMs over which that is filtered, and how long it may last
 */
public record ControlSection(
        double rateHz,
        double policyRateHz,
        Interpolation interpolation,
        ReplanConfig replan,
        JoinConfig join,
        Timing timing,
        boolean realtimePriority,
        int cpu,
        List<Rotation> rotations,
        PerJoint maxTrackingError,
        double trackingWindowMs) {

    /** A rotation: its first joint and how it is written; see {@link RotationGroup}. */
    public record Rotation(String first, RotationGroup.Kind kind) {}

    /** Margins and deadlines in ms; see {@link TimingConfig}. */
    public record Timing(
            double executionMarginMs,
            double latencyBudgetMs,
            double maxChunkAgeMs,
            double samplerHungAfterMs,
            double stampJumpMs,
            int overrunPeriods) {
        /** @throws IllegalArgumentException naming the field, its value and the bound */
        public Timing {
            config(executionMarginMs, latencyBudgetMs, maxChunkAgeMs, samplerHungAfterMs, stampJumpMs, overrunPeriods);
        }

        TimingConfig toConfig() {
            return config(executionMarginMs, latencyBudgetMs, maxChunkAgeMs, samplerHungAfterMs, stampJumpMs, overrunPeriods);
        }

        private static TimingConfig config(double marginMs, double budgetMs, double ageMs, double hungMs, double jumpMs, int overruns) {
            return new TimingConfig(ns(marginMs), ns(budgetMs), ns(ageMs), ns(hungMs), ns(jumpMs), overruns);
        }
    }

    /** @throws IllegalArgumentException naming the field, its value and the bound */
    public ControlSection {
        inRange("rate_hz", rateHz, 1, 1000);
        inRange("policy_rate_hz", policyRateHz, 0.1, 1000);
        inRange("cpu", cpu, -1, 1023);
        inRange("tracking_window_ms", trackingWindowMs, 10, 60_000);
        rotations = List.copyOf(rotations);
    }

    /**
     * The loop's own configuration.
     *
     * @param layout how the action is shared out among the outputs; the sources of their measured positions are told later
     * @param chunkSteps actions in one chunk, T - To + 1
     * @param simulatedTime whether time follows {@code /clock}
     * @throws IllegalArgumentException naming the field, its value and the bound
     */
    public ControlConfig toControlConfig(ActionLayout layout, int chunkSteps, boolean simulatedTime) {
        List<String> joints = layout.names();
        Interpolation common = layout.several() ? interpolation : layout.entries().get(0).interpolationOr(interpolation);
        return new ControlConfig(joints, rateHz, policyRateHz, common, chunkSteps, replan, join, timing.toConfig(), simulatedTime,
                rotations.stream().map(rotation -> group(rotation, joints)).toList(), null, layout.outputs(interpolation, entry -> -1));
    }

    /** What the sampler makes of the chunk before. */
    public GuideConfig.Conditioning conditioning() {
        return switch (join.strategy()) {
            case REAL_TIME_CHUNKING -> GuideConfig.Conditioning.REAL_TIME_CHUNKING;
            case WARM_START -> GuideConfig.Conditioning.WARM_START;
            case REPLACE, BLEND, TEMPORAL_ENSEMBLE -> GuideConfig.Conditioning.NONE;
        };
    }

    private static RotationGroup group(Rotation rotation, List<String> joints) {
        int first = joints.indexOf(rotation.first);
        if (first < 0) {
            throw new IllegalArgumentException("rotations: first: expected one of " + joints + ", found " + rotation.first);
        }
        return new RotationGroup(first, rotation.kind);
    }

    private static long ns(double ms) {
        return Math.round(ms * 1e6);
    }
}
