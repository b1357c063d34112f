package dev.dpros.recording.trace;

import java.nio.LongBuffer;

/**
 * One whole record of a trace.
 *
 * @param type as it was begun with
 * @param sequence number within its lane
 * @param words its 8-byte values
 */
public record TraceRecord(int type, long sequence, LongBuffer words) {
    /** A value as a number. @throws TraceReader.Damaged if the record has no such value */
    public long at(int index) {
        if (index >= words.limit()) {
            throw new TraceReader.Damaged("record " + sequence + " of type " + type + " has " + words.limit()
                    + " values, expected more than " + index);
        }
        return words.get(index);
    }

    /** A value as a floating-point number. */
    public double real(int index) {
        return Double.longBitsToDouble(at(index));
    }
}
