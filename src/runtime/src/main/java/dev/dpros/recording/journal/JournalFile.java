package dev.dpros.recording.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The append-only file under a journal. {@link #append} runs on the recorder thread, {@link #force} on any. */
public interface JournalFile extends Closeable {
    /** Writes all remaining bytes of the buffers. @throws IOException if not all bytes could be written */
    void append(ByteBuffer[] buffers) throws IOException;

    /** Makes everything appended so far survive power loss. */
    void force() throws IOException;

    /** Creates files for journals; a seam for disks that fill up. */
    @FunctionalInterface
    interface Opener {
        /** Creates a new file, or opens an existing one at its end if {@code append}. */
        JournalFile open(Path path, boolean append) throws IOException;
    }

    /** Opens real files. */
    static JournalFile open(Path path, boolean append) throws IOException {
        FileChannel channel = append
                ? FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.APPEND)
                : FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
        return new JournalFile() {
            @Override
            public void append(ByteBuffer[] buffers) throws IOException {
                long left = 0;
                for (ByteBuffer buffer : buffers) {
                    left += buffer.remaining();
                }
                while (left > 0) {
                    left -= channel.write(buffers);
                }
            }

            @Override
            public void force() throws IOException {
                channel.force(false);
            }

            @Override
            public void close() throws IOException {
                channel.close();
            }
        };
    }
}
