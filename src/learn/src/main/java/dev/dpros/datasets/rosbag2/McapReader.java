package dev.dpros.datasets.rosbag2;

import dev.dpros.core.InputException;
import dev.dpros.datasets.rosbag.BagReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32;

/**
 * Reads an MCAP file from start to end, without its summary: a file whose recorder was killed is read as far as it goes.
 * Chunks may be plain, zstd or lz4. Every length is checked before it is trusted, and every checksum that is given. One
 * thread.
 */
public final class McapReader {
    private static final String REMEDY = "'mcap recover' makes it a whole file";

    private final String where;
    private final McapInput in;
    private final McapChannels channels;
    private final boolean tail;
    private long recordAt;
    /** The file, and where in it the record lies that is being read. */
    private String place;
    private long messages;
    private boolean summary;
    private boolean footer;
    private String cut = "";

    private McapReader(Path path, McapInput in, BagReader.Visitor visitor) throws IOException {
        where = path.toString();
        place = where;
        this.in = in;
        channels = new McapChannels(visitor);
        tail = in.remaining() >= 2L * Mcap.magic().length && McapInput.endsWith(path, Mcap.magic());
    }

    /** Reads a file as far as it goes. @throws InputException if it is none or is damaged before its end */
    public static BagReader.Scan read(Path path, BagReader.Visitor visitor) {
        try (McapInput in = new McapInput(path)) {
            return new McapReader(path, in, visitor).read();
        } catch (IOException e) {
            throw new InputException(path + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private BagReader.Scan read() throws IOException {
        byte[] magic = Mcap.magic();
        if (in.remaining() < magic.length || !Arrays.equals(in.take(magic.length).array(), magic)) {
            throw InputException.of(where, "file type", "MCAP of version 0", "another file", "");
        }
        boolean more = true;
        while (more && !footer) {
            more = in.remaining() >= Mcap.RECORD_HEADER_BYTES && next();
        }
        if (footer && !tail) {
            cut = "its last 8 bytes";
        } else if (tail && !footer) {
            throw Mcap.damaged(place, "the end of the file without a footer");
        } else if (!footer && cut.isEmpty() && in.remaining() > 0) {
            cut = "a record header at byte " + in.position();
        }
        return new BagReader.Scan(footer, messages, cut, REMEDY);
    }

    /** Reads one record; false if the file ends within it. */
    private boolean next() throws IOException {
        recordAt = in.position();
        place = where + ", record at byte " + recordAt;
        int sumBefore = in.sum();
        ByteBuffer head = in.take(Mcap.RECORD_HEADER_BYTES);
        int op = Byte.toUnsignedInt(head.get());
        long length = head.getLong();
        if (op == 0 || length < 0 || length > in.remaining()) {
            cutWithin(op, length);
            return false;
        }
        switch (op) {
            case Mcap.FOOTER -> footer(length);
            case Mcap.DATA_END -> dataEnd(length, sumBefore);
            case Mcap.SCHEMA, Mcap.CHANNEL, Mcap.MESSAGE, Mcap.CHUNK -> {
                if (summary) {
                    in.skip(length); // said before
                } else {
                    data(op, content(length));
                }
            }
            default -> in.skip(length);
        }
        return true;
    }

    private ByteBuffer content(long length) throws IOException {
        if (length > Compression.MAX_BYTES) {
            throw Mcap.damaged(place, "a record of " + length + " bytes");
        }
        return in.take((int) length);
    }

    private void data(int op, ByteBuffer content) {
        if (op == Mcap.CHUNK) {
            chunk(new McapFields(place, content));
        } else {
            record(op, content);
        }
    }

    private void record(int op, ByteBuffer content) {
        McapFields fields = new McapFields(place, content);
        switch (op) {
            case Mcap.SCHEMA -> channels.schema(place, fields);
            case Mcap.CHANNEL -> channels.channel(place, fields);
            case Mcap.MESSAGE -> {
                channels.message(place, fields);
                messages++;
            }
            default -> { } // of a later version, or somebody's own
        }
    }

    private void chunk(McapFields fields) {
        fields.slice(2 * Long.BYTES); // times
        long size = fields.u63("a size");
        int sum = fields.u32();
        String compression = fields.name();
        ByteBuffer stored = fields.slice(fields.u63("a length"));
        ByteBuffer records = Compression.expand(place, compression, stored, size);
        CRC32 found = new CRC32();
        found.update(records.duplicate());
        check("chunk", sum, (int) found.getValue());
        McapFields all = new McapFields(place, records);
        while (records.hasRemaining()) {
            ByteBuffer head = all.slice(1);
            int op = Byte.toUnsignedInt(head.get(0));
            if (op == Mcap.CHUNK) {
                throw Mcap.damaged(place, "a chunk within a chunk");
            }
            record(op, all.slice(all.u63("a length")));
        }
    }

    /** What there is of a record that the file ends within. */
    private void cutWithin(int op, long length) throws IOException {
        if (tail) {
            throw Mcap.damaged(place, "a record of kind " + op + " and " + Long.toUnsignedString(length) + " bytes where "
                    + in.remaining() + " are left");
        }
        cut = op == Mcap.CHUNK ? "a chunk at byte " + recordAt : "a record at byte " + recordAt;
        if (op == Mcap.CHUNK && in.remaining() <= Compression.MAX_BYTES) {
            partOfChunk(in.take((int) in.remaining()));
        }
    }

    private void partOfChunk(ByteBuffer content) {
        int fixed = 2 * Long.BYTES + Long.BYTES + Integer.BYTES; // times, size, checksum
        int nameLength = content.remaining() < fixed + 4 ? -1 : content.getInt(fixed);
        int from = fixed + 4 + nameLength + Long.BYTES;
        if (nameLength < 0 || nameLength > Compression.ZSTD.length() || from > content.limit()) {
            return;
        }
        String compression = new McapFields(place, content.slice(fixed, 4 + nameLength)).text();
        ByteBuffer part = Compression.expandPart(place, compression, content.slice(from, content.limit() - from));
        part.order(content.order());
        while (part.remaining() >= Mcap.RECORD_HEADER_BYTES) {
            int op = Byte.toUnsignedInt(part.get());
            long length = part.getLong();
            if (op == Mcap.CHUNK || length < 0 || length > part.remaining()) {
                return;
            }
            record(op, part.slice(part.position(), (int) length));
            part.position(part.position() + (int) length);
        }
    }

    private void dataEnd(long length, int sumBefore) throws IOException {
        check("data section", new McapFields(place, content(length)).u32(), sumBefore);
        summary = true;
        in.restartSum();
    }

    private void footer(long length) throws IOException {
        long positions = 2L * Long.BYTES;
        if (length < positions + Integer.BYTES) {
            throw Mcap.damaged(place, "a footer of " + length + " bytes");
        }
        in.skip(positions);
        int sum = in.sum();
        int given = in.take(Integer.BYTES).getInt();
        if (summary) {
            check("summary", given, sum);
        }
        footer = true;
    }

    /** Compares a checksum with what is there; 0 is none. */
    private void check(String what, int given, int found) {
        if (given != 0 && given != found) {
            throw Mcap.damaged(place, String.format("a %s with the checksum %08x instead of %08x", what, found, given));
        }
    }
}
