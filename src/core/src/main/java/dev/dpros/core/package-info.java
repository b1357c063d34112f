/**
 * The vocabulary every stage shares: clocks, observations, action chunks, commands, and the ports between stages.
 * Depends on the JDK alone.
 */
package dev.dpros.core;
