/** What {@code dpros train} reads and writes: data, state, policies, metrics. */
package dev.dpros.training.run;
