package dev.dpros.training.frames;

import dev.dpros.core.InputException;
import dev.dpros.core.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.zip.CRC32C;

/**
 * The cache's file: a header that says what it is of, a record for each block that was stored whole, then the pictures as RGB
 * bytes. All its space is asked for at the start. What an earlier process left is taken up if header, size and version
 * are the same; a block of it counts once its checksum was compared. Nothing is mapped. Any thread.
 */
final class CacheFile implements AutoCloseable {
    static final int FINGERPRINT_BYTES = 32;
    private static final byte[] MAGIC = "dpros frames".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION = 1;
    private static final int PAGE = 4096;
    /** Of the header, before its checksum: magic, version, fingerprint, blocks, bytes. */
    private static final int HEADER_BYTES = 64;
    /** Block, checksum of its pictures' checksums, checksum of these two, nothing. */
    private static final int RECORD_BYTES = 16;

    private final Path path;
    /** A file of its own: closing any other handle of a file ends this process's locks of it. */
    private final FileChannel lock;
    private final FileChannel channel;
    private final byte[] fingerprint;
    private final int blocks;
    private final long size;
    private final long dataAt;
    private final int[] checksums;
    private final boolean[] stored;
    private String discarded = "";

    /**
     * Opens or makes a file, which no other process may use meanwhile.
     *
     * @param fingerprint of data and layout, 32 bytes
     * @param blocks that may be stored for good
     * @param bytes of pictures
     * @throws InputException if another process uses it, it cannot be written, or the disk has not so much room
     */
    CacheFile(Path path, byte[] fingerprint, int blocks, long bytes) {
        this.path = path;
        this.fingerprint = Arrays.copyOf(fingerprint, FINGERPRINT_BYTES);
        this.blocks = blocks;
        dataAt = pages(PAGE + (long) blocks * RECORD_BYTES);
        size = dataAt + bytes;
        checksums = new int[blocks];
        stored = new boolean[blocks];
        FileChannel locked = null;
        FileChannel opened = null;
        try {
            Files.createDirectories(path.toAbsolutePath().getParent());
            locked = FileChannel.open(lockPath(path), StandardOpenOption.WRITE, StandardOpenOption.CREATE);
            lock = locked;
            lock();
            opened = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
            channel = opened;
            discarded = channel.size() == 0 ? "" : difference();
            if (channel.size() == 0 || !discarded.isEmpty()) {
                make();
            } else {
                readRecords();
            }
        } catch (IOException e) {
            closeQuietly(opened);
            closeQuietly(locked);
            throw new InputException(path + ": the cache of pictures cannot be made: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            closeQuietly(opened);
            closeQuietly(locked);
            throw e;
        }
    }

    private static Path lockPath(Path path) {
        return path.resolveSibling(path.getFileName() + ".lock");
    }

    private static void closeQuietly(FileChannel opened) {
        if (opened != null) {
            try {
                opened.close();
            } catch (IOException e) {
                // what is thrown says what matters
            }
        }
    }

    private static long pages(long bytes) {
        return (bytes + PAGE - 1) / PAGE * PAGE;
    }

    private void lock() throws IOException {
        FileLock own = null;
        try {
            own = lock.tryLock();
        } catch (OverlappingFileLockException e) {
            // another training of this process
        }
        if (own == null) {
            throw InputException.of(path.toString(), "cache of pictures", "one that no other training uses", "one in use",
                    "wait for it, or set cache.folder to another");
        }
    }

    /** Why what is there cannot be gone on with; empty if it can. */
    private String difference() throws IOException {
        ByteBuffer found = buffer(HEADER_BYTES + Integer.BYTES);
        if (!readFully(found, 0)) {
            return "it is no cache of pictures";
        }
        ByteBuffer own = header();
        if (found.getInt(HEADER_BYTES) != own.getInt(HEADER_BYTES) || found.mismatch(own) >= 0) {
            boolean cache = found.slice(0, MAGIC.length).equals(ByteBuffer.wrap(MAGIC));
            return !cache ? "it is no cache of pictures" : found.getInt(MAGIC.length) != VERSION ? "another version has made it"
                    : "it is of other data or another size";
        }
        return channel.size() == size ? "" : "it has " + channel.size() + " bytes instead of " + size;
    }

    private ByteBuffer header() {
        ByteBuffer header = buffer(HEADER_BYTES + Integer.BYTES);
        header.put(MAGIC).putInt(VERSION).put(fingerprint).putInt(blocks).putLong(size);
        header.putInt(HEADER_BYTES, checksum(header.slice(0, HEADER_BYTES)));
        return header.rewind();
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static int checksum(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    /** An empty file of the full size. */
    private void make() throws IOException {
        channel.truncate(0);
        long free = Storage.freeBytes(path.toAbsolutePath().getParent());
        if (free < size) {
            throw noSpace(free);
        }
        if (!DiskSpace.reserve(path, size)) {
            throw noSpace(free);
        }
        if (channel.size() < size) {
            writeFully(ByteBuffer.allocate(1), size - 1);
        }
        writeFully(header(), 0);
    }

    private InputException noSpace(long free) {
        return InputException.of(path.toString(), "free space for the cache of pictures", gigabytes(size), free == Storage.UNKNOWN ? "less" : gigabytes(free),
                "free some, or set cache.disk_gb lower or cache.folder to another disk");
    }

    private static String gigabytes(long bytes) {
        return String.format(Locale.ROOT, "%.3f GB", bytes / 1e9);
    }

    private void readRecords() throws IOException {
        ByteBuffer records = buffer(blocks * RECORD_BYTES);
        if (!readFully(records, PAGE)) {
            return;
        }
        for (int block = 0; block < blocks; block++) {
            int at = block * RECORD_BYTES;
            stored[block] = records.getInt(at) == block + 1 && records.getInt(at + 8) == checksum(records.slice(at, 8));
            checksums[block] = records.getInt(at + 4);
        }
    }

    /** Why an earlier file was given up; empty if there was none, or it was taken up. */
    String discarded() {
        return discarded;
    }

    /** Whether an earlier process stored a block; its checksum is yet to be compared. */
    boolean stored(int block) {
        return stored[block];
    }

    /** What was given to {@link #store} for a block. */
    int checksum(int block) {
        return checksums[block];
    }

    /** Says that all of a block is written. @param crc CRC-32C of its pictures' */
    void store(int block, int crc) {
        ByteBuffer mark = buffer(RECORD_BYTES);
        mark.putInt(block + 1).putInt(crc);
        mark.putInt(8, checksum(mark.slice(0, 8)));
        write(mark.rewind(), PAGE + (long) block * RECORD_BYTES);
    }

    /** Writes bytes of pictures. @param at from the first picture on @throws InputException if the disk is full or broken */
    void write(long at, byte[] bytes) {
        write(ByteBuffer.wrap(bytes), dataAt + at);
    }

    private void write(ByteBuffer bytes, long at) {
        try {
            writeFully(bytes, at);
        } catch (ClosedChannelException e) {
            throw ended();
        } catch (IOException e) {
            throw new InputException(path + ": the cache of pictures cannot be written: " + e.getMessage()
                    + "; free space, or set cache.folder to another disk, and --resume", e);
        }
    }

    private static CancellationException ended() {
        return new CancellationException("the cache of pictures was closed");
    }

    /**
     * Reads bytes of pictures; false if the file has become shorter than that.
     *
     * @throws InputException if the disk is broken
     */
    boolean read(long at, byte[] into, int offset, int length) {
        try {
            return readFully(ByteBuffer.wrap(into, offset, length), dataAt + at);
        } catch (ClosedChannelException e) {
            throw ended();
        } catch (IOException e) {
            throw new InputException(path + ": the cache of pictures cannot be read: " + e.getMessage(), e);
        }
    }

    private boolean readFully(ByteBuffer into, long at) throws IOException {
        int begin = into.position();
        while (into.hasRemaining()) {
            if (channel.read(into, at + into.position() - begin) < 0) {
                return false;
            }
        }
        into.position(begin);
        return true;
    }

    private void writeFully(ByteBuffer bytes, long at) throws IOException {
        long to = at;
        while (bytes.hasRemaining()) {
            to += channel.write(bytes, to);
        }
    }

    /** Where it lies. */
    Path path() {
        return path;
    }

    /** Closes it and takes it away. */
    void delete() {
        closeQuietly(channel);
        try {
            Files.deleteIfExists(path);
            Files.deleteIfExists(lockPath(path));
        } catch (IOException e) {
            throw new InputException(path + ": the cache of pictures cannot be deleted: " + e.getMessage(), e);
        } finally {
            close();
        }
    }

    @Override
    public void close() {
        closeQuietly(channel);
        closeQuietly(lock);
    }
}
