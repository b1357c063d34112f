/** Distillation: a student that takes one or two evaluations learns what a policy makes in many. */
package dev.dpros.training.distill;
