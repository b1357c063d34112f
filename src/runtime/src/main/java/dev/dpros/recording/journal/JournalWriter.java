package dev.dpros.recording.journal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dpros.recording.journal.JournalFormat.RecordType;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * Appends records to one journal. Owned by one thread (the recorder's), but for {@link #force()}. Small records are
 * gathered in a staging buffer until {@link #flush()}; large messages go to the file without a copy. Writing a message
 * allocates nothing of note.
 */
public final class JournalWriter implements Closeable {
    private static final int STAGING_BYTES = 1 << 20;
    private static final int DIRECT_WRITE_BYTES = 64 << 10;
    private static final ObjectMapper JSON = new ObjectMapper();

    private volatile JournalFile file;
    private final ByteBuffer staging = ByteBuffer.allocateDirect(STAGING_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final ByteBuffer[] one = {staging};
    private final ByteBuffer[] two = {staging, null};
    private final CRC32C crc = new CRC32C();
    private int sequence;
    private volatile long bytes;

    private JournalWriter(JournalFile file, int sequence, long bytes) {
        this.file = file;
        this.sequence = sequence;
        this.bytes = bytes;
    }

    /** Starts a journal with its header. @throws IOException if the file exists or cannot be written */
    public static JournalWriter create(Path path, EpisodeHeader header, JournalFile.Opener opener) throws IOException {
        JournalWriter writer = new JournalWriter(opener.open(path, false), 0, 0);
        writer.staging.putLong(JournalFormat.MAGIC);
        writer.bytes = JournalFormat.FILE_HEADER_BYTES;
        writer.json(RecordType.EPISODE, header);
        writer.flush();
        return writer;
    }

    /** Continues a journal whose valid records end at the end of the file. */
    static JournalWriter resume(Path path, int nextSequence, long bytes) throws IOException {
        return new JournalWriter(JournalFile.open(path, true), nextSequence, bytes);
    }

    /** Opens the file of an ended journal again, to append a label. */
    public void reopen(Path path) throws IOException {
        file = JournalFile.open(path, true);
    }

    /** Declares a source, or says more about one. */
    public void source(SourceInfo info) throws IOException {
        json(RecordType.SOURCE, info);
    }

    /** Appends a message; {@code payload} is read from position to limit and left as it was. */
    public void message(int source, long headerStampNs, long receivedRosNs, long receivedNs, ByteBuffer payload)
            throws IOException {
        int size = payload.remaining();
        int prefix = JournalFormat.MESSAGE_PREFIX_BYTES;
        boolean direct = size > DIRECT_WRITE_BYTES;
        int start = begin(RecordType.MESSAGE, prefix + size, direct ? prefix : prefix + size);
        staging.putShort((short) source).putLong(headerStampNs).putLong(receivedRosNs).putLong(receivedNs);
        if (!direct) {
            int position = payload.position();
            staging.put(payload);
            payload.position(position);
            seal(start, null);
            return;
        }
        seal(start, payload);
        two[1] = payload;
        int position = payload.position();
        write(two);
        payload.position(position);
        two[1] = null;
    }

    /** Appends an event. */
    public void event(EpisodeEvent event) throws IOException {
        byte[] text = event.text().getBytes(StandardCharsets.UTF_8);
        int start = begin(RecordType.EVENT, 17 + text.length, 17 + text.length);
        staging.putLong(event.rosNs()).putLong(event.monotonicNs()).put((byte) event.kind().ordinal()).put(text);
        seal(start, null);
    }

    /** Appends the drop counts, by source. */
    public void drops(long[] droppedBySource) throws IOException {
        int size = 10 * droppedBySource.length;
        int start = begin(RecordType.DROPS, size, size);
        for (int i = 0; i < droppedBySource.length; i++) {
            staging.putShort((short) i).putLong(droppedBySource[i]);
        }
        seal(start, null);
    }

    /** Ends the episode and hands the bytes to the operating system; {@link #force()} then makes them last. */
    public void end(EpisodeEnd end) throws IOException {
        json(RecordType.END, end);
        flush();
    }

    /** Hands everything to the operating system: it then survives the death of this process. */
    public void flush() throws IOException {
        if (staging.position() > 0) {
            write(one);
        }
    }

    /** Makes everything flushed survive power loss. Any thread. */
    public void force() throws IOException {
        file.force();
    }

    /** Bytes appended so far. Any thread. */
    public long bytes() {
        return bytes;
    }

    /** Closes the file; what was not flushed is lost. */
    @Override
    public void close() throws IOException {
        file.close();
    }

    private void json(RecordType type, Object value) throws IOException {
        byte[] text;
        try {
            text = JSON.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("cannot write " + type + " as JSON", e);
        }
        if (text.length > STAGING_BYTES / 2) {
            throw new IOException(type + " record of " + text.length + " bytes is larger than " + STAGING_BYTES / 2);
        }
        int start = begin(type, text.length, text.length);
        staging.put(text);
        seal(start, null);
    }

    private int begin(RecordType type, int payload, int staged) throws IOException {
        if (staging.remaining() < JournalFormat.RECORD_HEADER_BYTES + staged) {
            flush();
        }
        int start = staging.position();
        staging.putInt(0).putInt(JournalFormat.MIN_LENGTH + payload).putInt(sequence++).put(type.code());
        bytes += JournalFormat.RECORD_HEADER_BYTES + payload;
        return start;
    }

    private void seal(int start, ByteBuffer rest) {
        crc.reset();
        JournalFormat.update(crc, staging, start + 4, staging.position() - start - 4);
        if (rest != null) {
            JournalFormat.update(crc, rest, rest.position(), rest.remaining());
        }
        staging.putInt(start, (int) crc.getValue());
    }

    private void write(ByteBuffer[] buffers) throws IOException {
        staging.flip();
        file.append(buffers);
        staging.clear();
    }
}
