package dev.dpros.control;

import dev.dpros.core.InputException;
import dev.dpros.safety.JointLimits;
import dev.dpros.safety.SafetyFilter;
import dev.dpros.safety.SmoothSafetyFilter;
import dev.dpros.safety.SteppedSafetyFilter;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Everything that configures the control loop. Immutable.
 *
 * @param names action dimensions (joints), in the policy's order
 * @param rateHz control rate
 * @param policyRateHz rate of the policy's grid, 1/dt
 * @param interpolation what a waypoint means until the next
 * @param chunkSteps most actions in one chunk
 * @param replan when to ask for the next chunk
 * @param join how it joins the present one
 * @param timing margins and deadlines
 * @param simulatedTime whether both times follow {@code /clock}
 * @param rotations dimensions that together are rotations; interpolated along the shortest arc
 * @param rules when it may command; {@link MotionRules#UNSUPERVISED} if null
 * @param outputs which together take each dimension once; empty or null for one that takes the whole action
 */
public record ControlConfig(
        List<String> names,
        double rateHz,
        double policyRateHz,
        Interpolation interpolation,
        int chunkSteps,
        ReplanConfig replan,
        JoinConfig join,
        TimingConfig timing,
        boolean simulatedTime,
        List<RotationGroup> rotations,
        MotionRules rules,
        List<OutputConfig> outputs) {

    /** How fast deviations from the path are corrected, rad/s: settled within about 0.2 s. */
    private static final double BANDWIDTH = 25;
    private static final long MIN_GRID_NS = 10_000_000;

    /** @throws IllegalArgumentException naming the field, its value and the bound */
    public ControlConfig {
        names = List.copyOf(names);
        require(!names.isEmpty() && names.size() <= 128, "joints", names.size(), "1 to 128 names");
        require(rateHz >= 1 && rateHz <= 1000, "control_rate_hz", rateHz, "1 to 1000");
        require(policyRateHz >= 0.1 && policyRateHz <= 1000, "policy_rate_hz", policyRateHz, "0.1 to 1000");
        require(chunkSteps >= 1 && chunkSteps <= 1024, "chunk_steps", chunkSteps, "1 to 1024");
        rotations = List.copyOf(rotations);
        rules = rules == null ? MotionRules.UNSUPERVISED : rules;
        outputs = outputs == null ? List.of() : List.copyOf(outputs);
        for (RotationGroup group : rotations) {
            require(group.first() + group.dims() <= names.size(), "rotations.first", group.first(),
                    "0 to " + (names.size() - group.dims()));
        }
        boolean mixes = join.strategy() == ChunkStrategy.BLEND || join.strategy() == ChunkStrategy.TEMPORAL_ENSEMBLE;
        require(rotations.isEmpty() || !mixes, "join.strategy", join.strategy(),
                "one that does not average coordinates, since the action has rotations");
        requireEachOnce(names, outputs);
        for (RotationGroup group : rotations) {
            requireTogether(names, group, outputs);
        }
    }

    private static void requireEachOnce(List<String> names, List<OutputConfig> outputs) {
        require(outputs.size() <= OutputConfig.MOST, "outputs", outputs.size(), "at most " + OutputConfig.MOST);
        List<Integer> taken = outputs.stream().flatMap(output -> output.dims().stream()).sorted().toList();
        require(outputs.isEmpty() || taken.equals(IntStream.range(0, names.size()).boxed().toList()), "outputs.dims", taken,
                "each of the " + names.size() + " dimensions once");
    }

    private static void requireTogether(List<String> names, RotationGroup group, List<OutputConfig> outputs) {
        List<Integer> wanted = IntStream.range(group.first(), group.first() + group.dims()).boxed().toList();
        require(outputs.isEmpty() || outputs.stream().anyMatch(output -> Collections.indexOfSubList(output.dims(), wanted) >= 0),
                "rotations.first", names.get(group.first()), "a rotation whose dimensions are one output's, in this order");
    }

    /** Settings for an action without rotations. */
    public ControlConfig(List<String> names, double rateHz, double policyRateHz, Interpolation interpolation,
            int chunkSteps, ReplanConfig replan, JoinConfig join, TimingConfig timing, boolean simulatedTime) {
        this(names, rateHz, policyRateHz, interpolation, chunkSteps, replan, join, timing, simulatedTime, List.of(),
                MotionRules.UNSUPERVISED, List.of());
    }

    /** Settings as the reference's: zero-order hold, a request every k steps, replace. */
    public static ControlConfig of(List<String> names, double rateHz, double policyRateHz, int chunkSteps, int everySteps) {
        return new ControlConfig(names, rateHz, policyRateHz, Interpolation.ZERO_ORDER_HOLD, chunkSteps,
                ReplanConfig.everySteps(everySteps), JoinConfig.REPLACE, TimingConfig.DEFAULT, false);
    }

    /** The same with another interpolation. */
    public ControlConfig with(Interpolation other) {
        return new ControlConfig(names, rateHz, policyRateHz, other, chunkSteps, replan, join, timing, simulatedTime, rotations, rules, outputs);
    }

    /** The same with another rule for requests. */
    public ControlConfig with(ReplanConfig other) {
        return new ControlConfig(names, rateHz, policyRateHz, interpolation, chunkSteps, other, join, timing, simulatedTime,
                rotations, rules, outputs);
    }

    /** The same with another way of joining. */
    public ControlConfig with(JoinConfig other) {
        return new ControlConfig(names, rateHz, policyRateHz, interpolation, chunkSteps, replan, other, timing, simulatedTime,
                rotations, rules, outputs);
    }

    /** The same with other times. */
    public ControlConfig with(TimingConfig other) {
        return new ControlConfig(names, rateHz, policyRateHz, interpolation, chunkSteps, replan, join, other, simulatedTime,
                rotations, rules, outputs);
    }

    /** The same, on {@code /clock}. */
    public ControlConfig withSimulatedTime() {
        return new ControlConfig(names, rateHz, policyRateHz, interpolation, chunkSteps, replan, join, timing, true,
                rotations, rules, outputs);
    }

    /** The same, with these dimensions taken as rotations. */
    public ControlConfig with(List<RotationGroup> groups) {
        return new ControlConfig(names, rateHz, policyRateHz, interpolation, chunkSteps, replan, join, timing, simulatedTime,
                groups, rules, outputs);
    }

    /** The same with other rules. */
    public ControlConfig with(MotionRules other) {
        return new ControlConfig(names, rateHz, policyRateHz, interpolation, chunkSteps, replan, join, timing, simulatedTime,
                rotations, other, outputs);
    }

    /** The same, shared out among these outputs. */
    public ControlConfig withOutputs(List<OutputConfig> others) {
        return new ControlConfig(names, rateHz, policyRateHz, interpolation, chunkSteps, replan, join, timing, simulatedTime,
                rotations, rules, others);
    }

    /** The outputs; the one that takes the whole action where there are no others. */
    public List<OutputConfig> allOutputs() {
        return outputs.isEmpty() ? List.of(OutputConfig.whole(this)) : outputs;
    }

    /** Interpolation of each dimension. */
    List<Interpolation> interpolations() {
        Interpolation[] all = new Interpolation[dims()];
        allOutputs().forEach(output -> output.dims().forEach(d -> all[d] = output.interpolation()));
        return List.of(all);
    }

    /** Action dimension A. */
    public int dims() {
        return names.size();
    }

    /** Control period, ns. */
    public long periodNs() {
        return Math.round(1e9 / rateHz);
    }

    /** Period of the policy's grid dt, ns. */
    public long policyStepNs() {
        return Math.round(1e9 / policyRateHz);
    }

    /** Most waypoints kept: what is left of the old chunk, the new one, and two that have passed. */
    public int bufferCapacity() {
        return 2 * chunkSteps + 4;
    }

    /** Time between the points of an interpolated frame: the control period, but not below 10 ms. */
    public long frameGridNs() {
        return Math.max(periodNs(), MIN_GRID_NS);
    }

    /**
     * The safety filter of the whole action.
     *
     * @param limits one per name, in the same order
     * @throws InputException if limits are missing for what the interpolation needs
     */
    public SafetyFilter safetyFilter(List<JointLimits> limits) {
        return safetyFilter(OutputConfig.whole(this), limits);
    }

    /**
     * The safety filter of one output, as its interpolation asks for.
     *
     * @param limits one per name of the whole action, in the same order
     * @throws InputException if limits are missing for what the interpolation needs
     */
    public SafetyFilter safetyFilter(OutputConfig output, List<JointLimits> limits) {
        if (!limits.stream().map(JointLimits::name).toList().equals(names)) {
            throw InputException.of("safety", "limits", "one entry per joint, in the order " + names,
                    limits.stream().map(JointLimits::name).toList().toString(), "");
        }
        List<JointLimits> own = output.dims().stream().map(limits::get).toList();
        if (output.stepped()) {
            return takingUp(output, new SteppedSafetyFilter(own, policyStepNs(), bufferCapacity()));
        }
        long horizonNs = Math.max((chunkSteps + 1) * policyStepNs(), 0) + timing.latencyBudgetNs();
        try {
            return takingUp(output, new SmoothSafetyFilter(own, frameGridNs(), horizonNs, BANDWIDTH));
        } catch (IllegalArgumentException e) {
            throw new InputException("safety: " + e.getMessage(), e);
        }
    }

    private SafetyFilter takingUp(OutputConfig output, SafetyFilter filter) {
        double[] tolerance = rules.takeUpArray(output.dimArray());
        if (tolerance != null) {
            filter.takeUpWithin(tolerance);
        }
        return filter;
    }

    static void require(boolean ok, String field, Object value, String bound) {
        if (!ok) {
            throw new IllegalArgumentException(field + ": expected " + bound + ", found " + value);
        }
    }
}
