package dev.dpros.diffusion;

/**
 * How a policy of tool poses has them (UMI: task.pose_repr). Which features are poses, {@link ToolPoses} tells by their names.
 *
 * @param observation representation of each arm's observed poses
 * @param action representation of each arm's actions
 */
public record PoseConfig(PoseRepresentation observation, PoseRepresentation action) {}
