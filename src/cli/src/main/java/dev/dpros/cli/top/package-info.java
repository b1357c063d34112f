/** A running node in a terminal: reads its live page's events and draws them as text. */
package dev.dpros.cli.top;
