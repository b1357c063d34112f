package dev.dpros.recording.trace;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dpros.core.InputException;
import dev.dpros.recording.trace.TraceFormat.LaneLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * A trace read from its file, which may belong to a node that still runs, or that was killed: records that were being
 * written are recognised by their checksum and left out. Nothing in the file is trusted. Not for hot paths.
 */
public final class TraceReader {
    private static final int MOST_LANES = 128;

    /** A record does not hold what its type says. */
    public static final class Damaged extends RuntimeException {
        private static final long serialVersionUID = 1;

        /** With what was found. */
        public Damaged(String message) {
            super(message);
        }
    }

    private final Map<String, List<TraceRecord>> lanes = new LinkedHashMap<>();
    private final JsonNode setup;
    private int torn;

    private TraceReader(JsonNode setup) {
        this.setup = setup;
    }

    /** Reads a file. @throws InputException if it is not a trace, in one line */
    public static TraceReader read(Path file) {
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer prefix = bytes(channel, 0, TraceFormat.HEADER_PREFIX);
            if (prefix == null || prefix.getLong(0) != TraceFormat.MAGIC) {
                throw InputException.of(file.toString(), "first 8 bytes", "DPTRACE1", "something else", "is it a trace?");
            }
            int length = prefix.getInt(8);
            ByteBuffer json = length <= 0 || length > TraceFormat.MOST_HEADER_BYTES ? null
                    : bytes(channel, TraceFormat.HEADER_PREFIX, length);
            if (json == null || crc(json.duplicate()) != prefix.getInt(12)) {
                throw InputException.of(file.toString(), "header", "whole, with its checksum", "a damaged one", "");
            }
            JsonNode header = TraceFormat.JSON.readTree(json.array());
            TraceReader reader = new TraceReader(header.path("setup"));
            for (LaneLayout lane : layouts(file, header, channel.size())) {
                reader.readLane(channel, lane);
            }
            return reader;
        } catch (IOException e) {
            throw new InputException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private static List<LaneLayout> layouts(Path file, JsonNode header, long size) {
        List<LaneLayout> layouts = new ArrayList<>();
        for (JsonNode node : header.path("lanes")) {
            LaneLayout lane = new LaneLayout(node.path("name").asText(), node.path("offset").asLong(-1),
                    node.path("blockBytes").asInt(), node.path("blocks").asInt());
            boolean good = lane.offset() >= 0 && lane.blocks() > 0 && lane.blockBytes() > TraceFormat.RECORD_PREFIX
                    && lane.offset() + (long) lane.blockBytes() * lane.blocks() <= size && layouts.size() < MOST_LANES;
            if (!good) {
                throw InputException.of(file.toString(), "lane '" + lane.name() + "'", "blocks within the file of " + size
                        + " bytes", lane.blocks() + " blocks of " + lane.blockBytes() + " bytes at " + lane.offset(), "is it cut off?");
            }
            layouts.add(lane);
        }
        return layouts;
    }

    private static ByteBuffer bytes(FileChannel channel, long at, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, at + buffer.position()) < 0) {
                return null;
            }
        }
        return buffer.flip();
    }

    private static int crc(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    private void readLane(FileChannel channel, LaneLayout layout) throws IOException {
        List<TraceRecord> records = new ArrayList<>();
        for (int block = 0; block < layout.blocks(); block++) {
            ByteBuffer bytes = bytes(channel, layout.offset() + (long) block * layout.blockBytes(), layout.blockBytes());
            if (bytes != null) {
                readBlock(bytes, records);
            }
        }
        records.sort(Comparator.comparingLong(TraceRecord::sequence));
        lanes.put(layout.name(), records);
    }

    /** Records follow each other from the block's beginning, up to a length of 0, a damaged one or an older turn's. */
    private void readBlock(ByteBuffer bytes, List<TraceRecord> records) {
        long before = -1;
        int at = 0;
        while (at + TraceFormat.RECORD_PREFIX + TraceFormat.RECORD_SUFFIX <= bytes.capacity()) {
            int length = bytes.getInt(at);
            if (length == 0) {
                return;
            }
            TraceRecord record = record(bytes, at, length);
            if (record == null) {
                torn++;
                return;
            }
            if (before >= 0 && record.sequence() != before + 1) {
                return;
            }
            before = record.sequence();
            records.add(record);
            at += length;
        }
    }

    private static TraceRecord record(ByteBuffer bytes, int at, int length) {
        boolean fits = length >= TraceFormat.RECORD_PREFIX + TraceFormat.RECORD_SUFFIX && length % 8 == 0
                && length <= bytes.capacity() - at;
        if (!fits || bytes.getInt(at + length - 4) != length) {
            return null;
        }
        int crcAt = at + length - TraceFormat.RECORD_SUFFIX;
        if (crc(bytes.duplicate().limit(crcAt).position(at + 4)) != bytes.getInt(crcAt)) {
            return null;
        }
        ByteBuffer words = bytes.duplicate().limit(crcAt).position(at + TraceFormat.RECORD_PREFIX).slice()
                .order(ByteOrder.LITTLE_ENDIAN);
        return new TraceRecord(bytes.getInt(at + 4), bytes.getLong(at + 8), words.asLongBuffer());
    }

    /** What the writer put down about the node. */
    public JsonNode setup() {
        return setup;
    }

    /** Names of the lanes. */
    public List<String> lanes() {
        return List.copyOf(lanes.keySet());
    }

    /** The whole records of a lane, oldest first; empty if there is no such lane. */
    public List<TraceRecord> records(String lane) {
        return lanes.getOrDefault(lane, List.of());
    }

    /** Records that were not whole. */
    public int torn() {
        return torn;
    }
}
