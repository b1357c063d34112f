package dev.dpros.config;

import dev.dpros.control.Interpolation;
import dev.dpros.control.MotionRules;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * One robot with one policy: what {@code dpros run --config} reads. Built from packaged defaults, the YAML file and the
 * node's private ROS parameters, in that order of precedence; unknown keys are errors.
 *
 * @param policy the checkpoint: a directory or file; relative paths are relative to the configuration file
 * @param node the ROS node
 * @param sampler how chunks are sampled
 * @param observations by the policy's feature key
 * @param action where actions go; the first output where there are several
 * @param actions the outputs, of which {@code action} is the short form for one
 * @param dimensions names of the action's dimensions in the policy's order; empty: those of the outputs one after the other
 * @param outputs what is published besides the commands
 * @param control the control loop
 * @param metrics the metrics server
 * @param dashboard the live page
 * @param teleop how a human takes over
 * @param trace the trace of a run
 * @param record what is recorded besides the observations
 */
public record RobotConfig(
        Path policy,
        NodeSection node,
        SamplerSection sampler,
        Map<String, SourceSection> observations,
        ActionSection action,
        List<ActionSection> actions,
        List<String> dimensions,
        OutputSection outputs,
        ControlSection control,
        MetricsSection metrics,
        DashboardSection dashboard,
        TeleopSection teleop,
        TraceSection trace,
        RecordSection record) {
    private static final double TRACKING_BOUND = 0.2;

    /** @throws IllegalArgumentException naming the field, its value and the bound */
    public RobotConfig {
        if (policy == null || policy.toString().isEmpty()) {
            throw new IllegalArgumentException("policy: expected a checkpoint's path, found nothing; dpros record does not open it: there any word will do");
        }
        if (observations.isEmpty()) {
            throw new IllegalArgumentException("observations: expected one entry per input of the policy, found none");
        }
        observations = Map.copyOf(observations);
        dimensions = List.copyOf(dimensions);
        boolean several = !actions.isEmpty();
        if (several && action != null && !action.equals(actions.get(0))) {
            throw new IllegalArgumentException("actions: expected action or actions, found both");
        }
        actions = several ? List.copyOf(actions) : List.of(action);
        action = actions.get(0);
        ActionLayout.of(dimensions, actions, several);
        requireTopics(actions);
        TopicQuality.requireOneForEachTopic(observations, actions);
    }

    private static void requireTopics(List<ActionSection> actions) {
        for (int i = 1; i < actions.size(); i++) {
            String topic = actions.get(i).topic();
            int first = actions.stream().map(ActionSection::topic).toList().indexOf(topic);
            if (first < i) {
                throw new IllegalArgumentException("actions." + i + ".topic: expected a topic of its own, found " + topic + ", that of actions." + first);
            }
        }
    }

    /** How the action is shared out among the outputs. */
    public ActionLayout layout() {
        return ActionLayout.of(dimensions, actions, actions.size() > 1);
    }

    /**
     * When the loop may command.
     *
     * @param measuredSource index of the source that delivers the measured position of the only output, or -1
     * @throws IllegalArgumentException naming the field, its value and the bound
     */
    public MotionRules motionRules(int measuredSource) {
        ActionLayout layout = layout();
        List<Interpolation> how = layout.interpolations(control.interpolation());
        return new MotionRules(action.atRest(), layout.takeUp(), control.maxTrackingError().in(layout.names(), "max_tracking_error",
                d -> how.get(d) == Interpolation.ZERO_ORDER_HOLD ? 0 : TRACKING_BOUND),
                Math.round(control.trackingWindowMs() * 1e6), layout.contacts(), measuredSource,
                node.enableTimeoutMs() > 0);
    }
}
