package dev.dpros.datasets;

import dev.dpros.core.InputException;
import dev.dpros.core.Progress;
import dev.dpros.recording.EpisodeStore;
import dev.dpros.recording.journal.EpisodeEnd;
import dev.dpros.recording.journal.EpisodeEvent;
import dev.dpros.recording.journal.EpisodeHeader;
import dev.dpros.recording.journal.JournalFile;
import dev.dpros.recording.journal.JournalReader;
import dev.dpros.recording.journal.JournalVisitor;
import dev.dpros.recording.journal.JournalWriter;
import dev.dpros.recording.journal.SourceInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * Writes edited journals: messages as they were received, those whose time of receipt lies in a piece, and of each source the last one
 * before it, since it is what held when the piece began. Journals that are there already are kept. One thread.
 */
public final class JournalEditor {
    private JournalEditor() {}

    /**
     * What is known of journals.
     *
     * @param begins when each episode begins, ns of ROS time: what edits' times are counted from
     * @throws InputException if one is damaged or not finished
     */
    public static List<EpisodeEdits.Facts> facts(List<Path> journals, ToLongFunction<JournalIndex> begins) {
        List<EpisodeEdits.Facts> facts = new ArrayList<>();
        for (Path journal : journals) {
            JournalIndex index = JournalIndex.of(journal);
            if (!index.scan().clean()) {
                throw InputException.of(journal.toString(), "journal", "a finished one", index.scan().damage().isEmpty() ? "no end"
                        : index.scan().damage(), "'dpros dataset verify --recover' closes it, 'dataset discard' takes it away");
            }
            long lastNs = index.tracks().stream().filter(track -> track.count() > 0)
                    .mapToLong(track -> track.receivedNs(track.count() - 1)).max().orElse(index.header().createdRosNs());
            facts.add(new EpisodeEdits.Facts((lastNs - begins.applyAsLong(index)) / 1e9, index.task(), index.success()));
        }
        return facts;
    }

    /**
     * Writes the pieces into a directory, numbered from 0.
     *
     * @param begins as in {@link #facts}
     * @throws InputException if one has no message or the disk is full
     */
    public static void write(List<Path> journals, List<EpisodeEdits.Piece> pieces, ToLongFunction<JournalIndex> begins, Path directory,
            Progress progress) {
        progress.begin("edit", pieces.size());
        for (int i = 0; i < pieces.size(); i++) {
            Path target = EpisodeStore.path(directory, i);
            if (!Files.exists(target)) {
                Path partial = target.resolveSibling("." + target.getFileName() + ".partial");
                try {
                    Files.deleteIfExists(partial);
                    JournalIndex index = JournalIndex.of(journals.get(pieces.get(i).episode()));
                    new Copy(index, begins.applyAsLong(index), pieces.get(i), i).write(partial);
                    Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
                } catch (IOException | UncheckedIOException e) {
                    throw new InputException(directory + ": cannot be written: " + e.getMessage() + "; free space and run the same command again, "
                            + "it continues", e);
                }
            }
            progress.advance(1);
        }
    }

    private static final class Copy implements JournalVisitor {
        private final JournalIndex index;
        private final EpisodeEdits.Piece piece;
        private final int number;
        private final long fromNs;
        private final long toNs;
        private final Map<Integer, Integer> first = new HashMap<>();
        private final Map<Integer, Integer> seen = new HashMap<>();
        private final Map<Integer, Long> written = new HashMap<>();
        private JournalWriter writer;
        private long[] drops = {};
        private long lastNs;

        Copy(JournalIndex index, long beginNs, EpisodeEdits.Piece piece, int number) {
            this.index = index;
            this.piece = piece;
            this.number = number;
            fromNs = piece.fromS() == 0 ? Long.MIN_VALUE : beginNs + Math.round(piece.fromS() * 1e9);
            toNs = piece.toS() == EpisodeEdits.END ? Long.MAX_VALUE : beginNs + Math.round(piece.toS() * 1e9);
            for (JournalIndex.Track track : index.tracks()) {
                int at = 0;
                while (at + 1 < track.count() && track.receivedNs(at + 1) <= fromNs) {
                    at++;
                }
                if (track.info() != null) {
                    first.put(track.info().id(), at);
                }
            }
        }

        private long beginNs() {
            return Math.max(fromNs, index.header().createdRosNs());
        }

        void write(Path target) throws IOException {
            EpisodeHeader header = index.header();
            try (JournalWriter made = JournalWriter.create(target, new EpisodeHeader(number, piece.id(header.uuid()), piece.task(), beginNs(),
                    header.software(), header.robot(), header.layout()), JournalFile::open)) {
                writer = made;
                lastNs = beginNs();
                JournalReader.read(index.path(), this);
                if (written.isEmpty()) {
                    throw InputException.of(index.path().toString(), "part " + piece.part(), "at least one message", "none", "");
                }
                finish();
                made.force();
            }
        }

        private void finish() throws IOException {
            if (piece.success() != null) {
                writer.event(new EpisodeEvent(piece.success() ? EpisodeEvent.Kind.SUCCESS : EpisodeEvent.Kind.FAILURE, lastNs, 0, "edited"));
            }
            List<EpisodeEnd.SourceCounts> counts = new ArrayList<>();
            for (EpisodeEnd.SourceCounts source : index.end().sources()) {
                counts.add(new EpisodeEnd.SourceCounts(source.id(), written.getOrDefault(source.id(), 0L), source.dropped()));
            }
            writer.end(new EpisodeEnd(index.end().reason(), index.end().recovered(), counts));
        }

        @Override
        public void source(SourceInfo info) {
            guarded(() -> writer.source(info));
        }

        @Override
        public void message(int source, long headerStampNs, long receivedRosNs, long receivedNs, ByteBuffer payload, long offset) {
            int at = seen.merge(source, 1, Integer::sum) - 1;
            if (at >= first.getOrDefault(source, 0) && receivedRosNs < toNs) {
                guarded(() -> writer.message(source, headerStampNs, receivedRosNs, receivedNs, payload));
                written.merge(source, 1L, Long::sum);
                lastNs = Math.max(lastNs, receivedRosNs);
            }
        }

        /** Labels and tasks are the piece's own; a takeover that began before it holds from its beginning. */
        @Override
        public void event(EpisodeEvent event) {
            switch (event.kind()) {
                case SUCCESS, FAILURE, TASK -> { }
                case INTERVENTION_BEGIN, INTERVENTION_END -> {
                    if (event.rosNs() < toNs) {
                        guarded(() -> writer.event(new EpisodeEvent(event.kind(), Math.max(event.rosNs(), beginNs()), event.monotonicNs(), event.text())));
                    }
                }
                case START -> guarded(() -> writer.event(new EpisodeEvent(event.kind(), beginNs(), event.monotonicNs(), event.text())));
                default -> {
                    if (event.rosNs() >= fromNs && event.rosNs() < toNs) {
                        guarded(() -> writer.event(event));
                    }
                }
            }
        }

        @Override
        public void dropped(int source, long count) {
            if (piece.part() == 0) {
                drops = Arrays.copyOf(drops, Math.max(drops.length, source + 1));
                drops[source] = count;
                guarded(() -> writer.drops(drops));
            }
        }

        private interface Write {
            void run() throws IOException;
        }

        private static void guarded(Write write) {
            try {
                write.run();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
