/** A first robot configuration, from a policy and what a robot says of itself. */
package dev.dpros.setup;
