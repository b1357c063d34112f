package dev.dpros.node.trace;

import dev.dpros.control.RequestOutcome;
import dev.dpros.control.TickInputs;
import dev.dpros.control.TickReport;
import dev.dpros.core.ActionChunk;
import dev.dpros.core.SamplingFailure;
import dev.dpros.core.SourceHealth;
import dev.dpros.recording.trace.TraceLane;
import dev.dpros.recording.trace.TraceReader;
import dev.dpros.recording.trace.TraceRecord;
import dev.dpros.safety.SafetyEvent;
import dev.dpros.safety.SafetyState;

/**
 * One control tick in a trace: what it took and what came of it; docs/trace.md has the layout.
 *
 * @param inputs what it took; its chunk included
 * @param latenessNs after its deadline
 * @param publishedNs monotonic time at which its command had been handed over
 * @param endedNs monotonic time of its end
 * @param state safety state after it
 * @param reason what led to it
 * @param reasonSource index of the source that this is about, or -1
 * @param request what became of its request
 * @param status of the safety filter
 * @param commanding whether a frame was sent; false in traces from before this was written
 * @param chunkId chunk in execution, or 0
 * @param actionsLeft waypoints in the future
 * @param command {@code [A]} commanded position
 * @param cause what was found where state or reason changed with it; null otherwise, and in traces from before this was written
 * @param left what ended the repeating of a position at rest with it, or null
 */
record TickRecord(TickInputs inputs, long latenessNs, long publishedNs, long endedNs, SafetyState state, SafetyEvent reason,
        int reasonSource, RequestOutcome request, int status, boolean commanding, long chunkId, int actionsLeft, double[] command,
        Cause cause, Left left) {
    static final int TICK = 1;
    static final int CHUNK = 2;
    static final int CAUSE = 8;
    static final int LEFT = 9;
    private static final int FIXED = 12;
    private static final int PER_SOURCE = 3;
    private static final int CHUNK_FIXED = 7;
    private static final int FAILURE_BIT = 51;
    private static final int LOST_BIT = 54;

    private static final int CAUSE_WORDS = 5;
    private static final int LEFT_WORDS = 2;

    /** What was found: joint index or -1, value and limit in the event's unit, NaN where there is nothing to say. */
    record Cause(int joint, double value, double limit) {}

    /** A robot that was moved at rest: joint index, and by how much, robot units. */
    record Left(int joint, double by) {}

    static int words(int dims, int sources) {
        return FIXED + 3 * dims + PER_SOURCE * sources;
    }

    static int chunkWords(int dims, int steps) {
        return CHUNK_FIXED + dims * steps;
    }

    /** Traces from before failures had kinds say only whether the last one was not finite. */
    private static SamplingFailure failure(long flags) {
        int kind = (int) (flags >> FAILURE_BIT & 7);
        if (kind > SamplingFailure.count()) {
            throw new TraceReader.Damaged("a tick with failure " + kind);
        }
        return kind > 0 ? SamplingFailure.of(kind - 1)
                : (flags & 1 << 10) != 0 ? SamplingFailure.NON_FINITE : SamplingFailure.FAILED;
    }

    /** Writes a tick, its chunk first. Control thread; does not allocate. */
    static void write(TraceLane lane, TickReport report, long publishedNs, long endedNs) {
        TickInputs in = report.inputs;
        int dims = in.measured.length;
        if (in.chunk != null) {
            write(lane, in.chunk);
        }
        lane.begin(TICK, words(dims, in.health.receivedNs.length));
        lane.putLong(in.rosNs);
        lane.putLong(in.monotonicNs);
        lane.putLong(report.latenessNs);
        lane.putLong(in.missed);
        lane.putLong(publishedNs);
        lane.putLong(endedNs);
        lane.putLong(flags(report));
        lane.putLong(in.samplerSinceNs);
        lane.putLong(in.failures);
        lane.putLong(report.chunkId);
        lane.putLong(report.observationStampNs);
        lane.putLong(report.actionsLeft);
        for (int d = 0; d < dims; d++) {
            lane.putDouble(in.measured[d]);
        }
        for (int d = 0; d < dims; d++) {
            lane.putDouble(report.command[d]);
        }
        for (int d = 0; d < dims; d++) {
            lane.putDouble(in.teleop[d]);
        }
        for (int i = 0; i < in.health.receivedNs.length; i++) {
            lane.putLong(in.health.receivedNs[i]);
            lane.putLong(in.health.stampJumps[i]);
            lane.putLong((in.health.frozen[i] ? 1 : 0) | (in.health.blank[i] ? 2 : 0) | (in.health.offConstant[i] ? 8 : 0)
                    | offset(in.health.stampOffsetNs[i]));
        }
        lane.commit();
    }

    /** Writes what was found, before its tick. Control thread; does not allocate. */
    static void writeCause(TraceLane lane, TickReport report) {
        lane.begin(CAUSE, CAUSE_WORDS);
        lane.putLong(report.reason.ordinal());
        lane.putLong(report.reasonSource);
        lane.putLong(report.reasonJoint);
        lane.putDouble(report.reasonValue);
        lane.putDouble(report.reasonLimit);
        lane.commit();
    }

    /** Writes what ended the repeating, before its tick. Control thread; does not allocate. */
    static void writeLeft(TraceLane lane, TickReport report) {
        lane.begin(LEFT, LEFT_WORDS);
        lane.putLong(report.leftDim);
        lane.putDouble(report.leftBy);
        lane.commit();
    }

    /** Reads what was found. @throws TraceReader.Damaged if it does not fit */
    static Cause cause(TraceRecord record, int dims) {
        if (record.words().limit() != CAUSE_WORDS || record.at(2) >= dims) {
            throw new TraceReader.Damaged("a cause of " + record.words().limit() + " values, expected " + CAUSE_WORDS);
        }
        return new Cause((int) record.at(2), record.real(3), record.real(4));
    }

    /** Reads what ended the repeating. @throws TraceReader.Damaged if it does not fit */
    static Left left(TraceRecord record, int dims) {
        if (record.words().limit() != LEFT_WORDS || record.at(0) < 0 || record.at(0) >= dims) {
            throw new TraceReader.Damaged("an end of repeating of " + record.words().limit() + " values, expected " + LEFT_WORDS);
        }
        return new Left((int) record.at(0), record.real(1));
    }

    private static long flags(TickReport report) {
        TickInputs in = report.inputs;
        return in.operatorRequests | bit(8, in.measuredKnown) | bit(9, in.samplerBusy) | bit(10, in.failure == SamplingFailure.NON_FINITE)
                | bit(11, in.chunk != null) | (long) report.request.ordinal() << 12 | (long) report.state.ordinal() << 14
                | (long) report.reason.ordinal() << 16 | (long) (report.reasonSource + 1) << 24 | (long) report.status << 32 | bit(48, in.teleopKnown)
                | bit(49, in.enabled) | bit(50, report.commanding)
                | (in.failure == null ? 0L : in.failure.ordinal() + 1L) << FAILURE_BIT | (long) in.lostOutputs << LOST_BIT;
    }

    /** Bit 2: it is known; bits 8 to 63: the offset in us. Bit 3 is another's. */
    private static long offset(long offsetNs) {
        return offsetNs == SourceHealth.UNKNOWN ? 0 : 4 | Math.floorDiv(offsetNs, 1_000L) << 8;
    }

    private static long bit(int at, boolean on) {
        return on ? 1L << at : 0;
    }

    private static void write(TraceLane lane, ActionChunk chunk) {
        lane.begin(CHUNK, chunkWords(chunk.dims(), chunk.steps()));
        lane.putLong(chunk.id());
        lane.putLong(chunk.observationStampNs());
        lane.putLong(chunk.firstStampNs());
        lane.putLong(chunk.stepNs());
        lane.putLong(chunk.dims());
        lane.putLong(chunk.steps());
        lane.putLong(chunk.denoisingSteps());
        for (int i = 0; i < chunk.steps(); i++) {
            for (int d = 0; d < chunk.dims(); d++) {
                lane.putDouble(chunk.action(i, d));
            }
        }
        lane.commit();
    }

    /** Reads a chunk. @throws TraceReader.Damaged if it is none */
    static ActionChunk chunk(TraceRecord record) {
        long dims = record.at(4);
        long steps = record.at(5);
        if (dims < 1 || dims > 1024 || steps < 1 || steps > 4096 || record.words().limit() != chunkWords((int) dims, (int) steps)) {
            throw new TraceReader.Damaged("a chunk of " + steps + " x " + dims + " in " + record.words().limit() + " values");
        }
        double[] values = new double[(int) (dims * steps)];
        for (int i = 0; i < values.length; i++) {
            values[i] = record.real(CHUNK_FIXED + i);
        }
        return new ActionChunk(record.at(0), record.at(1), record.at(2), Math.max(1, record.at(3)), (int) dims, values,
                (int) record.at(6));
    }

    /**
     * Reads a tick.
     *
     * @param chunk the chunk whose record came before, or null
     * @param cause that came just before, or null
     * @param left that came just before, or null
     * @throws TraceReader.Damaged if it does not fit
     */
    static TickRecord read(TraceRecord record, int dims, int sources, ActionChunk chunk, Cause cause, Left left) {
        if (record.words().limit() != words(dims, sources)) {
            throw new TraceReader.Damaged("a tick of " + record.words().limit() + " values, expected " + words(dims, sources));
        }
        TickInputs in = new TickInputs(dims, sources);
        long flags = record.at(6);
        in.rosNs = record.at(0);
        in.monotonicNs = record.at(1);
        in.missed = record.at(3);
        in.operatorRequests = (int) (flags & 0xff);
        in.measuredKnown = (flags & 1 << 8) != 0;
        in.samplerBusy = (flags & 1 << 9) != 0;
        in.failure = failure(flags);
        in.chunk = (flags & 1 << 11) != 0 ? chunk : null;
        in.teleopKnown = (flags & 1L << 48) != 0;
        in.enabled = (flags & 1L << 49) != 0;
        in.lostOutputs = (int) (flags >> LOST_BIT & 0xff);
        in.samplerSinceNs = record.at(7);
        in.failures = record.at(8);
        double[] command = new double[dims];
        for (int d = 0; d < dims; d++) {
            in.measured[d] = record.real(FIXED + d);
            command[d] = record.real(FIXED + dims + d);
            in.teleop[d] = record.real(FIXED + 2 * dims + d);
        }
        for (int i = 0; i < sources; i++) {
            int at = FIXED + 3 * dims + PER_SOURCE * i;
            in.health.receivedNs[i] = record.at(at);
            in.health.stampJumps[i] = record.at(at + 1);
            in.health.frozen[i] = (record.at(at + 2) & 1) != 0;
            in.health.blank[i] = (record.at(at + 2) & 2) != 0;
            in.health.offConstant[i] = (record.at(at + 2) & 8) != 0;
            in.health.stampOffsetNs[i] = (record.at(at + 2) & 4) == 0 ? SourceHealth.UNKNOWN : (record.at(at + 2) >> 8) * 1_000;
        }
        int reason = (int) (flags >> 16 & 0xff);
        int request = (int) (flags >> 12 & 3);
        if (reason >= SafetyEvent.values().length || request >= RequestOutcome.values().length) {
            throw new TraceReader.Damaged("a tick with event " + reason + ", request " + request);
        }
        return new TickRecord(in, record.at(2), record.at(4), record.at(5), SafetyState.values()[(int) (flags >> 14 & 3)],
                SafetyEvent.values()[reason], (int) (flags >> 24 & 0xff) - 1, RequestOutcome.values()[request],
                (int) (flags >> 32 & 0xffff), (flags & 1L << 50) != 0, record.at(9), (int) record.at(11), command, cause, left);
    }
}
