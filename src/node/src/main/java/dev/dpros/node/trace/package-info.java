/** What a control node writes into its trace, and what can be made of one: a report, and the control loop run again. */
package dev.dpros.node.trace;
