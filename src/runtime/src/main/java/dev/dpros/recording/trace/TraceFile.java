package dev.dpros.recording.trace;

import dev.dpros.core.InputException;
import dev.dpros.recording.trace.TraceFormat.LaneLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * A trace being written: a file of fixed size, one ring per lane. The lanes lie in this process's own memory; the thread
 * {@code trace-writer} copies what they commit to the file every {@value #FLUSH_MS} ms. So the file may be shortened, its
 * disk may be full or stand still: lanes and their threads do not notice, and a process that is killed loses what was
 * committed since the last copy. Created by one thread; each lane then belongs to one thread of its own.
 */
public final class TraceFile implements AutoCloseable {
    /** How often what was committed is copied to the file. */
    public static final int FLUSH_MS = 20;
    private static final int LEAST_BLOCK = 1 << 16;
    private static final int LEAST_BLOCKS = 4;

    /**
     * What a lane is for.
     *
     * @param name of it
     * @param mostWords 8-byte values in its longest record
     * @param share of the file, in relation to the other lanes' shares
     */
    public record LaneSpec(String name, int mostWords, double share) {}

    private final Map<String, TraceLane> lanes;
    private final TraceWriter writer;

    private TraceFile(Map<String, TraceLane> lanes, TraceWriter writer) {
        this.lanes = lanes;
        this.writer = writer;
    }

    /**
     * Creates the file; one that is there already is kept as {@code FILE.previous}.
     *
     * @param setup what a reader must know of the node, for JSON
     * @param megabytes size of the file; more if the lanes' longest records need it
     * @throws InputException if it cannot be created
     */
    public static TraceFile create(Path file, Object setup, List<LaneSpec> specs, int megabytes) {
        try {
            if (Files.exists(file)) {
                Files.move(file, file.resolveSibling(file.getFileName() + ".previous"), StandardCopyOption.REPLACE_EXISTING);
            }
            return create(file, TraceWriter.Store.of(FileChannel.open(file, StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.WRITE)), setup, specs, megabytes);
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    /** The same in a file that is open and empty; it is closed if this fails. */
    static TraceFile create(Path file, TraceWriter.Store store, Object setup, List<LaneSpec> specs, int megabytes) {
        try {
            List<LaneLayout> layouts = layouts(specs, megabytes * 1_000_000L);
            byte[] header = TraceFormat.JSON.writeValueAsBytes(new TraceFormat.Header(layouts, setup));
            if (header.length + TraceFormat.HEADER_PREFIX > TraceFormat.MOST_HEADER_BYTES) {
                throw new InputException(file + ": trace header of " + header.length + " bytes is too long");
            }
            return write(file, store, header, layouts);
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    private static InputException failed(Path file, IOException e) {
        return new InputException(file + ": the trace cannot be created: " + e.getMessage(), e);
    }

    private static List<LaneLayout> layouts(List<LaneSpec> specs, long bytes) {
        double shares = specs.stream().mapToDouble(LaneSpec::share).sum();
        List<LaneLayout> layouts = new ArrayList<>();
        long offset = TraceFormat.MOST_HEADER_BYTES;
        for (LaneSpec spec : specs) {
            int longest = TraceFormat.RECORD_PREFIX + 8 * spec.mostWords + TraceFormat.RECORD_SUFFIX;
            int block = Math.max(LEAST_BLOCK, Integer.highestOneBit(2 * longest) * 2);
            int most = Integer.MAX_VALUE / block;
            int blocks = (int) Math.max(LEAST_BLOCKS, Math.min(most, bytes * spec.share / shares / block));
            layouts.add(new LaneLayout(spec.name, offset, block, blocks));
            offset += (long) block * blocks;
        }
        return layouts;
    }

    private static TraceFile write(Path file, TraceWriter.Store store, byte[] header, List<LaneLayout> layouts) throws IOException {
        CRC32C crc = new CRC32C();
        crc.update(header);
        ByteBuffer start = ByteBuffer.allocate(TraceFormat.HEADER_PREFIX + header.length).order(ByteOrder.LITTLE_ENDIAN);
        start.putLong(TraceFormat.MAGIC).putInt(header.length).putInt((int) crc.getValue()).put(header).flip();
        Map<String, TraceLane> lanes = new LinkedHashMap<>();
        List<TraceWriter.Part> parts = new ArrayList<>();
        for (LaneLayout layout : layouts) {
            TraceLane lane = new TraceLane(memory(layout), layout.blockBytes());
            lanes.put(layout.name(), lane);
            parts.add(new TraceWriter.Part(lane, layout.offset()));
        }
        TraceWriter writer = new TraceWriter(file, store, start, parts);
        try {
            writer.writeAll();
        } catch (IOException e) {
            store.close();
            throw e;
        }
        writer.start();
        return new TraceFile(lanes, writer);
    }

    private static ByteBuffer memory(LaneLayout layout) throws IOException {
        try {
            return ByteBuffer.allocateDirect(layout.blockBytes() * layout.blocks());
        } catch (OutOfMemoryError e) {
            throw new IOException("no memory for " + layout.blockBytes() * (long) layout.blocks() / 1_000_000
                    + " MB; use a smaller trace.megabytes, or -XX:MaxDirectMemorySize", e);
        }
    }

    /** A lane by name. */
    public TraceLane lane(String name) {
        return lanes.get(name);
    }

    /** Copies what has been committed to the file now. Any thread; blocks on the disk. @return whether the file took it */
    public boolean flush() {
        return writer.flush();
    }

    /** How often the file did not take what was committed. Any thread. */
    public long failures() {
        return writer.failures();
    }

    /** Copies the rest and ends the writer; lanes may still be written, to no avail. Idempotent. */
    @Override
    public void close() {
        writer.close();
    }
}
