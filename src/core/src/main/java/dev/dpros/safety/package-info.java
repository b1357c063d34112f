/**
 * The last stage before commands leave: limits, the filter that enforces them, and the watchdog that decides whether the
 * policy, the tail of its horizon or a decelerated hold drives the robot. Everything runs on the control thread.
 */
package dev.dpros.safety;
