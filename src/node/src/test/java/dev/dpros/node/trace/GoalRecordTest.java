package dev.dpros.node.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.dpros.recording.trace.TraceFile;
import dev.dpros.recording.trace.TraceReader;
import dev.dpros.recording.trace.TraceRecord;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GoalRecordTest {
    @TempDir
    private Path folder;

    @Test
    void shouldReadWhatItWroteOfAnyLength() {
        Path file = folder.resolve("robot.trace");
        List<GoalRecord> goals = List.of(new GoalRecord(1, true, 5_000_000_000L, "pick the cup"), new GoalRecord(2, false, 5_000_000_000L, ""),
                new GoalRecord(3, true, 0, "\u20ac".repeat(1_000)), new GoalRecord(4, true, 0, "Tür 1"));
        try (TraceFile trace = TraceFile.create(file, Map.of(), List.of(new TraceFile.LaneSpec(NodeTrace.GOALS, GoalRecord.MOST_WORDS, 1)), 1)) {
            goals.forEach(goal -> goal.write(trace.lane(NodeTrace.GOALS)));
            new GoalRecord(5, true, 0, "x".repeat(5_000)).write(trace.lane(NodeTrace.GOALS));
        }
        List<GoalRecord> read = TraceReader.read(file).records(NodeTrace.GOALS).stream().map(GoalRecord::read).toList();
        assertEquals(goals, read.subList(0, 4));
        assertEquals("x".repeat(GoalRecord.MOST_BYTES), read.get(4).text());
    }

    @Test
    void shouldNotTrustTheLengthOfAText() {
        for (long length : new long[] {-1, 9, 4_001, Long.MAX_VALUE}) {
            TraceRecord record = new TraceRecord(GoalRecord.GOAL, 1, LongBuffer.wrap(new long[] {1, 1, 0, length, 0}));
            assertThrows(TraceReader.Damaged.class, () -> GoalRecord.read(record));
        }
    }
}
