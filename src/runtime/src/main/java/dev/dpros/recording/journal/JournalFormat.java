package dev.dpros.recording.journal;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Layout of a journal file, little-endian throughout.
 *
 * <pre>
 * file   = magic "DPROSJ01", record*
 * record = crc32c u32 | length u32 | sequence u32 | type u8 | payload
 * </pre>
 * {@code length} counts what follows it (sequence, type, payload); the checksum covers length to the end of the
 * payload. The sequence numbers the records of one file from 0, so that stale disk blocks of an older file cannot pass
 * for a continuation. A zero-filled tail, as some file systems leave after power loss, is invalid since the length of a
 * record is at least {@link #MIN_LENGTH}.
 */
public final class JournalFormat {
    /** First eight bytes of a file; the last two digits are the version. */
    public static final long MAGIC = 0x3130_4A53_4F52_5044L;
    /** Bytes of the magic. */
    public static final int FILE_HEADER_BYTES = 8;
    /** Bytes before the payload: checksum, length, sequence, type. */
    public static final int RECORD_HEADER_BYTES = 13;
    /** Smallest value of the length field. */
    public static final int MIN_LENGTH = 5;
    /** Largest payload; a larger length is damage. */
    public static final int MAX_PAYLOAD = 256 << 20;
    /** Bytes of a message record's payload before the message itself. */
    public static final int MESSAGE_PREFIX_BYTES = 26;

    /** What a record holds. */
    public enum RecordType {
        /** JSON {@link EpisodeHeader}; the first record. */ EPISODE,
        /** JSON {@link SourceInfo}; repeated when a source becomes better known. */ SOURCE,
        /** source u16, header stamp i64, receive stamp i64, monotonic receive time i64, message bytes. */ MESSAGE,
        /** stamp i64, monotonic time i64, kind u8, UTF-8 text: an {@link EpisodeEvent}. */ EVENT,
        /** (source u16, dropped so far in this episode i64)*. */ DROPS,
        /** JSON {@link EpisodeEnd}; makes the episode finished. Only events may follow. */ END;

        private static final RecordType[] VALUES = values();

        /** The type with this code (ordinal + 1), or null. */
        static RecordType of(int code) {
            return code >= 1 && code <= VALUES.length ? VALUES[code - 1] : null;
        }

        /** The byte on disk. */
        byte code() {
            return (byte) (ordinal() + 1);
        }
    }

    private JournalFormat() {}

    /** Updates a checksum with {@code length} bytes from {@code offset}; the buffer's position is not changed. */
    static void update(CRC32C crc, ByteBuffer buffer, int offset, int length) {
        int position = buffer.position();
        int limit = buffer.limit();
        buffer.limit(offset + length).position(offset);
        crc.update(buffer);
        buffer.limit(limit).position(position);
    }
}
