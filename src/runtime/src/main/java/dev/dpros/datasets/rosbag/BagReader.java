package dev.dpros.datasets.rosbag;

import dev.dpros.core.InputException;
import dev.dpros.core.OpenFiles;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
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
    private long position;
    private long end;
    private long messages;
    private boolean closed;

    /**
     * How far a bag went.
     *
     * @param closed whether its recorder closed it
     * @param messages number of messages read
     * @param cut what the file ends within, or empty
     * @param remedy what makes it whole
     */
    public record Scan(boolean closed, long messages, String cut, String remedy) {
        /** Whether nothing is missing at its end. */
        public boolean whole() {
            return closed && cut.isEmpty();
        }
    }

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

    /** Whether a file is a bag, whatever its name. */
    public static boolean is(Path path) {
        try (InputStream file = Files.newInputStream(path)) {
            return Arrays.equals(file.readNBytes(BagRecord.MAGIC.length), BagRecord.MAGIC);
        } catch (IOException e) {
            OpenFiles.rethrow(new InputException(path + ": cannot be read: " + e.getMessage(), e));
            return false; // a directory, or nothing
        }
    }

    /** Reads a bag as far as it goes. @throws InputException if it is none or is damaged before its end */
    public static Scan read(Path path, Visitor visitor) {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            return new BagReader(path.toString(), visitor).read(channel);
        } catch (IOException e) {
            throw new InputException(path + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private Scan read(FileChannel channel) throws IOException {
        ByteBuffer magic = bytes(channel, 0, (int) Math.min(channel.size(), BagRecord.MAGIC.length));
        if (!Arrays.equals(magic.array(), BagRecord.MAGIC)) {
            throw InputException.of(where, "file type", "a rosbag of version 2.0", "another file", "");
        }
        position = BagRecord.MAGIC.length;
        end = channel.size();
        String cut = "";
        while (position < end && cut.isEmpty()) {
            cut = next(channel);
        }
        return new Scan(closed, messages, cut, "'rosbag reindex' makes it a whole bag");
    }

    /** Reads one record; returns what is missing of it if the file ends within it, else nothing. */
    private String next(FileChannel channel) throws IOException {
        int headerLength = length(channel, position, MAX_HEADER_BYTES);
        long data = position + 4 + headerLength;
        if (headerLength < 0 || data > end) {
            return "a record header at byte " + position;
        }
        Map<String, ByteBuffer> header = BagRecord.fields(place(), bytes(channel, position + 4, headerLength));
        int dataLength = length(channel, data, MAX_DATA_BYTES);
        int op = BagRecord.op(header);
        boolean whole = dataLength >= 0 && data + 4 + dataLength <= end;
        if (!whole && op != BagRecord.OP_CHUNK || dataLength < 0) {
            return "a record at byte " + position;
        }
        if (op == BagRecord.OP_BAG_HEADER) {
            ByteBuffer index = header.get("index_pos");
            closed = index != null && index.remaining() == 8 && index.getLong(0) != 0;
        }
        String compression = BagRecord.text(header, "compression");
        boolean open = op == BagRecord.OP_CHUNK && dataLength == 0 && BagRecord.u32(place(), header, "size") == 0;
        if (open && compression.equals("none")) {
            position = data + 4; // its records follow as if they were the file's own
            return "";
        }
        if (open || !whole) {
            partOfChunk(compression, bytes(channel, data + 4, (int) Math.min(MAX_DATA_BYTES, end - data - 4)));
            return "the end of a chunk at byte " + position;
        }
        if (op == BagRecord.OP_CHUNK || op == BagRecord.OP_CONNECTION || op == BagRecord.OP_MESSAGE) {
            record(op, header, bytes(channel, data + 4, dataLength));
        }
        position = data + 4 + dataLength;
        return "";
    }

    /** A length, or -1 if the file ends within it. */
    private int length(FileChannel channel, long at, int most) throws IOException {
        if (end - at < 4) {
            return -1;
        }
        int length = bytes(channel, at, 4).getInt();
        if (length < 0 || length > most) {
            throw BagRecord.damaged(where, "a length of " + length + " at byte " + at);
        }
        return length;
    }

    /** The records of a chunk whose end was never written. */
    private void partOfChunk(String compression, ByteBuffer stored) throws IOException {
        byte[] expanded = compression.equals("none") ? stored.array() : expandPart(compression, stored);
        ByteBuffer chunk = ByteBuffer.wrap(expanded).order(ByteOrder.LITTLE_ENDIAN);
        while (chunk.remaining() >= 8) {
            int header = chunk.getInt(chunk.position());
            if (header < 0 || header > chunk.remaining() - 8) {
                return;
            }
            int data = chunk.getInt(chunk.position() + 4 + header);
            if (data < 0 || data > chunk.remaining() - 8 - header) {
                return;
            }
            inner(chunk);
        }
    }

    /** As many bytes as a cut stream gives; the decompressors fail at its end in their own ways. */
    private byte[] expandPart(String compression, ByteBuffer stored) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] block = new byte[512]; // what a failing read had is lost
        try (InputStream stream = stream(compression, stored)) {
            int read;
            while (out.size() <= MAX_DATA_BYTES - block.length && (read = stream.read(block, 0, block.length)) > 0) {
                out.write(block, 0, read);
            }
        } catch (IOException | IndexOutOfBoundsException | IllegalArgumentException | IllegalStateException e) {
            return out.toByteArray();
        }
        return out.toByteArray();
    }

    private void record(int op, Map<String, ByteBuffer> header, ByteBuffer data) throws IOException {
        switch (op) {
            case BagRecord.OP_CHUNK -> chunk(header, data);
            case BagRecord.OP_MESSAGE -> {
                messages++;
                visitor.message(BagRecord.u32(place(), header, "conn"), BagRecord.timeNs(place(), header), data);
            }
            case BagRecord.OP_CONNECTION -> {
                Map<String, ByteBuffer> fields = BagRecord.fields(place(), data);
                visitor.connection(new BagConnection(BagRecord.u32(place(), header, "conn"),
                        BagRecord.text(header, "topic"), BagRecord.text(fields, "type"),
                        BagRecord.text(fields, "md5sum"), BagRecord.text(fields, "message_definition")));
            }
            default -> { }
        }
    }

    private void chunk(Map<String, ByteBuffer> header, ByteBuffer stored) throws IOException {
        ByteBuffer chunk = expand(BagRecord.text(header, "compression"), stored, BagRecord.u32(place(), header, "size"));
        while (chunk.hasRemaining()) {
            inner(chunk);
        }
    }

    private void inner(ByteBuffer chunk) throws IOException {
        ByteBuffer recordHeader = take(chunk);
        ByteBuffer data = take(chunk);
        Map<String, ByteBuffer> fields = BagRecord.fields(place(), recordHeader);
        int op = BagRecord.op(fields);
        if (op == BagRecord.OP_CHUNK) {
            throw BagRecord.damaged(place(), "a chunk within a chunk");
        }
        record(op, fields, data);
    }

    private ByteBuffer take(ByteBuffer from) {
        int length = from.remaining() < 4 ? -1 : from.getInt();
        if (length < 0 || length > from.remaining()) {
            throw BagRecord.damaged(place(), "a length of " + length + " within a chunk");
        }
        ByteBuffer part = from.slice(from.position(), length).order(ByteOrder.LITTLE_ENDIAN);
        from.position(from.position() + length);
        return part;
    }

    private ByteBuffer expand(String compression, ByteBuffer stored, int size) throws IOException {
        if (size < 0 || size > MAX_DATA_BYTES) {
            throw BagRecord.damaged(place(), "a chunk of " + size + " bytes");
        }
        byte[] expanded;
        if (compression.equals("none")) {
            expanded = stored.array();
        } else {
            expanded = expandWhole(compression, stored, size);
        }
        if (expanded.length != size) {
            throw BagRecord.damaged(place(), "a chunk of " + expanded.length + " bytes instead of " + size);
        }
        return ByteBuffer.wrap(expanded).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Reads to the stream's end, where its checksum is. The decompressors fail at damage in their own ways. */
    private byte[] expandWhole(String compression, ByteBuffer stored, int size) {
        try (InputStream stream = stream(compression, stored)) {
            byte[] expanded = stream.readNBytes(size);
            if (stream.read() >= 0) {
                throw new IOException("longer than " + size + " bytes");
            }
            return expanded;
        } catch (IOException | IndexOutOfBoundsException | IllegalArgumentException | IllegalStateException e) {
            throw BagRecord.damaged(place(), "a chunk that is no " + compression + " (" + e.getMessage() + ")");
        }
    }

    /** The file, and where in it the record lies that is being read. */
    private String place() {
        return where + ", record at byte " + position;
    }

    private InputStream stream(String compression, ByteBuffer stored) throws IOException {
        InputStream raw = new ByteArrayInputStream(stored.array());
        return switch (compression) {
            case "bz2" -> new BZip2CompressorInputStream(raw);
            case "lz4" -> new FramedLZ4CompressorInputStream(raw);
            default -> throw InputException.of(place(), "chunk compression", "none, bz2 or lz4", compression, "");
        };
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
