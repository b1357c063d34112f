/**
 * Latencies, counters and gauges in Micrometer, served to Prometheus and to the live page. Stages record into
 * {@link dev.dpros.core.LatencySink}s and plain counters; everything that allocates happens on the metrics thread.
 */
package dev.dpros.metrics;
