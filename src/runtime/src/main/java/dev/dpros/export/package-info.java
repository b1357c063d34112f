/** Policies as models of inference servers that a fleet of robots shares. */
package dev.dpros.export;
