package dev.dpros.datasets;

import dev.dpros.core.InputException;
import dev.dpros.recording.journal.EpisodeEnd;
import dev.dpros.recording.journal.EpisodeEvent;
import dev.dpros.recording.journal.EpisodeHeader;
import dev.dpros.recording.journal.JournalReader;
import dev.dpros.recording.journal.JournalVisitor;
import dev.dpros.recording.journal.SourceInfo;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/**
 * One pass over a journal, every checksum verified: what it holds and where each message lies. Made by one thread,
 * then immutable.
 */
public final class JournalIndex {
    private final Path path;
    private final JournalReader.Scan scan;
    private EpisodeHeader header;
    private EpisodeEnd end;
    private final List<EpisodeEvent> events = new ArrayList<>();
    private final TreeMap<Integer, Track> tracks = new TreeMap<>();

    /** One source's messages: stamps and places, in order of arrival. */
    public static final class Track {
        private SourceInfo info;
        private long[] headerNs = new long[64];
        private long[] receivedNs = new long[64];
        private long[] offsets = new long[64];
        private int[] lengths = new int[64];
        private int count;
        private long dropped;

        private void add(long header, long received, long offset, int length) {
            if (count == offsets.length) {
                headerNs = Arrays.copyOf(headerNs, count * 2);
                receivedNs = Arrays.copyOf(receivedNs, count * 2);
                offsets = Arrays.copyOf(offsets, count * 2);
                lengths = Arrays.copyOf(lengths, count * 2);
            }
            headerNs[count] = header;
            receivedNs[count] = received;
            offsets[count] = offset;
            lengths[count++] = length;
        }

        /** The source. */
        public SourceInfo info() {
            return info;
        }

        /** Number of messages. */
        public int count() {
            return count;
        }

        /** Messages that were lost. */
        public long dropped() {
            return dropped;
        }

        /** Header stamp of a message, ns, or 0. */
        public long headerNs(int message) {
            return headerNs[message];
        }

        /** Receive stamp of a message, ns. */
        public long receivedNs(int message) {
            return receivedNs[message];
        }

        /** Where a message lies in the file. */
        public long offset(int message) {
            return offsets[message];
        }

        /** Its length. */
        public int length(int message) {
            return lengths[message];
        }

        /** The largest time between two messages in order of arrival, ns. */
        public long largestGapNs() {
            long gap = 0;
            for (int i = 1; i < count; i++) {
                gap = Math.max(gap, receivedNs[i] - receivedNs[i - 1]);
            }
            return gap;
        }
    }

    private JournalIndex(Path path) {
        this.path = path;
        scan = JournalReader.read(path, new Builder());
    }

    /** Reads a journal, whole or not. @throws InputException if it is no journal or has not even a header */
    public static JournalIndex of(Path path) {
        JournalIndex index = new JournalIndex(path);
        if (index.header == null) {
            throw InputException.of(path.toString(), "journal", "an episode", "nothing that is whole ("
                    + index.scan.damage() + ")", "remove the file, or let 'dpros record' move it away");
        }
        return index;
    }

    /** The file. */
    public Path path() {
        return path;
    }

    /** What the pass found. */
    public JournalReader.Scan scan() {
        return scan;
    }

    /** First record. */
    public EpisodeHeader header() {
        return header;
    }

    /** Last record, or null if the episode is unfinished. */
    public EpisodeEnd end() {
        return end;
    }

    /** Events in order. */
    public List<EpisodeEvent> events() {
        return events;
    }

    /** All sources, by id. */
    public List<Track> tracks() {
        return List.copyOf(tracks.values());
    }

    /** The source with this key. @throws InputException if there is none or it has no messages */
    public Track track(String key) {
        for (Track track : tracks.values()) {
            if (track.info != null && track.info.key().equals(key) && track.count > 0) {
                return track;
            }
        }
        throw InputException.of(path.toString(), "source '" + key + "'", "at least one message", "none",
                "check the topic with 'dpros dataset info', or discard the episode");
    }

    /** The last label: TRUE, FALSE or null. */
    public Boolean success() {
        Boolean label = null;
        for (EpisodeEvent event : events) {
            if (event.kind() == EpisodeEvent.Kind.SUCCESS) {
                label = true;
            } else if (event.kind() == EpisodeEvent.Kind.FAILURE) {
                label = false;
            }
        }
        return label;
    }

    /** Whether a human took over at any time. */
    public boolean hasIntervention() {
        return events.stream().anyMatch(event -> event.kind() == EpisodeEvent.Kind.INTERVENTION_BEGIN);
    }

    /** Whether a control node's state was recorded: it says when somebody drove. */
    public boolean hasState() {
        return tracks.values().stream().anyMatch(WhoDrove::is);
    }

    /** The task text: the last one set, or the header's. */
    public String task() {
        String task = header.task();
        for (EpisodeEvent event : events) {
            if (event.kind() == EpisodeEvent.Kind.TASK) {
                task = event.text();
            }
        }
        return task;
    }

    private final class Builder implements JournalVisitor {
        @Override
        public void episode(EpisodeHeader first) {
            header = first;
        }

        @Override
        public void source(SourceInfo info) {
            track(info.id()).info = info;
        }

        @Override
        public void message(int source, long headerNs, long receivedRosNs, long receivedNs, ByteBuffer payload,
                long offset) {
            track(source).add(headerNs, receivedRosNs, offset, payload.remaining());
        }

        @Override
        public void event(EpisodeEvent event) {
            events.add(event);
        }

        @Override
        public void dropped(int source, long count) {
            track(source).dropped = count;
        }

        @Override
        public void end(EpisodeEnd last) {
            end = last;
        }

        private Track track(int id) {
            return tracks.computeIfAbsent(id, key -> new Track());
        }
    }
}
