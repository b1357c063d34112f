package dev.dpros.node.trace;

import dev.dpros.core.ActionChunk;
import dev.dpros.core.InputException;
import dev.dpros.recording.trace.TraceReader;
import dev.dpros.recording.trace.TraceRecord;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The control ticks of a trace file.
 *
 * @param setup of the node
 * @param ticks oldest first
 * @param whole whether the first of them is the loop's first
 * @param goals that began or ended meanwhile
 * @param reader the other lanes
 */
record RecordedTicks(TraceSetup setup, List<TickRecord> ticks, boolean whole, List<GoalRecord> goals, TraceReader reader) {

    /** Reads a file. @throws InputException if it is not a node's trace, in one line */
    static RecordedTicks read(Path file) {
        TraceReader reader = TraceReader.read(file);
        TraceSetup setup = TraceSetup.of(file, reader.setup());
        List<TraceRecord> records = reader.records(NodeTrace.CONTROL);
        List<TickRecord> ticks = new ArrayList<>();
        List<GoalRecord> goals = new ArrayList<>();
        int dims = setup.control().dims();
        ActionChunk chunk = null;
        TickRecord.Cause cause = null;
        TickRecord.Left left = null;
        try {
            for (TraceRecord record : records) {
                switch (record.type()) {
                    case TickRecord.CHUNK -> chunk = TickRecord.chunk(record);
                    case TickRecord.CAUSE -> cause = TickRecord.cause(record, dims);
                    case TickRecord.LEFT -> left = TickRecord.left(record, dims);
                    case TickRecord.TICK -> {
                        ticks.add(TickRecord.read(record, dims, setup.sources().size(), chunk, cause, left));
                        cause = null;
                        left = null;
                    }
                    default -> { } // of a later version
                }
            }
            for (TraceRecord record : reader.records(NodeTrace.GOALS)) {
                if (record.type() == GoalRecord.GOAL) {
                    goals.add(GoalRecord.read(record));
                }
            }
        } catch (TraceReader.Damaged e) {
            throw new InputException(file + ": " + e.getMessage(), e);
        }
        if (ticks.isEmpty()) {
            throw new InputException(file + ": no control ticks in it");
        }
        return new RecordedTicks(setup, ticks, records.get(0).sequence() == 1, goals, reader);
    }
}
