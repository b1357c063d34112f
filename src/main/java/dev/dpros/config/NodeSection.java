package dev.dpros.config;

/**
 * The ROS node.
 *
 * @param name node name, unless {@code __name:=} says otherwise
 * @param autostart whether the policy drives as soon as it is ready, or waits for the {@code ~start} service
 */
public record NodeSection(String name, boolean autostart) {}
