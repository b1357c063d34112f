/** Reads and writes policies: LeRobot directories and diffusion_policy checkpoints. Executes nothing that they contain. */
package dev.dpros.checkpoint;
