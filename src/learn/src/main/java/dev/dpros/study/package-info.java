/** Studies of the real-time part in simulation, on a clock of their own: deterministic, as fast as the machine allows. */
package dev.dpros.study;
