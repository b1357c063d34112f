package dev.dpros.datasets.rosbag;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes a rosbag 2.0 file with uncompressed, indexed chunks of about 768 KB, as rosbag itself does. One thread. The
 * index is written by {@link #close()}.
 */
public final class BagWriter implements Closeable {
    private static final int CHUNK_BYTES = 768 << 10;
    private static final int BAG_HEADER_BYTES = 4096;
    private static final long NS_PER_S = 1_000_000_000L;

    private final FileChannel channel;
    private final List<BagConnection> connections = new ArrayList<>();
    private final List<Chunk> chunks = new ArrayList<>();
    private final Block chunk = new Block();
    private Chunk current = new Chunk();

    private record Entry(long timeNs, int offset) {}

    private static final class Chunk {
        private final Map<Integer, List<Entry>> entries = new TreeMap<>();
        private long position;
        private long firstNs = Long.MAX_VALUE;
        private long lastNs;
    }

    /** Creates a file that does not exist yet. */
    public BagWriter(Path path) throws IOException {
        channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        write(ByteBuffer.wrap(BagRecord.MAGIC));
        writeBagHeader(0);
    }

    /** Adds a connection; its id is its number in order of addition. */
    public int connect(String topic, String type, String md5, String definition) {
        BagConnection connection = new BagConnection(connections.size(), topic, type, md5, definition);
        connections.add(connection);
        return connection.id();
    }

    /** Appends a message, from position to limit. */
    public void message(int connection, long timeNs, ByteBuffer message) throws IOException {
        List<Entry> entries = current.entries.get(connection);
        if (entries == null) {
            entries = new ArrayList<>();
            current.entries.put(connection, entries);
            if (chunks.stream().noneMatch(c -> c.entries.containsKey(connection))) {
                writeConnection(chunk, connections.get(connection));
            }
        }
        entries.add(new Entry(timeNs, chunk.size()));
        current.firstNs = Math.min(current.firstNs, timeNs);
        current.lastNs = Math.max(current.lastNs, timeNs);
        Block header = new Block().op(BagRecord.OP_MESSAGE).field("conn", connection).time("time", timeNs);
        byte[] bytes = new byte[message.remaining()];
        message.duplicate().get(bytes);
        chunk.block(header.toByteArray()).block(bytes);
        if (chunk.size() > CHUNK_BYTES) {
            writeChunk();
        }
    }

    private void writeChunk() throws IOException {
        if (current.entries.isEmpty()) {
            return;
        }
        current.position = channel.position();
        byte[] data = chunk.toByteArray();
        Block header = new Block().op(BagRecord.OP_CHUNK).field("compression", "none").field("size", data.length);
        Block out = new Block().block(header.toByteArray()).block(data);
        current.entries.forEach((connection, entries) -> {
            Block index = new Block().op(BagRecord.OP_INDEX).field("ver", 1).field("conn", connection)
                    .field("count", entries.size());
            Block body = new Block();
            entries.forEach(entry -> body.time(entry.timeNs).u32(entry.offset));
            out.block(index.toByteArray()).block(body.toByteArray());
        });
        write(ByteBuffer.wrap(out.toByteArray()));
        chunks.add(current);
        current = new Chunk();
        chunk.reset();
    }

    /** Writes the last chunk and the index, forces the file to disk and closes it. */
    @Override
    public void close() throws IOException {
        try (channel) {
            writeChunk();
            long index = channel.position();
            Block out = new Block();
            connections.forEach(connection -> writeConnection(out, connection));
            for (Chunk written : chunks) {
                Block header = new Block().op(BagRecord.OP_CHUNK_INFO).field("ver", 1).field64("chunk_pos", written.position)
                        .time("start_time", written.firstNs).time("end_time", written.lastNs)
                        .field("count", written.entries.size());
                Block body = new Block();
                written.entries.forEach((connection, entries) -> body.u32(connection).u32(entries.size()));
                out.block(header.toByteArray()).block(body.toByteArray());
            }
            write(ByteBuffer.wrap(out.toByteArray()));
            channel.position(BagRecord.MAGIC.length);
            writeBagHeader(index);
            channel.force(true);
        }
    }

    private void writeBagHeader(long indexPosition) throws IOException {
        byte[] header = new Block().op(BagRecord.OP_BAG_HEADER).field64("index_pos", indexPosition)
                .field("conn_count", connections.size()).field("chunk_count", chunks.size()).toByteArray();
        byte[] padding = " ".repeat(BAG_HEADER_BYTES - 8 - header.length).getBytes(StandardCharsets.US_ASCII);
        write(ByteBuffer.wrap(new Block().block(header).block(padding).toByteArray()));
    }

    private static void writeConnection(Block out, BagConnection connection) {
        Block header = new Block().op(BagRecord.OP_CONNECTION).field("conn", connection.id())
                .field("topic", connection.topic());
        Block data = new Block().field("topic", connection.topic()).field("type", connection.type())
                .field("md5sum", connection.md5()).field("message_definition", connection.definition());
        out.block(header.toByteArray()).block(data.toByteArray());
    }

    private void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** Little-endian bytes under construction. */
    private static final class Block {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Block op(int op) {
            return named("op", new byte[] {(byte) op});
        }

        Block field(String name, int value) {
            return named(name, new Block().u32(value).toByteArray());
        }

        Block field64(String name, long value) {
            return named(name, new Block().u32((int) value).u32((int) (value >>> 32)).toByteArray());
        }

        Block time(String name, long ns) {
            return named(name, new Block().time(ns).toByteArray());
        }

        Block field(String name, String value) {
            return named(name, value.getBytes(StandardCharsets.UTF_8));
        }

        private Block named(String name, byte[] value) {
            u32(name.length() + 1 + value.length);
            bytes.writeBytes(name.getBytes(StandardCharsets.US_ASCII));
            bytes.write('=');
            bytes.writeBytes(value);
            return this;
        }

        Block block(byte[] content) {
            u32(content.length);
            bytes.writeBytes(content);
            return this;
        }

        Block time(long ns) {
            return u32((int) (ns / NS_PER_S)).u32((int) (ns % NS_PER_S));
        }

        Block u32(int value) {
            bytes.write(value);
            bytes.write(value >>> 8);
            bytes.write(value >>> 16);
            bytes.write(value >>> 24);
            return this;
        }

        int size() {
            return bytes.size();
        }

        void reset() {
            bytes.reset();
        }

        byte[] toByteArray() {
            return bytes.toByteArray();
        }
    }
}
