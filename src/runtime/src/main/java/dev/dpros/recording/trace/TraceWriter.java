package dev.dpros.recording.trace;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread {@code trace-writer}: copies what the lanes have committed to the file, by ordinary writes. Where the file
 * does not take it (disk full, gone), that is counted, said once, and tried again once a second; a file that someone has
 * shortened is written anew. Nobody waits for it but {@link #flush} and {@link #close}.
 */
final class TraceWriter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TraceWriter.class);
    private static final int PIECE = 1 << 16;
    private static final int TERMINATOR = 4;
    private static final long RETRY_MS = 1_000;
    private static final long CLOSE_WITHIN_MS = 500;

    /**
     * A lane and its place.
     *
     * @param lane what is written
     * @param offset of its first block in the file
     */
    record Part(TraceLane lane, long offset) {}

    /** What the writer needs of a file. */
    interface Store extends AutoCloseable {
        /** Writes some of the bytes at a position; how many. */
        int write(ByteBuffer bytes, long at) throws IOException;

        /** Bytes in it. */
        long size() throws IOException;

        /** Whether it has not been closed. */
        boolean isOpen();

        @Override
        void close() throws IOException;

        /** A file. */
        static Store of(FileChannel channel) {
            return new Store() {
                @Override
                public int write(ByteBuffer bytes, long at) throws IOException {
                    return channel.write(bytes, at);
                }

                @Override
                public long size() throws IOException {
                    return channel.size();
                }

                @Override
                public boolean isOpen() {
                    return channel.isOpen();
                }

                @Override
                public void close() throws IOException {
                    channel.close();
                }
            };
        }
    }

    private final Path file;
    private final Store channel;
    private final ByteBuffer header;
    private final List<Part> parts;
    /** Per lane, up to where it is in the file, counted on over all turns. */
    private final long[] written;
    private final long size;
    private final ByteBuffer piece = ByteBuffer.allocateDirect(PIECE + TERMINATOR).order(ByteOrder.LITTLE_ENDIAN);
    private final Thread thread = new Thread(this::run, "trace-writer");
    private volatile long failures;
    private volatile boolean closing;
    private boolean failing;

    TraceWriter(Path file, Store channel, ByteBuffer header, List<Part> parts) {
        this.file = file;
        this.channel = channel;
        this.header = header;
        this.parts = List.copyOf(parts);
        written = new long[parts.size()];
        Part last = parts.get(parts.size() - 1);
        size = last.offset + last.lane.capacity();
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    long failures() {
        return failures;
    }

    private void run() {
        try (channel) {
            while (!closing) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(flush() ? TraceFile.FLUSH_MS : RETRY_MS));
            }
            flush();
        } catch (IOException | RuntimeException | Error e) {
            failures++;
            say("ends: " + e);
        }
    }

    /** Brings the file up to date. @return whether it took it */
    synchronized boolean flush() {
        if (!channel.isOpen()) {
            return false;
        }
        try {
            if (channel.size() < size) {
                failures++;
                say("was shortened by someone else; it is written anew");
                writeAll();
            }
            for (int i = 0; i < written.length; i++) {
                written[i] = write(parts.get(i), written[i], parts.get(i).lane.committed());
            }
            if (failing) {
                LOG.info("{}: the trace is written again", file);
            }
            failing = false;
            return true;
        } catch (IOException e) {
            failures++;
            say("cannot be written: " + e.getMessage());
            return false;
        }
    }

    private void say(String what) {
        if (!failing) {
            LOG.warn("{}: the trace {}; the node goes on", file, what);
        }
        failing = true;
    }

    /** Writes header and lanes as they are, all of them. */
    synchronized void writeAll() throws IOException {
        header.rewind();
        put(header, 0);
        for (int i = 0; i < written.length; i++) {
            Part part = parts.get(i);
            long committed = part.lane.committed();
            write(part, Math.max(0, committed - part.lane.capacity()), committed);
            int fresh = (int) Math.min(committed, part.lane.capacity());
            for (int at = fresh; at < part.lane.capacity(); at += PIECE) {
                copy(part, at, Math.min(PIECE, part.lane.capacity() - at), false);
            }
            written[i] = committed;
        }
    }

    /** Writes a lane's bytes between two positions, at most one whole turn of them; returns the second. */
    private long write(Part part, long from, long to) throws IOException {
        int capacity = part.lane.capacity();
        for (long at = Math.max(from, to - capacity); at < to;) {
            int offset = (int) (at % capacity);
            int length = (int) Math.min(Math.min(to - at, PIECE), capacity - offset);
            copy(part, offset, length, at + length == to);
            at += length;
        }
        return to;
    }

    /** Copies bytes of the ring into the file; after the last of them a length of 0, unless the block ends there. */
    private void copy(Part part, int offset, int length, boolean last) throws IOException {
        piece.clear();
        part.lane.copy(offset, length, piece);
        int left = part.lane.blockBytes() - (offset + length) % part.lane.blockBytes();
        if (last && left >= TERMINATOR && left < part.lane.blockBytes()) {
            piece.putInt(0);
        }
        put(piece.flip(), part.offset + offset);
    }

    private void put(ByteBuffer bytes, long at) throws IOException {
        long position = at;
        while (bytes.hasRemaining()) {
            position += channel.write(bytes, position);
        }
    }

    /** Copies the rest and ends; waits at most half a second: a disk that stands still keeps nobody. */
    @Override
    public void close() {
        closing = true;
        LockSupport.unpark(thread);
        try {
            thread.join(CLOSE_WITHIN_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
