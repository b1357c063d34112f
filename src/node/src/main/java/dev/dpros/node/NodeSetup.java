package dev.dpros.node;

import dev.dpros.config.RobotConfig;
import dev.dpros.config.TopicQuality;
import dev.dpros.control.ControlConfig;
import dev.dpros.control.PacerConfig;
import dev.dpros.core.Clock;
import dev.dpros.core.InputException;
import dev.dpros.core.Transport;
import dev.dpros.diffusion.ConstantInputs;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.inference.ChunkPolicy;
import dev.dpros.inference.TorchRuntime;
import dev.dpros.metrics.MetricsRegistry;
import dev.dpros.process.Owned;
import dev.dpros.safety.JointLimits;
import dev.dpros.safety.SafetyFilter;
import java.util.List;
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
     * @param filter of this node's loop
     */
    record Motion(ControlConfig control, List<JointLimits> limits, SafetyFilter filter) {}

    /** @throws InputException if device and joints do not fit the policy */
    NodeSetup {
        if (config.sampler().here()) {
            TorchRuntime.requireDevice(config.sampler().device());
        }
        int dims = definition.config().action().size();
        if (config.action().joints().size() != dims) {
            throw InputException.of("action", "joints", dims + " names (the policy's action dimension)",
                    config.action().joints().size() + " names", "");
        }
    }

    PolicyConfig policy() {
        return definition.config();
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
            return config.control().toControlConfig(config.action().joints(), chunkSteps, transport.simulatedTime());
        } catch (IllegalArgumentException e) {
            throw new InputException("control: " + e.getMessage(), e);
        }
    }

    /** With its rules. @param measuredSource index of the source of the measured position, or -1 */
    Motion motion(ControlConfig unruled, int measuredSource) {
        ControlConfig control = ruled(unruled, measuredSource);
        List<JointLimits> limits = limits();
        SafetyFilter filter = control.safetyFilter(limits);
        filter.pointAt(config.action().firstPointNs(control.periodNs()));
        return new Motion(control, limits, filter);
    }

    private ControlConfig ruled(ControlConfig unruled, int measuredSource) {
        try {
            return unruled.with(config.motionRules(measuredSource));
        } catch (IllegalArgumentException e) {
            throw new InputException("action or control: " + e.getMessage(), e);
        }
    }

    private List<JointLimits> limits() {
        try {
            return config.action().jointLimits();
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
