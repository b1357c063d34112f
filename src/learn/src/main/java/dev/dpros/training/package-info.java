/** Evaluation (and training) of policies in simulation, after the reference's protocol. */
package dev.dpros.training;
