package dev.dpros.recording.journal;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dpros.core.InputException;
import dev.dpros.recording.journal.JournalFormat.RecordType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * Reads one journal from start to end, checking every record; stops at the first that is not valid and says where. Each
 * call uses its own channel and buffer, so any thread may read; a length is checked against the file before it is
 * trusted.
 */
public final class JournalReader {
    private static final ObjectMapper JSON =
            new ObjectMapper().configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false);

    private final Path path;
    private final FileChannel channel;
    private final JournalVisitor visitor;
    private final CRC32C crc = new CRC32C();
    private ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20).order(ByteOrder.LITTLE_ENDIAN);
    private long bufferStart;
    private int sequence;
    private boolean ended;

    /**
     * What a pass over a journal found.
     *
     * @param validBytes length of the file's valid beginning
     * @param fileBytes length of the file
     * @param records valid records
     * @param finished whether an end record was there
     * @param damage why reading stopped before the end of the file, or empty
     */
    public record Scan(long validBytes, long fileBytes, int records, boolean finished, String damage) {
        /** Whether every byte of the file belongs to a valid record and the episode has its end. */
        public boolean clean() {
            return finished && validBytes == fileBytes;
        }
    }

    private JournalReader(Path path, FileChannel channel, JournalVisitor visitor) {
        this.path = path;
        this.channel = channel;
        this.visitor = visitor;
        buffer.limit(0);
    }

    /**
     * Reads the whole file.
     *
     * @throws InputException if it is no journal at all (other magic) or cannot be read
     */
    public static Scan read(Path path, JournalVisitor visitor) {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            return new JournalReader(path, channel, visitor).scan();
        } catch (IOException e) {
            throw new InputException(path + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private Scan scan() throws IOException {
        long size = channel.size();
        if (size < JournalFormat.FILE_HEADER_BYTES) {
            return new Scan(0, size, 0, false, size == 0 ? "empty file" : "cut off within the file header");
        }
        need(0, JournalFormat.FILE_HEADER_BYTES);
        if (buffer.getLong(0) != JournalFormat.MAGIC) {
            throw InputException.of(path.toString(), "file type", "a dpros journal (DPROSJ01)",
                    "another file", "give a recording directory or an episode_*.dpj file");
        }
        long position = JournalFormat.FILE_HEADER_BYTES;
        while (position < size) {
            String damage = record(position, size);
            if (damage != null) {
                return new Scan(position, size, sequence, ended, damage + " at byte " + position);
            }
            position += Integer.toUnsignedLong(buffer.getInt(index(position) + 4)) + 8;
            sequence++;
        }
        return new Scan(position, size, sequence, ended, "");
    }

    private String record(long position, long size) throws IOException {
        if (size - position < JournalFormat.RECORD_HEADER_BYTES) {
            return "record cut off";
        }
        need(position, JournalFormat.RECORD_HEADER_BYTES);
        int length = buffer.getInt(index(position) + 4);
        if (length < JournalFormat.MIN_LENGTH || length > JournalFormat.MAX_PAYLOAD + JournalFormat.MIN_LENGTH) {
            return "no record (length " + length + ")";
        }
        if (size - position < 8L + length) {
            return "record cut off";
        }
        need(position, 8 + length);
        int start = index(position);
        crc.reset();
        JournalFormat.update(crc, buffer, start + 4, 4 + length);
        if ((int) crc.getValue() != buffer.getInt(start)) {
            return "checksum mismatch";
        }
        if (buffer.getInt(start + 8) != sequence) {
            return "record " + buffer.getInt(start + 8) + " where " + sequence + " was expected";
        }
        RecordType type = RecordType.of(buffer.get(start + 12));
        boolean first = sequence == 0;
        if (type == null || first != (type == RecordType.EPISODE) || ended && type != RecordType.EVENT) {
            return "unexpected record type " + buffer.get(start + 12);
        }
        ByteBuffer payload = buffer.slice(start + JournalFormat.RECORD_HEADER_BYTES, length - JournalFormat.MIN_LENGTH)
                .order(ByteOrder.LITTLE_ENDIAN);
        return dispatch(type, payload, position + JournalFormat.RECORD_HEADER_BYTES);
    }

    private String dispatch(RecordType type, ByteBuffer payload, long offset) throws IOException {
        switch (type) {
            case EPISODE -> visitor.episode(JSON.readValue(text(payload), EpisodeHeader.class));
            case SOURCE -> visitor.source(JSON.readValue(text(payload), SourceInfo.class));
            case END -> {
                ended = true;
                visitor.end(JSON.readValue(text(payload), EpisodeEnd.class));
            }
            case MESSAGE -> {
                int prefix = JournalFormat.MESSAGE_PREFIX_BYTES;
                if (payload.remaining() < prefix) {
                    return "short message record";
                }
                ByteBuffer message = payload.slice(prefix, payload.remaining() - prefix).order(ByteOrder.LITTLE_ENDIAN);
                visitor.message(payload.getShort() & 0xFFFF, payload.getLong(), payload.getLong(), payload.getLong(),
                        message, offset + prefix);
            }
            case EVENT -> {
                if (payload.remaining() < 17 || EpisodeEvent.Kind.of(payload.get(16)) == null) {
                    return "bad event record";
                }
                long rosNs = payload.getLong();
                long monotonicNs = payload.getLong();
                visitor.event(new EpisodeEvent(EpisodeEvent.Kind.of(payload.get()), rosNs, monotonicNs, text(payload)));
            }
            case DROPS -> {
                while (payload.remaining() >= 10) {
                    visitor.dropped(payload.getShort() & 0xFFFF, payload.getLong());
                }
            }
        }
        return null;
    }

    private static String text(ByteBuffer payload) {
        return StandardCharsets.UTF_8.decode(payload).toString();
    }

    private int index(long position) {
        return (int) (position - bufferStart);
    }

    /** Makes the bytes from {@code position} available in the buffer. */
    private void need(long position, int count) throws IOException {
        if (position >= bufferStart && position + count <= bufferStart + buffer.limit()) {
            return;
        }
        if (buffer.capacity() < count) {
            buffer = ByteBuffer.allocateDirect(Integer.highestOneBit(count) << 1).order(ByteOrder.LITTLE_ENDIAN);
        }
        buffer.clear();
        bufferStart = position;
        while (buffer.position() < count) {
            if (channel.read(buffer, position + buffer.position()) < 0) {
                throw new IOException("the file became shorter while it was read");
            }
        }
        buffer.flip();
    }
}
