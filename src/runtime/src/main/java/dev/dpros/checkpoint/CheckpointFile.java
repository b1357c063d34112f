package dev.dpros.checkpoint;

import dev.dpros.core.InputException;
import dev.dpros.core.TensorData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;

/**
 * A file that is read piece by piece, each at the time it is needed, so that its tensors go straight to where they are used
 * and the file is never in memory as a whole. Nothing is mapped: a file that another process shortens or overwrites meanwhile
 * is an {@link InputException}, never the end of the process; one that is replaced by a rename or deleted is read on. It stays
 * open as long as anything refers to it or to its content. Any thread; one that is interrupted while it reads closes it.
 */
final class CheckpointFile {
    private static final int LARGEST_PIECE = 64 << 20;

    private final Path path;
    private final FileChannel channel;
    private final Version version;

    /** What tells one content of a path from another. */
    private record Version(Object key, long size, FileTime modified) {
        static Version of(Path path) throws IOException {
            BasicFileAttributes found = Files.readAttributes(path, BasicFileAttributes.class);
            return new Version(found.fileKey(), found.size(), found.lastModifiedTime());
        }
    }

    private CheckpointFile(Path path, FileChannel channel, Version version) {
        this.path = path;
        this.channel = channel;
        this.version = version;
    }

    /** @throws InputException if it cannot be read */
    static CheckpointFile open(Path path) {
        if (Files.isDirectory(path)) {
            throw InputException.of(path.toString(), "file", "a regular file", "a directory", "");
        }
        try {
            Version version = Version.of(path);
            return new CheckpointFile(path, FileChannel.open(path, StandardOpenOption.READ), version);
        } catch (NoSuchFileException e) {
            throw new InputException(path + ": no such file", e);
        } catch (IOException e) {
            throw new InputException(path + ": cannot be read: " + e.getMessage(), e);
        }
    }

    Path path() {
        return path;
    }

    long size() {
        return version.size;
    }

    /**
     * A little-endian copy of {@code [offset, offset + length)}, for what is not a tensor.
     *
     * @throws InputException if it is not within the file, longer than 64 MB, or the file has changed
     */
    ByteBuffer piece(long offset, long length, String what) {
        requireWithin(offset, length, LARGEST_PIECE, what);
        ByteBuffer bytes = ByteBuffer.allocate((int) length).order(ByteOrder.LITTLE_ENDIAN);
        read(offset, bytes, what);
        return bytes.flip();
    }

    /**
     * {@code [offset, offset + length)} as a tensor's content, read when it is asked for.
     *
     * @throws InputException if it is not within the file, or longer than 2 GB
     */
    TensorData.Content content(long offset, long length, String what) {
        requireWithin(offset, length, Integer.MAX_VALUE, what);
        return new TensorData.Content() {
            @Override
            public int length() {
                return (int) length;
            }

            @Override
            public void read(int from, ByteBuffer into) {
                if (from < 0 || into.remaining() > length - from) {
                    throw new IndexOutOfBoundsException(what + ": " + into.remaining() + " bytes at " + from + " of " + length);
                }
                CheckpointFile.this.read(offset + from, into, what);
            }
        };
    }

    private void requireWithin(long offset, long length, int most, String what) {
        if (offset < 0 || length < 0 || offset > version.size || length > version.size - offset) {
            throw InputException.of(path.toString(), what, length + " bytes at " + offset, "a file of " + version.size + " bytes",
                    "the file is truncated or damaged");
        }
        if (length > most) {
            throw InputException.of(path.toString(), what, "at most " + (most == LARGEST_PIECE ? "64 MB" : "2 GB"), length + " bytes", "");
        }
    }

    /** Fills the buffer; what it then holds is of the file as it was opened. */
    private void read(long offset, ByteBuffer into, String what) {
        try {
            int count = 0;
            for (long at = offset; into.hasRemaining() && count >= 0; at += count) {
                count = channel.read(into, at);
            }
            if (count < 0 || changed()) {
                throw InputException.of(path.toString(), what, "the file as it was when it was opened", "it overwritten or shortened",
                        "replace such a file by a rename, and load it again");
            }
        } catch (IOException e) {
            throw new InputException(path + ": " + what + ": cannot be read: " + e, e);
        }
    }

    private boolean changed() throws IOException {
        if (channel.size() != version.size) {
            return true;
        }
        try {
            Version now = Version.of(path);
            return now.key.equals(version.key) && !now.equals(version);
        } catch (IOException e) {
            // gone from this path, which does not change what is read
            return false;
        }
    }
}
