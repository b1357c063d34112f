/** Who hears of what a control node does: one interface, and the list of those who listen, each in a net of its own. */
package dev.dpros.node.observer;
