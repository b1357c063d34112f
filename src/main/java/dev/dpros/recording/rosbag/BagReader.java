package dev.dpros.recording.rosbag;

import dev.dpros.core.InputException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.lz4.FramedLZ4CompressorInputStream;

/**
 * Reads a rosbag 2.0 file from start to end, chunk by chunk, without its index: a bag that was never closed is read as
 * far as it goes. Chunks may be plain, bz2 or lz4. One thread; every length is checked before it is trusted.
 */
public final class BagReader {
    private static final int MAX_HEADER_BYTES = 1 << 20;
    private static final int MAX_DATA_BYTES = 1 << 30;

    private final String where;
    private final Visitor visitor;

    /** Receives what is in a bag. Buffers are valid during the call only. */
    public interface Visitor {
        /** A connection, before its first message; may be told more than once. */
        void connection(BagConnection connection);

        /** A message; {@code timeNs} is the time of its receipt. */
        void message(int connection, long timeNs, ByteBuffer message);
    }

    private BagReader(String where, Visitor visitor) {
        this.where = where;
        this.visitor = visitor;
    }

    /** Reads a bag. @throws InputException if it is none or is damaged */
    public static void read(Path path, Visitor visitor) {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            new BagReader(path.toString(), visitor).read(channel);
        } catch (IOException e) {
            throw new InputException(path + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private void read(FileChannel channel) throws IOException {
        ByteBuffer magic = bytes(channel, 0, (int) Math.min(channel.size(), BagRecord.MAGIC.length));
        if (!Arrays.equals(magic.array(), BagRecord.MAGIC)) {
            throw InputException.of(where, "file type", "a rosbag of version 2.0", "another file", "");
        }
        long position = BagRecord.MAGIC.length;
        while (position + 8 <= channel.size()) {
            int headerLength = length(channel, position, MAX_HEADER_BYTES);
            Map<String, ByteBuffer> header = BagRecord.fields(where, bytes(channel, position + 4, headerLength));
            position += 4 + headerLength;
            int dataLength = length(channel, position, MAX_DATA_BYTES);
            int op = BagRecord.op(header);
            if (op == BagRecord.OP_CHUNK || op == BagRecord.OP_CONNECTION || op == BagRecord.OP_MESSAGE) {
                record(op, header, bytes(channel, position + 4, dataLength));
            }
            position += 4L + dataLength;
        }
    }

    private int length(FileChannel channel, long position, int most) throws IOException {
        int length = channel.size() - position < 4 ? -1 : bytes(channel, position, 4).getInt();
        if (length < 0 || length > most || length > channel.size() - position - 4) {
            throw BagRecord.damaged(where, "a length of " + length + " at byte " + position);
        }
        return length;
    }

    private void record(int op, Map<String, ByteBuffer> header, ByteBuffer data) throws IOException {
        switch (op) {
            case BagRecord.OP_CHUNK -> chunk(header, data);
            case BagRecord.OP_MESSAGE ->
                visitor.message(BagRecord.u32(where, header, "conn"), BagRecord.timeNs(where, header), data);
            case BagRecord.OP_CONNECTION -> {
                Map<String, ByteBuffer> fields = BagRecord.fields(where, data);
                visitor.connection(new BagConnection(BagRecord.u32(where, header, "conn"),
                        BagRecord.text(header, "topic"), BagRecord.text(fields, "type"),
                        BagRecord.text(fields, "md5sum"), BagRecord.text(fields, "message_definition")));
            }
            default -> { }
        }
    }

    private void chunk(Map<String, ByteBuffer> header, ByteBuffer stored) throws IOException {
        ByteBuffer chunk = expand(BagRecord.text(header, "compression"), stored, BagRecord.u32(where, header, "size"));
        while (chunk.hasRemaining()) {
            ByteBuffer recordHeader = take(chunk);
            ByteBuffer data = take(chunk);
            Map<String, ByteBuffer> fields = BagRecord.fields(where, recordHeader);
            int op = BagRecord.op(fields);
            if (op == BagRecord.OP_CHUNK) {
                throw BagRecord.damaged(where, "a chunk within a chunk");
            }
            record(op, fields, data);
        }
    }

    private ByteBuffer take(ByteBuffer from) {
        int length = from.remaining() < 4 ? -1 : from.getInt();
        if (length < 0 || length > from.remaining()) {
            throw BagRecord.damaged(where, "a length of " + length + " within a chunk");
        }
        ByteBuffer part = from.slice(from.position(), length).order(ByteOrder.LITTLE_ENDIAN);
        from.position(from.position() + length);
        return part;
    }

    private ByteBuffer expand(String compression, ByteBuffer stored, int size) throws IOException {
        if (size < 0 || size > MAX_DATA_BYTES) {
            throw BagRecord.damaged(where, "a chunk of " + size + " bytes");
        }
        InputStream raw = new ByteArrayInputStream(stored.array());
        byte[] expanded = switch (compression) {
            case "none" -> stored.array();
            case "bz2" -> readAll(new BZip2CompressorInputStream(raw), size);
            case "lz4" -> readAll(new FramedLZ4CompressorInputStream(raw), size);
            default -> throw InputException.of(where, "chunk compression", "none, bz2 or lz4", compression, "");
        };
        if (expanded.length != size) {
            throw BagRecord.damaged(where, "a chunk of " + expanded.length + " bytes instead of " + size);
        }
        return ByteBuffer.wrap(expanded).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] readAll(InputStream stream, int size) throws IOException {
        try (stream) {
            return stream.readNBytes(size);
        }
    }

    private static ByteBuffer bytes(FileChannel channel, long position, int count) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, position + buffer.position()) < 0) {
                throw new IOException("the file ended early");
            }
        }
        return buffer.flip();
    }
}
