package dev.dpros.recording;

import dev.dpros.core.Clock;
import dev.dpros.recording.journal.EpisodeEnd;
import dev.dpros.recording.journal.EpisodeEvent;
import dev.dpros.recording.journal.EpisodeHeader;
import dev.dpros.recording.journal.JournalReader;
import dev.dpros.recording.journal.JournalVisitor;
import dev.dpros.recording.journal.SourceInfo;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** Sources, messages and a summarising reader for recording tests. */
final class RecordingFixture {
    static final RecordingSource.Description STAMPED = new RecordingSource.Description(
            "test_msgs/Stamped", "0123456789abcdef0123456789abcdef", "Header header\nuint8[] data\n");

    private RecordingFixture() {}

    static RecordingSource source(String key, int slots, int maxBytes) {
        return new RecordingSource(key, SourceInfo.Role.OBSERVATION, "/" + key, new SourceQueue(slots, maxBytes),
                () -> STAMPED);
    }

    /** Puts one message with a header stamp and a counter into a source, as a transport would; false if refused. */
    static boolean send(RecordingSource source, int length, long counter, Clock clock) {
        ByteBuffer slot = source.queue().claim(length);
        if (slot == null) {
            return false;
        }
        long ns = clock.rosNs();
        slot.putInt((int) counter).putInt((int) (ns / 1_000_000_000L)).putInt((int) (ns % 1_000_000_000L));
        slot.putLong(counter);
        source.queue().commit(clock.monotonicNs(), ns);
        return true;
    }

    /** What is in a journal. */
    static final class Contents implements JournalVisitor {
        EpisodeHeader header;
        EpisodeEnd end;
        final TreeMap<Integer, SourceInfo> sources = new TreeMap<>();
        final TreeMap<Integer, List<Long>> counters = new TreeMap<>();
        final List<EpisodeEvent.Kind> events = new ArrayList<>();
        long lastRosNs;
        long lastDropped;
        boolean stampsAgree = true;

        static Contents of(Path journal) {
            Contents contents = new Contents();
            JournalReader.Scan scan = JournalReader.read(journal, contents);
            if (!scan.clean()) {
                throw new AssertionError(journal + ": " + scan.damage());
            }
            return contents;
        }

        @Override
        public void episode(EpisodeHeader first) {
            header = first;
        }

        @Override
        public void source(SourceInfo info) {
            sources.put(info.id(), info);
        }

        @Override
        public void message(int source, long headerNs, long rosNs, long monoNs, ByteBuffer payload, long offset) {
            counters.computeIfAbsent(source, id -> new ArrayList<>()).add(payload.getLong(12));
            lastRosNs = Math.max(lastRosNs, rosNs);
            stampsAgree &= headerNs == rosNs;
        }

        @Override
        public void dropped(int source, long count) {
            lastDropped = count;
        }

        @Override
        public void event(EpisodeEvent event) {
            events.add(event.kind());
            lastRosNs = Math.max(lastRosNs, event.rosNs());
        }

        @Override
        public void end(EpisodeEnd last) {
            end = last;
        }
    }
}
