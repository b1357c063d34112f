package dev.dpros.recording.trace;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** A real file whose disk is full when the test says so. */
final class FullDisk implements TraceWriter.Store {
    private final TraceWriter.Store file;
    volatile boolean full;

    FullDisk(FileChannel channel) {
        file = TraceWriter.Store.of(channel);
    }

    @Override
    public int write(ByteBuffer bytes, long at) throws IOException {
        if (full) {
            throw new IOException("No space left on device");
        }
        return file.write(bytes, at);
    }

    @Override
    public long size() throws IOException {
        return file.size();
    }

    @Override
    public boolean isOpen() {
        return file.isOpen();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
