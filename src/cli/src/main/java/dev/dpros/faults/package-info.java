/** Faults for a running control node: what spoils its topics and its sampler, and what watches how it answers. */
package dev.dpros.faults;
