package dev.dpros.recording.journal;

import dev.dpros.core.InputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * Closes a journal that was cut off (kill -9, power loss, full disk): truncates the file after its last valid record,
 * then appends a {@code RECOVERED} event and an end record that says so. A finished journal is left as it is, but for a
 * half-written event after its end, which is cut off. Where a full disk has no room for that end, the last messages make
 * room for it. Not for a journal that is being written.
 */
public final class JournalRecovery {
    /**
     * What was done.
     *
     * @param action kept (nothing to do), recovered, or empty (not even the episode header is whole)
     * @param lostBytes bytes cut off at the end
     * @param messages messages in the journal now
     */
    public record Result(Action action, long lostBytes, long messages) {}

    /** Outcome of {@link #recover}. */
    public enum Action {
        /** The journal was finished. */ KEPT,
        /** It is now finished, and marked as recovered. */ RECOVERED,
        /** Nothing could be saved: no whole episode header. The file is unchanged. */ EMPTY
    }

    private static final int ROOM_FOR_THE_END = 64 << 10;

    private JournalRecovery() {}

    /** Recovers one journal and forces it to disk. @throws InputException if the file is no journal or cannot be written */
    public static Result recover(Path path) {
        Tally tally = new Tally();
        JournalReader.Scan scan = JournalReader.read(path, tally);
        long lost = scan.fileBytes() - scan.validBytes();
        if (scan.clean()) {
            return new Result(Action.KEPT, 0, tally.total());
        }
        if (scan.records() == 0) {
            return new Result(Action.EMPTY, lost, 0);
        }
        try {
            truncate(path, scan.validBytes());
            if (!scan.finished()) {
                String why = scan.damage().isEmpty() ? "no end record" : scan.damage();
                return finishOrMakeRoom(path, scan, tally, why, lost);
            }
        } catch (IOException e) {
            throw new InputException(path + ": cannot be recovered: " + e.getMessage()
                    + "; check free space and permissions, then start again", e);
        }
        return new Result(Action.KEPT, lost, tally.total());
    }

    private static Result finishOrMakeRoom(Path path, JournalReader.Scan scan, Tally tally, String why, long lost)
            throws IOException {
        try {
            finish(path, scan, tally, why, lost);
            return new Result(Action.RECOVERED, lost, tally.total());
        } catch (IOException e) {
            truncate(path, scan.validBytes());
            long cut = lastMessageBefore(path, scan.validBytes() - ROOM_FOR_THE_END);
            if (cut < 0) {
                throw e;
            }
            truncate(path, cut);
        }
        Tally fewer = new Tally();
        JournalReader.Scan shorter = JournalReader.read(path, fewer);
        long more = lost + scan.validBytes() - shorter.validBytes();
        finish(path, shorter, fewer, why, more);
        return new Result(Action.RECOVERED, more, fewer.total());
    }

    /** Where the record of the last message begins that begins at or before a position; -1 if there is none. */
    private static long lastMessageBefore(Path path, long most) {
        long[] last = {-1};
        JournalReader.read(path, new JournalVisitor() {
            @Override
            public void message(int source, long header, long receivedRosNs, long receivedNs, ByteBuffer payload, long at) {
                long begin = at - JournalFormat.MESSAGE_PREFIX_BYTES - JournalFormat.RECORD_HEADER_BYTES;
                last[0] = begin <= most ? begin : last[0];
            }
        });
        return last[0];
    }

    private static void truncate(Path path, long length) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.truncate(length);
            channel.force(true);
        }
    }

    private static void finish(Path path, JournalReader.Scan scan, Tally tally, String why, long lost) throws IOException {
        try (JournalWriter writer = JournalWriter.resume(path, scan.records(), scan.validBytes())) {
            writer.event(new EpisodeEvent(EpisodeEvent.Kind.RECOVERED, tally.lastRosNs, tally.lastNs,
                    why + ", " + lost + " bytes cut off"));
            writer.end(new EpisodeEnd(EpisodeEvent.Kind.RECOVERED, true, tally.counts()));
            writer.force();
        }
    }

    private static final class Tally implements JournalVisitor {
        private final TreeMap<Integer, long[]> bySource = new TreeMap<>();
        private long lastRosNs;
        private long lastNs;

        @Override
        public void source(SourceInfo info) {
            of(info.id());
        }

        @Override
        public void message(int source, long header, long receivedRosNs, long receivedNs, ByteBuffer payload, long at) {
            of(source)[0]++;
            lastRosNs = receivedRosNs;
            lastNs = receivedNs;
        }

        @Override
        public void event(EpisodeEvent event) {
            lastRosNs = event.rosNs();
            lastNs = event.monotonicNs();
        }

        @Override
        public void dropped(int source, long count) {
            of(source)[1] = count;
        }

        private long[] of(int source) {
            return bySource.computeIfAbsent(source, id -> new long[2]);
        }

        private long total() {
            return bySource.values().stream().mapToLong(counts -> counts[0]).sum();
        }

        private List<EpisodeEnd.SourceCounts> counts() {
            List<EpisodeEnd.SourceCounts> counts = new ArrayList<>();
            bySource.forEach((id, c) -> counts.add(new EpisodeEnd.SourceCounts(id, c[0], c[1])));
            return counts;
        }
    }
}
