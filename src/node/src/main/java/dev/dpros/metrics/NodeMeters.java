package dev.dpros.metrics;

import dev.dpros.core.SourceHealth;
import dev.dpros.core.Transport;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/**
 * The names under which a node's counters and gauges are exported, in one place: what docs/metrics.md lists and the
 * alert rules use. Each method registers readers of plain fields that the stages keep; call them once, at start.
 */
public final class NodeMeters {
    private final MetricsRegistry registry;

    /** Registers in this registry. */
    public NodeMeters(MetricsRegistry registry) {
        this.registry = registry;
    }

    /**
     * One observation source.
     *
     * @param input key of the policy's input; several may read one topic
     * @param monotonicNs the node's monotonic clock
     * @param taken samples taken in
     * @param rejected messages that could not be used
     * @param skipped messages passed over for newer ones
     */
    public void source(SourceHealth health, String input, LongSupplier monotonicNs, LongSupplier taken, LongSupplier rejected,
            LongSupplier skipped) {
        String[] tags = {"source", health.name(), "input", input};
        registry.gauge("dpros.source.silence", "Time since a source's last usable sample", "seconds",
                () -> health.lastReceivedNs() == SourceHealth.NEVER ? Double.NaN
                        : (monotonicNs.getAsLong() - health.lastReceivedNs()) / 1e9, tags);
        registry.gauge("dpros.source.stale", "1 while a source is older than allowed", null,
                () -> one(health.stale(monotonicNs.getAsLong())), tags);
        registry.gauge("dpros.source.frozen", "1 while a camera repeats its image", null, () -> one(health.frozen()), tags);
        registry.gauge("dpros.source.blank", "1 while a camera's image is empty", null, () -> one(health.blank()), tags);
        registry.gauge("dpros.source.stamp.offset", "Receive time less stamp of a source, median", "seconds",
                () -> health.stampOffsetNs() == SourceHealth.UNKNOWN ? Double.NaN : health.stampOffsetNs() / 1e9, tags);
        registry.counter("dpros.source.samples", "Samples taken in", taken, tags);
        registry.counter("dpros.source.rejected", "Messages that could not be used", rejected, tags);
        registry.counter("dpros.source.skipped", "Messages passed over for newer ones", skipped, tags);
        registry.counter("dpros.source.stamp.jumps", "Jumps of a source's stamps", health::stampJumps, tags);
    }

    /** Control ticks run, and periods that passed without one. */
    public void ticks(LongSupplier run, LongSupplier missed) {
        registry.counter("dpros.ticks", "Control ticks run", run);
        registry.counter("dpros.ticks.missed", "Control periods that passed without a tick", missed);
    }

    /** Deadlines missed for one reason, such as {@code chunk_late}. */
    public void deadlineMisses(String reason, LongSupplier count) {
        registry.counter("dpros.deadline.misses", "Deadlines missed", count, "reason", reason);
    }

    /** One state of the watchdog: exports 1 while it is the present one. */
    public void watchdogState(String state, BooleanSupplier present) {
        registry.gauge("dpros.watchdog.state", "1 for the watchdog's present state", null,
                () -> one(present.getAsBoolean()), "state", state);
    }

    /** Transitions of the watchdog between two states. */
    public void watchdogTransitions(String from, String to, LongSupplier count) {
        registry.counter("dpros.watchdog.transitions", "Transitions of the watchdog", count, "from", from, "to", to);
    }

    /** How often a cause began, such as {@code camera_frozen}. */
    public void watchdogEvents(String event, LongSupplier count) {
        registry.counter("dpros.watchdog.events", "How often a cause began", count, "event", event);
    }

    /** Chunks by what became of them: {@code received} counts all, the rest ({@code taken}, {@code outdated} ...) part of them. */
    public void chunks(String outcome, LongSupplier count) {
        registry.counter("dpros.chunks", "Action chunks", count, "outcome", outcome);
    }

    /** Chunks by where they were sampled, such as {@code remote}; {@code none}: neither there nor here. */
    public void chunkOrigin(String origin, LongSupplier count) {
        registry.counter("dpros.remote.chunks", "Chunks of a policy on a server, by where they were sampled", count, "origin", origin);
    }

    /** Requests to a server that failed, by the kind of failure. */
    public void remoteMisses(String kind, LongSupplier count) {
        registry.counter("dpros.remote.misses", "Requests to the server without a good answer in time", count, "kind", kind);
    }

    /** Whether a policy's server is asked. */
    public void remoteAsked(BooleanSupplier asked) {
        registry.gauge("dpros.remote.asked", "1 while the server is asked for chunks", null, () -> one(asked.getAsBoolean()));
    }

    /** How well the last chunk fits the one before it. */
    public void chunkJoin(DoubleSupplier velocityJump, DoubleSupplier disagreement) {
        registry.gauge("dpros.chunk.join.discontinuity", "Largest jump of commanded velocity at the last chunk join, "
                + "robot units per second", null, velocityJump);
        registry.gauge("dpros.chunk.disagreement", "Largest distance between the last two chunks over their common "
                + "time, robot units", null, disagreement);
    }

    /** Network evaluations of the last chunk, and of all. */
    public void denoisingSteps(LongSupplier last, LongSupplier all) {
        registry.gauge("dpros.inference.steps.used", "Denoising steps of the last chunk", null, last::getAsLong);
        registry.counter("dpros.inference.steps", "Denoising steps", all);
    }

    /** Commands that the safety filter changed, by the limit concerned. */
    public void limited(String limit, LongSupplier count) {
        registry.counter("dpros.safety.limited", "Commands changed by the safety filter", count, "limit", limit);
    }

    /** An incoming topic. */
    public void subscription(String topic, Transport.Subscription subscription) {
        registry.counter("dpros.messages.received", "Messages received", subscription::received, "topic", topic);
        registry.counter("dpros.messages.refused", "Messages refused", subscription::rejected, "topic", topic);
        registry.gauge("dpros.publishers", "Publishers connected", null, subscription::publishers, "topic", topic);
    }

    /** An outgoing topic, or goals to an action's server. */
    public void output(String topic, IntSupplier receivers, LongSupplier sent, LongSupplier dropped) {
        registry.counter("dpros.messages.sent", "Messages sent, summed over subscribers", sent, "topic", topic);
        registry.counter("dpros.messages.dropped", "Messages dropped for slow subscribers", dropped, "topic", topic);
        registry.gauge("dpros.subscribers", "Subscribers connected", null, receivers::getAsInt, "topic", topic);
    }

    /** The episode recorder. */
    public void recorder(LongSupplier messages, LongSupplier dropped, LongSupplier bytes, LongSupplier endedByDisk) {
        registry.counter("dpros.recorder.messages", "Messages recorded", messages);
        registry.counter("dpros.recorder.dropped", "Messages that the recorder had no room for", dropped);
        registry.counter("dpros.recorder.written.bytes", "Bytes recorded", bytes);
        registry.counter("dpros.recorder.ended.by.disk", "Episodes that a full disk or a refused write ended", endedByDisk);
    }

    /** The memory of the GPU that runs the network, bytes in use, whoever uses them. */
    public void gpuMemory(DoubleSupplier used) {
        registry.gauge("dpros.gpu.memory.used", "Memory of the GPU in use", "bytes", used);
    }

    private static double one(boolean holds) {
        return holds ? 1 : 0;
    }
}
