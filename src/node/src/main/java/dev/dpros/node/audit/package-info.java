/** An independent look at published commands: shares no code with the safety filter that made them. */
package dev.dpros.node.audit;
