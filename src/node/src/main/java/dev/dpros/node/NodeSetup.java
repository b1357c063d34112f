package dev.dpros.node;

import dev.dpros.config.RobotConfig;
import dev.dpros.config.TopicQuality;
import dev.dpros.control.ControlConfig;
import dev.dpros.control.PacerConfig;
import dev.dpros.control.RotationGroup;
import dev.dpros.core.Clock;
import dev.dpros.core.InputException;
import dev.dpros.core.Transport;
import dev.dpros.diffusion.ConstantInputs;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.inference.ChunkPolicy;
import dev.dpros.inference.ToolPolicy;
import dev.dpros.inference.TorchRuntime;
import dev.dpros.metrics.MetricsRegistry;
import dev.dpros.process.Owned;
import dev.dpros.safety.JointLimits;
import dev.dpros.safety.SafetyFilter;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.function.UnaryOperator;

/**
 * What a control node is built from, and what follows from it before anything runs.
 *
 * @param metrics gives the sink of each stage's durations
 * @param around something around the policy, such as faults
 */
record NodeSetup(RobotConfig config, PolicyDefinition definition, Transport transport, MetricsRegistry metrics,
        UnaryOperator<ChunkPolicy> around) {
    /**
     * How the robot may move.
     *
     * @param limits in the action's order
     * @param filters of this node's loop, one for each output
     */
    record Motion(ControlConfig control, List<JointLimits> limits, List<SafetyFilter> filters) {}

    /** @throws InputException if device and joints do not fit the policy */
    NodeSetup {
        if (config.sampler().here()) {
            TorchRuntime.requireDevice(config.sampler().device());
        }
        int dims = ToolPolicy.live(definition.config()).action().size();
        int names = config.layout().names().size();
        if (names != dims) {
            throw InputException.of(config.layout().several() ? "actions" : "action", "joints", dims + " names (the policy's action dimension)",
                    names + " names", "");
        }
    }

    /** The policy as the robot meets it: one of tool poses has other features than its network. */
    PolicyConfig policy() {
        return ToolPolicy.live(definition.config());
    }

    Clock clock() {
        return transport.clock();
    }

    /** Subscribes the observation sources. @throws InputException if they do not fit the policy */
    Sources sources(Owned owned) {
        TopicQuality.ask(config, transport);
        Sources sources = owned.own(new Sources(config, policy(), transport, metrics));
        sources.expect(config, ConstantInputs.of(definition));
        return sources;
    }

    /** The control loop's configuration, but for the rules of motion. @throws InputException if it is not consistent */
    ControlConfig control() {
        int chunkSteps = policy().chunkSteps();
        try {
            ControlConfig control = config.control().toControlConfig(config.layout(), chunkSteps, transport.simulatedTime());
            if (policy().trajectory().poses() != null) {
                requireRotations(control);
            }
            return control;
        } catch (IllegalArgumentException e) {
            throw new InputException("control: " + e.getMessage(), e);
        }
    }

    /** Tool poses are interpolated along the shortest arc, or not at all. */
    private void requireRotations(ControlConfig control) {
        List<String> names = config.layout().names();
        for (int first = ToolPolicy.QUATERNION; first < names.size(); first += ToolPolicy.ACTION) {
            if (!control.rotations().contains(new RotationGroup(first, RotationGroup.Kind.QUATERNION))) {
                throw new IllegalArgumentException("rotations: expected {first: " + names.get(first) + ", kind: quaternion}, since the policy's "
                        + "actions are tool poses, x, y, z, a quaternion and the gripper's width of each arm, found " + control.rotations());
            }
        }
    }

    /** With its rules. @param measuredSource index of the source of an output's measured position, or -1 */
    Motion motion(ControlConfig unruled, IntUnaryOperator measuredSource) {
        ControlConfig control = ruled(unruled, measuredSource);
        List<JointLimits> limits = limits();
        List<SafetyFilter> filters = control.allOutputs().stream().map(output -> control.safetyFilter(output, limits)).toList();
        for (int i = 0; i < filters.size(); i++) {
            filters.get(i).pointAt(config.actions().get(i).firstPointNs(control.periodNs()));
        }
        return new Motion(control, limits, filters);
    }

    private ControlConfig ruled(ControlConfig unruled, IntUnaryOperator measuredSource) {
        try {
            return unruled.with(config.motionRules(measuredSource.applyAsInt(0)))
                    .withOutputs(config.layout().outputs(config.control().interpolation(), measuredSource));
        } catch (IllegalArgumentException e) {
            throw new InputException("action or control: " + e.getMessage(), e);
        }
    }

    private List<JointLimits> limits() {
        try {
            return config.layout().limits();
        } catch (IllegalArgumentException e) {
            throw new InputException("action: " + e.getMessage(), e);
        }
    }

    PacerConfig pacer() {
        PacerConfig base = config.control().realtimePriority() ? PacerConfig.REAL_TIME : PacerConfig.NORMAL;
        return new PacerConfig(base.spinNs(), base.mostSpinNs(), base.priority(), config.control().cpu(), base.lockMemory());
    }

    /** Policy and node, for people. */
    String title() {
        return config.policy().getFileName() + " on " + transport.nodeName();
    }
}
