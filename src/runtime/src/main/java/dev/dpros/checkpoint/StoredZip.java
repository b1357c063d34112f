package dev.dpros.checkpoint;

import dev.dpros.core.InputException;
import dev.dpros.core.TensorData;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where the entries of a zip lie that stores them uncompressed, as torch.save does, so that they can be read in place
 * (APPNOTE.TXT 6.3.10, with zip64). Immutable.
 */
final class StoredZip {
    private static final int END = 0x06054b50;
    private static final int END_64 = 0x06064b50;
    private static final int LOCATOR_64 = 0x07064b50;
    private static final int CENTRAL = 0x02014b50;
    private static final int LOCAL = 0x04034b50;
    private static final int END_SIZE = 22;
    private static final int CENTRAL_SIZE = 46;
    private static final int LOCAL_SIZE = 30;
    private static final int LARGEST_DIRECTORY = 64 << 20;
    private static final int MOST_ENTRIES = 200_000;
    private static final long UNKNOWN_32 = 0xffffffffL;

    private final CheckpointFile file;
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    private record Entry(long header, long size, boolean stored) {}

    private StoredZip(CheckpointFile file) {
        this.file = file;
    }

    /** Reads the directory. @throws InputException if the file is not a complete zip */
    static StoredZip open(CheckpointFile file) {
        StoredZip zip = new StoredZip(file);
        zip.readDirectory();
        return zip;
    }

    /** Names of the entries, in the directory's order. */
    Iterable<String> names() {
        return entries.keySet();
    }

    boolean has(String name) {
        return entries.containsKey(name);
    }

    /** A copy of a small entry. @throws InputException as {@link #content}, or if it is not small */
    ByteBuffer bytes(String name) {
        return file.piece(start(name), entries.get(name).size, "entry " + Quoted.of(name));
    }

    /** An entry's bytes, in place. @throws InputException if there is none, or it is compressed or out of bounds */
    TensorData.Content content(String name) {
        return file.content(start(name), entries.get(name).size, "entry " + Quoted.of(name));
    }

    private long start(String name) {
        Entry entry = entries.get(name);
        if (entry == null) {
            throw InputException.of(source(), "entry " + Quoted.of(name), "to be in the archive", "no such entry", "");
        }
        if (!entry.stored) {
            throw InputException.of(source(), "entry " + Quoted.of(name), "stored as it is, as torch.save does",
                    "compressed or encrypted", "save the checkpoint again with torch.save");
        }
        ByteBuffer header = file.piece(entry.header, LOCAL_SIZE, "entry " + Quoted.of(name));
        if (header.getInt(0) != LOCAL) {
            throw damaged();
        }
        return entry.header + LOCAL_SIZE + unsigned16(header, 26) + unsigned16(header, 28);
    }

    private String source() {
        return file.path().toString();
    }

    private InputException damaged() {
        return InputException.of(source(), "content", "a complete checkpoint of torch.save (a zip archive)",
                "no valid zip directory", "the file is truncated or damaged");
    }

    private void readDirectory() {
        long end = findEnd();
        ByteBuffer tail = file.piece(end, END_SIZE, "zip directory");
        long count = unsigned16(tail, 10);
        long size = unsigned32(tail, 12);
        long offset = unsigned32(tail, 16);
        long locator = end - 20;
        if (locator >= 0 && file.piece(locator, 20, "zip directory").getInt(0) == LOCATOR_64) {
            long end64 = file.piece(locator, 20, "zip directory").getLong(8);
            ByteBuffer tail64 = file.piece(end64, 56, "zip directory");
            if (tail64.getInt(0) != END_64) {
                throw damaged();
            }
            count = tail64.getLong(32);
            size = tail64.getLong(40);
            offset = tail64.getLong(48);
        }
        if (count < 0 || count > MOST_ENTRIES || size < 0 || size > LARGEST_DIRECTORY) {
            throw damaged();
        }
        ByteBuffer directory = file.piece(offset, size, "zip directory");
        for (long i = 0; i < count; i++) {
            readEntry(directory);
        }
    }

    private long findEnd() {
        long from = Math.max(0, file.size() - END_SIZE - 0xffff);
        ByteBuffer tail = file.piece(from, file.size() - from, "zip directory");
        for (int at = tail.limit() - END_SIZE; at >= 0; at--) {
            if (tail.getInt(at) == END) {
                return from + at;
            }
        }
        throw damaged();
    }

    private void readEntry(ByteBuffer directory) {
        int at = directory.position();
        if (directory.remaining() < CENTRAL_SIZE || directory.getInt(at) != CENTRAL) {
            throw damaged();
        }
        int flags = unsigned16(directory, at + 8);
        int method = unsigned16(directory, at + 10);
        long compressed = unsigned32(directory, at + 20);
        long size = unsigned32(directory, at + 24);
        int nameLength = unsigned16(directory, at + 28);
        int extraLength = unsigned16(directory, at + 30);
        int length = CENTRAL_SIZE + nameLength + extraLength + unsigned16(directory, at + 32);
        if (directory.remaining() < length) {
            throw damaged();
        }
        byte[] name = new byte[nameLength];
        directory.get(at + CENTRAL_SIZE, name);
        ByteBuffer extra = directory.slice(at + CENTRAL_SIZE + nameLength, extraLength).order(directory.order());
        Zip64 wide = Zip64.read(extra, size, compressed, unsigned32(directory, at + 42));
        boolean stored = method == 0 && (flags & 1) == 0 && wide.size == wide.compressed;
        entries.put(new String(name, StandardCharsets.UTF_8), new Entry(wide.header, wide.size, stored));
        directory.position(at + length);
    }

    /** Sizes and offset, taken from the zip64 extra field where the 32-bit fields say so. */
    private record Zip64(long size, long compressed, long header) {
        static Zip64 read(ByteBuffer extra, long size, long compressed, long header) {
            while (extra.remaining() >= 4) {
                int tag = extra.getShort() & 0xffff;
                int length = Math.min(extra.getShort() & 0xffff, extra.remaining());
                if (tag == 1) {
                    ByteBuffer wide = extra.slice(extra.position(), length).order(extra.order());
                    long s = size == UNKNOWN_32 ? next(wide) : size;
                    long c = compressed == UNKNOWN_32 ? next(wide) : compressed;
                    return new Zip64(s, c, header == UNKNOWN_32 ? next(wide) : header);
                }
                extra.position(extra.position() + length);
            }
            return new Zip64(size, compressed, header);
        }

        private static long next(ByteBuffer wide) {
            return wide.remaining() >= 8 ? wide.getLong() : -1;
        }
    }

    private static int unsigned16(ByteBuffer buffer, int at) {
        return buffer.getShort(at) & 0xffff;
    }

    private static long unsigned32(ByteBuffer buffer, int at) {
        return buffer.getInt(at) & UNKNOWN_32;
    }
}
