package dev.dpros.datasets.rosbag2;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.zip.CRC32;

/** The bytes of a file in order, counted and summed. One thread. */
final class McapInput implements Closeable {
    private static final int BUFFER_BYTES = 1 << 18;

    private final InputStream stream;
    private final long size;
    private final CRC32 sum = new CRC32();
    private final byte[] passed = new byte[BUFFER_BYTES];
    private long position;

    McapInput(Path path) throws IOException {
        size = Files.size(path);
        stream = new BufferedInputStream(Files.newInputStream(path), BUFFER_BYTES);
    }

    long position() {
        return position;
    }

    long remaining() {
        return size - position;
    }

    /** The next bytes, little-endian; not more than remain. */
    ByteBuffer take(int count) throws IOException {
        byte[] bytes = new byte[count];
        read(bytes, count);
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Passes bytes over; not more than remain. */
    void skip(long count) throws IOException {
        long left = count;
        while (left > 0) {
            int part = (int) Math.min(left, passed.length);
            read(passed, part);
            left -= part;
        }
    }

    private void read(byte[] bytes, int count) throws IOException {
        if (stream.readNBytes(bytes, 0, count) < count) {
            throw new IOException("the file became shorter while it was read");
        }
        sum.update(bytes, 0, count);
        position += count;
    }

    /** CRC-32 of the bytes since the last restart. */
    int sum() {
        return (int) sum.getValue();
    }

    void restartSum() {
        sum.reset();
    }

    /** Whether a file's last bytes are these. */
    static boolean endsWith(Path path, byte[] bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            ByteBuffer tail = ByteBuffer.allocate(bytes.length);
            long at = channel.size() - bytes.length;
            while (at >= 0 && tail.hasRemaining() && channel.read(tail, at + tail.position()) >= 0) {
                // until it is full
            }
            return Arrays.equals(tail.array(), bytes);
        }
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }
}
