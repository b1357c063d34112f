package dev.dpros.core;

import java.nio.ByteBuffer;

/**
 * Reads the fields of a message one after the other, as its definition orders them: for types that the program knows. A field
 * that does not fit what is there makes the message {@link #sound} no more, and every read from then on 0. One thread; allocates
 * nothing.
 */
public interface MessageReader {
    /**
     * Begins with the first field.
     *
     * @param message position 0 to limit; not modified
     * @return this
     */
    MessageReader begin(ByteBuffer message);

    /** Whether all that was read was there. */
    boolean sound();

    /** Whether the message is sound and nothing is left of it. */
    boolean whole();

    /** A std_msgs/Header, its frame passed over: the stamp in ns since the epoch, 0 if it is zero. */
    long header();

    /** The {@code seq} of the last header, unsigned; -1 in a middleware whose headers have none. */
    long sequence();

    /** An 8-bit number without sign, or a bool. */
    int u8();

    /** A 32-bit number. */
    int i32();

    /** A 64-bit number. */
    long i64();

    /** A float64. */
    double f64();

    /** A time, ns since the epoch. */
    long timeNs();

    /** A duration, ns. */
    long durationNs();

    /** The number of elements of an array that follows; 0 if so many, each of at least these bytes, cannot follow. */
    int count(int elementBytes);

    /** Passes over elements of fixed size, which is their alignment too. */
    void skip(int elements, int elementBytes);

    /** Passes over a text: the number of its UTF-8 bytes, which begin at {@link #textStart}. */
    int text();

    /** Index in the message of the last text's first byte. */
    int textStart();

    /** Index in the message of the byte after what was read. */
    int position();
}
