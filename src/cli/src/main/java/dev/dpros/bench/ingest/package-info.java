/** Measurement of what a subscriber does with cameras and joint states at full rate. */
package dev.dpros.bench.ingest;
