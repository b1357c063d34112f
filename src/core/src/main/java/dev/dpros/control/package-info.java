/**
 * From action chunks to commands: the chunk scheduler, the receding horizon, the control loop with its absolute
 * deadlines, and the thread it runs on.
 */
package dev.dpros.control;
