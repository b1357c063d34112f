/**
 * The live page: static assets, a stream of state snapshots, camera images and the operator's controls, behind ports that
 * the program implements. Nothing here touches the control loop.
 */
package dev.dpros.metrics.dashboard;
