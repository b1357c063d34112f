package dev.dpros.checkpoint;

import dev.dpros.core.InputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file as read-only memory maps, so that its tensors never pass through the heap. A file beyond 2 GB is mapped piece by
 * piece. The maps stay valid after {@link #close()}; the file must not be shortened while they are in use.
 */
final class MappedFile implements AutoCloseable {
    private final Path path;
    private final FileChannel channel;
    private final long size;
    private final ByteBuffer whole;

    private MappedFile(Path path, FileChannel channel) throws IOException {
        this.path = path;
        this.channel = channel;
        size = channel.size();
        whole = size <= Integer.MAX_VALUE ? channel.map(FileChannel.MapMode.READ_ONLY, 0, size) : null;
    }

    /** @throws InputException if it cannot be read */
    static MappedFile open(Path path) {
        FileChannel channel = null;
        try {
            if (Files.isDirectory(path)) {
                throw InputException.of(path.toString(), "file", "a regular file", "a directory", "");
            }
            channel = FileChannel.open(path, StandardOpenOption.READ);
            return new MappedFile(path, channel);
        } catch (NoSuchFileException e) {
            throw new InputException(path + ": no such file", e);
        } catch (IOException e) {
            closeQuietly(channel);
            throw new InputException(path + ": cannot be read: " + e.getMessage(), e);
        }
    }

    Path path() {
        return path;
    }

    long size() {
        return size;
    }

    /**
     * A little-endian view of {@code [offset, offset + length)}.
     *
     * @throws InputException if it is not within the file, or longer than 2 GB
     */
    ByteBuffer slice(long offset, long length, String what) {
        if (offset < 0 || length < 0 || offset > size || length > size - offset) {
            throw InputException.of(path.toString(), what, length + " bytes at " + offset, "a file of " + size + " bytes",
                    "the file is truncated or damaged");
        }
        if (length > Integer.MAX_VALUE) {
            throw InputException.of(path.toString(), what, "at most 2 GB", length + " bytes", "");
        }
        if (whole != null) {
            return whole.slice((int) offset, (int) length).order(ByteOrder.LITTLE_ENDIAN);
        }
        try {
            return channel.map(FileChannel.MapMode.READ_ONLY, offset, length).order(ByteOrder.LITTLE_ENDIAN);
        } catch (IOException e) {
            throw new InputException(path + ": " + what + ": cannot be mapped: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        closeQuietly(channel);
    }

    private static void closeQuietly(FileChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
