/** What the control node publishes: commands, the state of each tick, chunks, diagnostics. */
package dev.dpros.node.outputs;
