/**
 * Simulated worlds: PushT as the reference simulates, scores and renders it, and the robot seen in continuous time.
 * Knows neither ROS nor policies; depends on core alone.
 */
package dev.dpros.sim;
