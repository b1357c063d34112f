package dev.dpros.datasets.rosbag2;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import dev.dpros.core.ForeignText;
import dev.dpros.core.InputException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.commons.compress.compressors.lz4.FramedLZ4CompressorInputStream;

/** Compressed chunks and messages; what comes out is bounded. Stateless. */
final class Compression {
    /** The most that a chunk or a message may hold. */
    static final int MAX_BYTES = 256 << 20;
    static final String ZSTD = "zstd";
    static final String LZ4 = "lz4";
    static final String NONE = "";
    private static final byte[] ZSTD_MAGIC = {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD};
    private static final int LEVEL = 3;

    private Compression() {}

    /** Expands a whole chunk. @throws InputException if it is damaged, not of that size, or of another compression */
    static ByteBuffer expand(String where, String compression, ByteBuffer stored, long size) {
        if (size > MAX_BYTES) {
            throw InputException.of(where, "chunk", "at most " + MAX_BYTES + " bytes", Long.toString(size),
                    "'mcap compress --chunk-size' makes smaller ones");
        }
        byte[] expanded;
        try (InputStream stream = stream(where, compression, stored)) {
            expanded = stream.readNBytes((int) size + 1);
        } catch (IOException | RuntimeException e) { // damage shows in each library's own way
            if (e instanceof InputException known) {
                throw known;
            }
            throw Mcap.damaged(where, "a chunk that is no " + compression + " (" + oneLine(e) + ")");
        }
        if (expanded.length != size) {
            throw Mcap.damaged(where, "a chunk of " + (expanded.length > size ? "more than " + size : expanded.length + " instead of " + size)
                    + " bytes");
        }
        return ByteBuffer.wrap(expanded);
    }

    /** As many bytes as a cut chunk gives. */
    static ByteBuffer expandPart(String where, String compression, ByteBuffer stored) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] block = new byte[512]; // what a failing read had is lost
        try (InputStream stream = stream(where, compression, stored)) {
            int read;
            while (out.size() <= MAX_BYTES - block.length && (read = stream.read(block, 0, block.length)) > 0) {
                out.write(block, 0, read);
            }
        } catch (IOException | RuntimeException e) {
            if (e instanceof InputException known) {
                throw known;
            }
        }
        return ByteBuffer.wrap(out.toByteArray());
    }

    /** A message that rosbag2 compressed by itself, expanded; any other as it is. CDR never begins with zstd's magic number. */
    static ByteBuffer message(String where, ByteBuffer message) {
        if (!isZstd(message)) {
            return message;
        }
        try (InputStream stream = stream(where, ZSTD, message)) {
            byte[] expanded = stream.readNBytes(MAX_BYTES + 1);
            if (expanded.length > MAX_BYTES) {
                throw InputException.of(where, "compressed message", "at most " + MAX_BYTES + " bytes", "more", "");
            }
            return ByteBuffer.wrap(expanded);
        } catch (IOException e) {
            throw InputException.of(where, "compressed message", "zstd", "damaged data (" + oneLine(e) + ")", "");
        }
    }

    static boolean isZstd(ByteBuffer bytes) {
        return bytes.remaining() >= ZSTD_MAGIC.length
                && Arrays.equals(ZSTD_MAGIC, Arrays.copyOfRange(bytes.array(), start(bytes), start(bytes) + ZSTD_MAGIC.length));
    }

    /** Compresses a chunk. */
    static byte[] zstd(byte[] plain) {
        return Zstd.compress(plain, LEVEL);
    }

    static InputStream zstd(InputStream stored) throws IOException {
        return new ZstdInputStreamNoFinalizer(stored);
    }

    private static InputStream stream(String where, String compression, ByteBuffer stored) throws IOException {
        InputStream raw = new ByteArrayInputStream(stored.array(), start(stored), stored.remaining());
        return switch (compression) {
            case NONE -> raw;
            case ZSTD -> zstd(raw);
            case LZ4 -> new FramedLZ4CompressorInputStream(raw);
            default -> throw InputException.of(where, "chunk compression", "none, zstd or lz4", "'" + compression + "'", "");
        };
    }

    private static int start(ByteBuffer bytes) {
        return bytes.arrayOffset() + bytes.position();
    }

    private static String oneLine(Exception e) {
        return ForeignText.printable(e.getMessage());
    }
}
