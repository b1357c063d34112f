package dev.dpros.recording.trace;

import dev.dpros.core.InputException;
import dev.dpros.recording.Storage;
import dev.dpros.recording.trace.TraceFormat.LaneLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
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
 * A trace being written: a file of fixed size, mapped into memory, one ring per lane. What has been committed is in the
 * file even if the process is killed. Created by one thread; each lane then belongs to one thread of its own.
 */
public final class TraceFile {
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

    private final Map<String, TraceLane> lanes = new LinkedHashMap<>();
    private final boolean inMemory;

    private TraceFile(boolean inMemory) {
        this.inMemory = inMemory;
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
            List<LaneLayout> layouts = layouts(specs, megabytes * 1_000_000L);
            byte[] header = TraceFormat.JSON.writeValueAsBytes(new TraceFormat.Header(layouts, setup));
            if (header.length + TraceFormat.HEADER_PREFIX > TraceFormat.MOST_HEADER_BYTES) {
                throw new InputException(file + ": trace header of " + header.length + " bytes is too long");
            }
            return write(file, header, layouts);
        } catch (IOException e) {
            throw new InputException(file + ": the trace cannot be created: " + e.getMessage(), e);
        }
    }

    private static List<LaneLayout> layouts(List<LaneSpec> specs, long bytes) {
        double shares = specs.stream().mapToDouble(LaneSpec::share).sum();
        List<LaneLayout> layouts = new ArrayList<>();
        long offset = TraceFormat.MOST_HEADER_BYTES;
        for (LaneSpec spec : specs) {
            int longest = TraceFormat.RECORD_PREFIX + 8 * spec.mostWords + TraceFormat.RECORD_SUFFIX;
            int block = Math.max(LEAST_BLOCK, Integer.highestOneBit(2 * longest) * 2);
            int blocks = (int) Math.max(LEAST_BLOCKS, Math.min(Integer.MAX_VALUE / block, bytes * spec.share / shares / block));
            layouts.add(new LaneLayout(spec.name, offset, block, blocks));
            offset += (long) block * blocks;
        }
        return layouts;
    }

    private static TraceFile write(Path file, byte[] header, List<LaneLayout> layouts) throws IOException {
        TraceFile trace = new TraceFile(Storage.inMemory(file.toAbsolutePath().getParent()));
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
            CRC32C crc = new CRC32C();
            crc.update(header);
            ByteBuffer start = ByteBuffer.allocate(TraceFormat.HEADER_PREFIX + header.length).order(ByteOrder.LITTLE_ENDIAN);
            start.putLong(TraceFormat.MAGIC).putInt(header.length).putInt((int) crc.getValue()).put(header).flip();
            channel.write(start, 0);
            for (LaneLayout layout : layouts) {
                int length = layout.blockBytes() * layout.blocks();
                MappedByteBuffer memory = channel.map(FileChannel.MapMode.READ_WRITE, layout.offset(), length);
                for (int at = 0; at < length; at += TraceFormat.PAGE) {
                    memory.put(at, (byte) 0);
                }
                trace.lanes.put(layout.name(), new TraceLane(memory, layout.blockBytes()));
            }
        }
        return trace;
    }

    /** A lane by name. */
    public TraceLane lane(String name) {
        return lanes.get(name);
    }

    /** Whether the file lies in memory: on a disk, writing back may delay the thread that writes. */
    public boolean inMemory() {
        return inMemory;
    }
}
