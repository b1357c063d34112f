package dev.dpros.control;

import dev.dpros.core.CommandSink;
import dev.dpros.safety.JointLimits;
import dev.dpros.safety.SafetyFilter;
import java.util.List;
import java.util.function.Function;

/**
 * An output of the control loop with what guards it and where its frames go.
 *
 * @param config its dimensions and rules
 * @param filter makes its frames; no other output's
 * @param sink where they go
 */
public record WiredOutput(OutputConfig config, SafetyFilter filter, CommandSink sink) {
    /**
     * Each output of a configuration.
     *
     * @param limits of the action, in its order
     * @param sinks gives the sink of each
     * @throws dev.dpros.core.InputException if limits are missing for what an interpolation needs
     */
    public static List<WiredOutput> of(ControlConfig control, List<JointLimits> limits, Function<OutputConfig, CommandSink> sinks) {
        return control.allOutputs().stream().map(output -> new WiredOutput(output, control.safetyFilter(output, limits), sinks.apply(output)))
                .toList();
    }
}
