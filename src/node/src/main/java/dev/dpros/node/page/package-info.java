/** What the live page shows of a control node, and what it may do: the program's side of the dashboard's ports. */
package dev.dpros.node.page;
