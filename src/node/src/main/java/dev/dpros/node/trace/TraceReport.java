package dev.dpros.node.trace;

import dev.dpros.core.ChunkOrigin;
import dev.dpros.core.ForeignText;
import dev.dpros.recording.trace.TraceRecord;
import dev.dpros.safety.CauseText;
import dev.dpros.safety.SafetyState;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a trace says, for people and machines: each cycle from frame to command, state changes, late ticks. One thread. */
public final class TraceReport {
    private static final double MS = 1e6;

    /**
     * One inference; ms after the stamp of its newest observation, NaN where the trace does not know.
     *
     * @param id of its chunk
     * @param stampNs of the observation, stamp time
     * @param receivedMs when that frame had come
     * @param preparedMs when it was the policy's image
     * @param begunMs when the sampler began
     * @param stepsMs when each denoising step was done
     * @param finishedMs when the chunk was there; NaN if none came
     * @param acceptedMs when the control loop took it
     * @param publishedMs when the first command made from it had been handed over
     * @param failed whether it ended without a chunk
     * @param origin where it was sampled: {@code local} or {@code remote}; empty if no chunk came
     */
    public record Cycle(long id, long stampNs, double receivedMs, double preparedMs, double begunMs, List<Double> stepsMs,
            double finishedMs, double acceptedMs, double publishedMs, boolean failed, String origin) {}

    /**
     * A change of the safety state.
     *
     * @param secondsIn after the first tick of the trace
     * @param source name of the source or joint that it is about, or empty
     * @param joint name of the joint, or empty
     * @param value what was found, in the event's unit: seconds, robot units or a count; NaN if nothing was, or in old traces
     * @param limit what would have been allowed
     * @param cause all of it in words; the source's name in old traces
     */
    public record Change(double secondsIn, SafetyState from, SafetyState to, String reason, String source, String joint, double value,
            double limit, String cause) {}

    /** A position at rest that was no longer repeated. @param secondsIn after the first tick @param by robot units @param text in words */
    public record Left(double secondsIn, String joint, double by, String text) {}

    /** A goal that began or ended. @param secondsIn after the first tick @param text in words */
    public record Goal(double secondsIn, boolean begun, String text) {}

    /** A tick that began late. @param secondsIn after the first tick of the trace */
    public record LateTick(double secondsIn, double latenessUs, double durationUs, long missed) {}

    private final RecordedTicks recorded;
    private final long firstNs;

    private TraceReport(RecordedTicks recorded) {
        this.recorded = recorded;
        firstNs = recorded.ticks().get(0).inputs().monotonicNs;
    }

    /** Reads a file. @throws dev.dpros.core.InputException if it is not a node's trace, in one line */
    public static TraceReport of(Path file) {
        return new TraceReport(RecordedTicks.read(file));
    }

    /** Name of the node. */
    public String node() {
        return recorded.setup().node();
    }

    /** Name of the policy. */
    public String policy() {
        return recorded.setup().policy();
    }

    /** Number of control ticks. */
    public int ticks() {
        return recorded.ticks().size();
    }

    /** Time from the first tick to the last. */
    public double seconds() {
        return (recorded.ticks().get(ticks() - 1).inputs().monotonicNs - firstNs) * 1e-9;
    }

    /** Records that were not whole. */
    public int torn() {
        return recorded.reader().torn();
    }

    /** Whole samples by source. */
    public Map<String, Integer> samples() {
        Map<String, Integer> counts = new LinkedHashMap<>();
        recorded.setup().labels().forEach(name -> counts.put(name, recorded.reader().records(NodeTrace.SOURCE + name).size()));
        return counts;
    }

    /** Changes of the safety state, oldest first. */
    public List<Change> changes() {
        List<Change> changes = new ArrayList<>();
        TickRecord before = recorded.ticks().get(0);
        for (TickRecord tick : recorded.ticks()) {
            if (tick.state() != before.state()) {
                changes.add(change(before, tick));
            }
            before = tick;
        }
        return changes;
    }

    private Change change(TickRecord before, TickRecord tick) {
        String source = recorded.setup().subject(tick.reasonSource());
        TickRecord.Cause cause = tick.cause();
        String joint = cause == null || cause.joint() < 0 ? "" : recorded.setup().control().names().get(cause.joint());
        return new Change(secondsIn(tick), before.state(), tick.state(), tick.reason().code(), source, joint,
                cause == null ? Double.NaN : cause.value(), cause == null ? Double.NaN : cause.limit(),
                cause == null ? source : recorded.setup().words().cause(tick.reason(), tick.reasonSource(), cause.joint(), cause.value(),
                        cause.limit()));
    }

    /** Where a position at rest was no longer repeated, oldest first. */
    public List<Left> left() {
        return recorded.ticks().stream().filter(tick -> tick.left() != null).map(tick -> {
            String joint = recorded.setup().control().names().get(tick.left().joint());
            return new Left(secondsIn(tick), joint, tick.left().by(), CauseText.left(joint, tick.left().by()));
        }).toList();
    }

    /** Beginnings and ends of goals, oldest first; none in old traces. */
    public List<Goal> goals() {
        return recorded.goals().stream().map(goal -> new Goal(secondsIn(goal.nowNs()), goal.begun(), words(goal))).toList();
    }

    private static String words(GoalRecord goal) {
        String text = ForeignText.printable(goal.text());
        if (!goal.begun()) {
            return "goal ended: " + text;
        }
        return "goal begun, " + (goal.limitNs() == 0 ? "without a time limit" : "for " + CauseText.duration(goal.limitNs() * 1e-9))
                + (text.isEmpty() ? "" : ": " + text);
    }

    private double secondsIn(TickRecord tick) {
        return secondsIn(tick.inputs().monotonicNs);
    }

    private double secondsIn(long monotonicNs) {
        return (monotonicNs - firstNs) * 1e-9;
    }

    /** Ticks that began later than this, worst first. */
    public List<LateTick> late(double thresholdUs) {
        return recorded.ticks().stream().filter(tick -> tick.latenessNs() > thresholdUs * 1e3)
                .sorted((a, b) -> Long.compare(b.latenessNs(), a.latenessNs()))
                .map(tick -> new LateTick(secondsIn(tick), tick.latenessNs() / 1e3,
                        (tick.endedNs() - tick.inputs().monotonicNs) / 1e3, tick.inputs().missed)).toList();
    }

    /** The inferences, oldest first. */
    public List<Cycle> cycles() {
        Map<Long, TraceRecord> samples = new HashMap<>();
        recorded.setup().labels().forEach(name -> recorded.reader().records(NodeTrace.SOURCE + name)
                .forEach(record -> samples.merge(record.at(0), record, (a, b) -> a.at(2) >= b.at(2) ? a : b)));
        Map<Long, Builder> cycles = new LinkedHashMap<>();
        for (TraceRecord record : recorded.reader().records(NodeTrace.SAMPLER)) {
            long id = record.at(0);
            if (record.type() == NodeTrace.BEGUN) {
                cycles.put(id, new Builder(id, record.at(4), record.at(1)));
            } else if (cycles.containsKey(id)) {
                cycles.get(id).add(record);
            }
        }
        commands(cycles);
        return cycles.values().stream().map(cycle -> cycle.build(samples.get(cycle.stampNs))).toList();
    }

    private void commands(Map<Long, Builder> cycles) {
        for (TickRecord tick : recorded.ticks()) {
            Builder taken = tick.inputs().chunk == null ? null : cycles.get(tick.inputs().chunk.id());
            if (taken != null) {
                taken.offsetNs = tick.inputs().rosNs - tick.inputs().monotonicNs;
                taken.acceptedNs = tick.inputs().monotonicNs;
            }
            Builder executed = cycles.get(tick.chunkId());
            if (executed != null && executed.publishedNs == 0) {
                executed.publishedNs = tick.publishedNs();
            }
        }
    }

    /** A cycle as its records come; times monotonic, 0 while unknown. */
    private static final class Builder {
        private final long id;
        private final long stampNs;
        private final long begunNs;
        private final List<Long> stepsNs = new ArrayList<>();
        private long finishedNs;
        private long acceptedNs;
        private long publishedNs;
        private long offsetNs = Long.MIN_VALUE;
        private boolean failed;
        private String origin = "";

        Builder(long id, long stampNs, long begunNs) {
            this.id = id;
            this.stampNs = stampNs;
            this.begunNs = begunNs;
        }

        void add(TraceRecord record) {
            switch (record.type()) {
                case NodeTrace.STEP -> stepsNs.add(record.at(1));
                case NodeTrace.FINISHED -> {
                    finishedNs = record.at(1);
                    origin = ChunkOrigin.of(record.at(4)).label();
                }
                case NodeTrace.FAILED -> failed = true;
                default -> { }
            }
        }

        Cycle build(TraceRecord sample) {
            long receivedNs = sample == null ? 0 : sample.at(1);
            long preparedNs = sample == null ? 0 : receivedNs + sample.at(2);
            return new Cycle(id, stampNs, ms(receivedNs), ms(preparedNs), ms(begunNs), stepsNs.stream().map(this::ms).toList(),
                    ms(finishedNs), ms(acceptedNs), ms(publishedNs), failed, origin);
        }

        private double ms(long monotonicNs) {
            return monotonicNs == 0 || offsetNs == Long.MIN_VALUE ? Double.NaN : (monotonicNs + offsetNs - stampNs) / MS;
        }
    }
}
