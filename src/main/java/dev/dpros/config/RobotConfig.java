package dev.dpros.config;

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

    /** @throws IllegalArgumentException naming the field, its value and the bound */
    public RobotConfig {
        if (policy == null || policy.toString().isEmpty()) {
            throw new IllegalArgumentException("policy: expected a checkpoint's path, found nothing");
        }
        if (observations.isEmpty()) {
            throw new IllegalArgumentException("observations: expected one entry per input of the policy, found none");
        }
        observations = Map.copyOf(observations);
    }
}
