package dev.dpros.node.trace;

import dev.dpros.recording.trace.TraceLane;
import dev.dpros.recording.trace.TraceReader;
import dev.dpros.recording.trace.TraceRecord;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The beginning or end of a goal of {@code ~run_policy} in a trace; docs/trace.md has the layout.
 *
 * @param nowNs monotonic time
 * @param begun whether it begins
 * @param limitNs after which the policy is stopped; 0 for none
 * @param text the task at the beginning, the reason at the end; may be empty
 */
public record GoalRecord(long nowNs, boolean begun, long limitNs, String text) {
    static final int GOAL = 10;
    /** Longest text, UTF-8; what is longer is cut off. */
    static final int MOST_BYTES = 4_000;
    /** Values of the longest record. */
    static final int MOST_WORDS = 4 + MOST_BYTES / 8;

    /** Writes it. One thread at a time; allocates. */
    void write(TraceLane lane) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(utf8.length, MOST_BYTES);
        ByteBuffer words = ByteBuffer.wrap(Arrays.copyOf(utf8, (length + 7) / 8 * 8)).order(ByteOrder.LITTLE_ENDIAN);
        lane.begin(GOAL, 4 + words.capacity() / 8);
        lane.putLong(nowNs);
        lane.putLong(begun ? 1 : 0);
        lane.putLong(limitNs);
        lane.putLong(length);
        while (words.hasRemaining()) {
            lane.putLong(words.getLong());
        }
        lane.commit();
    }

    /** Reads one. @throws TraceReader.Damaged if it is none */
    static GoalRecord read(TraceRecord record) {
        long length = record.at(3);
        if (length < 0 || length > MOST_BYTES || record.words().limit() != 4 + (length + 7) / 8) {
            throw new TraceReader.Damaged("a goal with a text of " + length + " bytes in " + record.words().limit() + " values");
        }
        ByteBuffer words = ByteBuffer.allocate((int) (length + 7) / 8 * 8).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 4; i < record.words().limit(); i++) {
            words.putLong(record.at(i));
        }
        return new GoalRecord(record.at(0), record.at(1) != 0, record.at(2), new String(words.array(), 0, (int) length, StandardCharsets.UTF_8));
    }
}
