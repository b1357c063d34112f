package dev.dpros.recording;

import dev.dpros.core.Clock;
import dev.dpros.core.InputException;
import dev.dpros.recording.journal.EpisodeEnd;
import dev.dpros.recording.journal.EpisodeEvent;
import dev.dpros.recording.journal.EpisodeEvent.Kind;
import dev.dpros.recording.journal.EpisodeHeader;
import dev.dpros.recording.journal.JournalRecovery;
import dev.dpros.recording.journal.JournalWriter;
import dev.dpros.recording.journal.SourceInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLongArray;

/** The episode being written, or the last one. Owned by the recorder thread; counts are read by any. */
final class RunningEpisode {
    private static final int BATCH_BYTES = 4 << 20;

    private final EpisodeStore store;
    private final List<RecordingSource> sources;
    private final SourceInfo[] infos;
    private final boolean[] stamped;
    private final long[] droppedBefore;
    private final long[] droppedNow;
    private final AtomicLongArray recorded;
    private final long flushPeriodNs;
    private final long startNs;
    private final int number;
    private final Path path;
    private final JournalWriter writer;
    private volatile long endNs = Long.MIN_VALUE;
    private long nextFlushNs;
    private volatile boolean discarded;
    private volatile boolean open = true;

    private RunningEpisode(EpisodeStore store, RecorderConfig config, List<RecordingSource> sources, long startNs,
            int number, JournalWriter writer) {
        this.store = store;
        this.sources = sources;
        this.startNs = startNs;
        this.number = number;
        this.writer = writer;
        path = EpisodeStore.path(store.directory(), number);
        infos = new SourceInfo[sources.size()];
        stamped = new boolean[sources.size()];
        droppedBefore = new long[sources.size()];
        droppedNow = new long[sources.size()];
        recorded = new AtomicLongArray(sources.size());
        flushPeriodNs = config.flushPeriodMs() * 1_000_000L;
    }

    static RunningEpisode begin(EpisodeStore store, RecorderConfig config, List<RecordingSource> sources, Clock clock,
            String task) throws IOException {
        int number = store.nextNumber();
        EpisodeHeader header = new EpisodeHeader(number, UUID.randomUUID().toString(), task, clock.rosNs(),
                config.software(), config.robot(), config.layout());
        JournalWriter writer =
                JournalWriter.create(EpisodeStore.path(store.directory(), number), header, store.opener());
        long nowNs = clock.monotonicNs();
        RunningEpisode episode = new RunningEpisode(store, config, sources, nowNs, number, writer);
        episode.open(new EpisodeEvent(Kind.START, clock.rosNs(), nowNs, task));
        return episode;
    }

    private void open(EpisodeEvent start) throws IOException {
        for (int i = 0; i < infos.length; i++) {
            describe(i);
        }
        writer.event(start);
        writer.flush();
        writer.force();
        store.force();
        for (int i = 0; i < infos.length; i++) {
            clear(sources.get(i).queue());
            droppedBefore[i] = sources.get(i).queue().dropped();
            sources.get(i).queue().accept(true);
        }
    }

    /**
     * Writes what the queues hold, round robin by bytes, so that a backlog of images does not starve the joints; true
     * if anything was written.
     */
    boolean drain(long nowNs) throws IOException {
        boolean wrote = false;
        for (int i = 0; i < infos.length; i++) {
            int left = BATCH_BYTES;
            for (int bytes = writeOne(i); bytes >= 0; bytes = left > 0 ? writeOne(i) : -1) {
                left -= bytes;
                wrote = true;
            }
        }
        if (nowNs - nextFlushNs >= 0) {
            nextFlushNs = nowNs + flushPeriodNs;
            writeDrops();
            writer.flush();
        }
        return wrote;
    }

    /** Writes the oldest message of a source; returns its length, or -1 if there is none. */
    private int writeOne(int source) throws IOException {
        SourceQueue queue = sources.get(source).queue();
        ByteBuffer message = queue.peek();
        if (message == null) {
            return -1;
        }
        int length = message.remaining();
        if (!infos[source].isDescribed()) {
            describe(source);
        }
        long stampNs = stamped[source] ? infos[source].headerStampNs(message) : 0;
        writer.message(source, stampNs, queue.peekReceivedRosNs(), queue.peekReceivedNs(), message);
        queue.release();
        recorded.lazySet(source, recorded.get(source) + 1);
        return length;
    }

    private void describe(int source) throws IOException {
        SourceInfo info = sources.get(source).info(source);
        if (!info.equals(infos[source])) {
            infos[source] = info;
            stamped[source] = info.startsWithHeader();
            writer.source(info);
        }
    }

    private void writeDrops() throws IOException {
        boolean changed = false;
        for (int i = 0; i < droppedNow.length; i++) {
            long dropped = dropped(i);
            changed |= dropped != droppedNow[i];
            droppedNow[i] = dropped;
        }
        if (changed) {
            writer.drops(droppedNow);
        }
    }

    void event(EpisodeEvent event) throws IOException {
        writer.event(event);
    }

    /** Drains, writes the end record, forces to disk and closes. */
    void end(Kind kind, String why, Clock clock) throws IOException {
        stopAccepting();
        boolean more = true;
        while (more) {
            more = drain(clock.monotonicNs());
        }
        endNs = clock.monotonicNs();
        List<EpisodeEnd.SourceCounts> counts = new ArrayList<>();
        for (int i = 0; i < infos.length; i++) {
            counts.add(new EpisodeEnd.SourceCounts(i, recorded.get(i), dropped(i)));
        }
        writeDrops();
        writer.event(new EpisodeEvent(kind, clock.rosNs(), endNs, why));
        writer.end(new EpisodeEnd(kind, false, counts));
        writer.force();
        open = false;
        writer.close();
    }

    /** Gives up after a failed write: saves what is valid on disk; says how that went. */
    String abort() {
        stopAccepting();
        sources.forEach(source -> clear(source.queue()));
        open = false;
        try {
            writer.close();
            JournalRecovery.Result result = JournalRecovery.recover(path);
            return "was saved up to its last valid record (" + result.messages() + " messages)";
        } catch (IOException | InputException e) {
            return "will be recovered at the next start (" + e.getMessage() + ")";
        }
    }

    /** Appends a label to the finished journal. */
    void label(EpisodeEvent event) throws IOException {
        writer.reopen(path);
        writer.event(event);
        writer.flush();
        writer.force();
        writer.close();
    }

    void discard() {
        store.discard(path);
        discarded = true;
    }

    boolean isDiscarded() {
        return discarded;
    }

    void force() throws IOException {
        if (open) {
            writer.force();
        }
    }

    int number() {
        return number;
    }

    long recorded(int source) {
        return recorded.get(source);
    }

    long dropped(int source) {
        return sources.get(source).queue().dropped() - droppedBefore[source];
    }

    long bytes() {
        return writer.bytes();
    }

    double seconds(long nowNs) {
        return ((endNs == Long.MIN_VALUE ? nowNs : endNs) - startNs) / 1e9;
    }

    private static void clear(SourceQueue queue) {
        while (queue.peek() != null) {
            queue.release();
        }
    }

    private void stopAccepting() {
        for (RecordingSource source : sources) {
            source.queue().accept(false);
        }
    }
}
