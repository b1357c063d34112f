/**
 * Datasets: recorded episodes aligned to the policy's grid, and their checks, statistics and merging. Formats have
 * packages of their own: {@code zarr}, {@code lerobot}, {@code rosbag}.
 */
package dev.dpros.datasets;
