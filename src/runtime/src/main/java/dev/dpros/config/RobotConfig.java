package dev.dpros.config;

import dev.dpros.control.Interpolation;
import dev.dpros.control.MotionRules;
import java.nio.file.Path;
import java.util.Map;

/**
 * One robot with one policy: what {@code dpros run --config} reads. Built from packaged defaults, the YAML file and the
 * node's private ROS parameters, in that order of precedence; unknown keys are errors.
 *
 * @param policy the checkpoint: a directory or file; relative paths are relative to the configuration file
 * @param node the ROS node
 * @param sampler how chunks are sampled
 * @param observations by the policy's feature key
 * @param action where actions go
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
            throw new IllegalArgumentException("policy: expected a checkpoint's path, found nothing");
        }
        if (observations.isEmpty()) {
            throw new IllegalArgumentException("observations: expected one entry per input of the policy, found none");
        }
        observations = Map.copyOf(observations);
        TopicQuality.requireOneForEachTopic(observations, action);
    }

    /**
     * When the loop may command.
     *
     * @param measuredSource index of the source that delivers the measured position, or -1
     * @throws IllegalArgumentException naming the field, its value and the bound
     */
    public MotionRules motionRules(int measuredSource) {
        double bound = control.interpolation() == Interpolation.ZERO_ORDER_HOLD ? 0 : TRACKING_BOUND;
        return new MotionRules(action.atRest(), action.takeUpPerJoint(),
                control.maxTrackingError().in(action.joints(), "max_tracking_error", d -> bound),
                Math.round(control.trackingWindowMs() * 1e6), action.contacts(), measuredSource,
                node.enableTimeoutMs() > 0);
    }
}
