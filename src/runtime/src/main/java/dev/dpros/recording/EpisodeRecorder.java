package dev.dpros.recording;

import dev.dpros.core.Clock;
import dev.dpros.core.InputException;
import dev.dpros.recording.RecorderState.Event;
import dev.dpros.recording.journal.EpisodeEvent;
import dev.dpros.recording.journal.EpisodeEvent.Kind;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records episodes: transport threads fill the sources' queues, one thread {@code recorder} writes the journal, one
 * thread {@code recorder-sync} forces it to disk so that a slow fsync does not hold the writing up. Commands may come
 * from any thread (services, keyboard, dashboard, the control loop's listener); each returns when it is done and throws
 * {@link InputException} if the state does not allow it. States: {@link RecorderState}.
 */
public final class EpisodeRecorder implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EpisodeRecorder.class);
    private static final long POLL_NS = 2_000_000L;
    private static final long DISK_CHECK_NS = 500_000_000L;

    private final EpisodeStore store;
    private final RecorderConfig config;
    private final List<RecordingSource> sources;
    private final Clock clock;
    private final ConcurrentLinkedQueue<Command> commands = new ConcurrentLinkedQueue<>();
    private final Thread thread;
    private final SyncThread sync = new SyncThread();
    private volatile RecorderState state = RecorderState.IDLE;
    private volatile String reason = "ready";
    private volatile String task = "";
    private volatile boolean intervention;
    private volatile boolean takeover;
    private volatile boolean driving;
    private volatile String silent = "";
    private SilentSources silence;
    private boolean takenOver;
    private volatile RunningEpisode episode;
    private volatile int finished;
    private volatile int endedByDisk;
    private volatile Totals earlier = new Totals(0, 0, 0);
    private volatile long freeBytes;
    private long nextDiskCheckNs;

    private record Command(Supplier<String> action, CompletableFuture<String> done) {}

    /**
     * Opens a recorder and starts its threads. Unfinished journals should have been recovered before
     * ({@link EpisodeStore#recover()}).
     */
    public EpisodeRecorder(EpisodeStore store, RecorderConfig config, List<RecordingSource> sources, Clock clock) {
        this.store = store;
        this.config = config;
        this.sources = List.copyOf(sources);
        this.clock = clock;
        freeBytes = store.freeBytes();
        thread = new Thread(this::run, "recorder");
        thread.start();
        sync.start();
    }

    /** Starts an episode; returns a line for the operator. */
    public String start() {
        return command(this::doStart);
    }

    /** Ends the running episode. */
    public String stop() {
        return command(() -> finish(Event.STOP, Kind.STOP, "stopped"));
    }

    /** Ends the running episode as a success, or labels the last one so. */
    public String success() {
        return command(() -> finish(Event.LABEL, Kind.SUCCESS, "success"));
    }

    /** Ends the running episode as a failure, or labels the last one so. */
    public String failure() {
        return command(() -> finish(Event.LABEL, Kind.FAILURE, "failure"));
    }

    /** Drops the running episode, or else the last one; it moves to {@code discarded/}. */
    public String discard() {
        return command(() -> finish(Event.DISCARD, Kind.DISCARD, "discarded"));
    }

    /** Sets the task text of this and the following episodes. */
    public String task(String text) {
        return command(() -> {
            task = text;
            note(Kind.TASK, text);
            return "task: " + text;
        });
    }

    /** Marks that a human took over from the policy, or gave control back. */
    public String intervention(boolean human) {
        return command(() -> {
            intervention = human;
            note(human ? Kind.INTERVENTION_BEGIN : Kind.INTERVENTION_END, "");
            return human ? "intervention: human" : "intervention: policy";
        });
    }

    /**
     * Says who drives, as often as one likes: what {@link #intervention} does by hand. Any thread, the control thread too:
     * neither waits nor allocates; the recorder's thread notes a change within a few milliseconds.
     *
     * @param human whether a human drives in the policy's place
     * @param anybody whether commands are sent at all
     */
    public void driver(boolean human, boolean anybody) {
        takeover = human;
        driving = anybody;
    }

    private void noteTakeover() {
        boolean human = takeover;
        if (human != takenOver) {
            takenOver = human;
            intervention = human;
            note(human ? Kind.INTERVENTION_BEGIN : Kind.INTERVENTION_END, "takeover");
        }
    }

    /** Whether a command that begins with this event would be taken now. Any thread. */
    public boolean isPossible(Event event) {
        RecorderState now = state;
        RunningEpisode last = episode;
        boolean ofLast = now != RecorderState.RECORDING && (event == Event.LABEL || event == Event.DISCARD);
        return now.after(event) != null && !(ofLast && (last == null || last.isDiscarded()));
    }

    /** What to show to the operator. Allocates. */
    public RecorderStatus status() {
        RunningEpisode current = episode;
        List<RecorderStatus.Source> counts = IntStream.range(0, sources.size()).mapToObj(i -> {
            SourceQueue queue = sources.get(i).queue();
            return new RecorderStatus.Source(sources.get(i).key(), queue.received(),
                    current == null ? 0 : current.recorded(i), current == null ? 0 : current.dropped(i),
                    queue.refused());
        }).toList();
        return new RecorderStatus(state, reason, current == null ? -1 : current.number(),
                current == null ? 0 : current.seconds(clock.monotonicNs()), task, intervention, silent, counts,
                current == null ? 0 : current.bytes(), freeBytes, finished);
    }

    /**
     * What was recorded since the recorder was opened.
     *
     * @param messages written, of all sources
     * @param dropped for want of room, of all sources
     * @param bytes of the journals
     */
    public record Totals(long messages, long dropped, long bytes) {}

    /** Episodes that a full disk or a refused write ended, since the recorder was opened. */
    public int endedByDisk() {
        return endedByDisk;
    }

    /** Counts that only grow, for rates. */
    public Totals totals() {
        RunningEpisode current = episode;
        long dropped = sources.stream().mapToLong(source -> source.queue().dropped()).sum();
        return current == null ? new Totals(0, dropped, 0)
                : new Totals(earlier.messages + messages(current), dropped, earlier.bytes + current.bytes());
    }

    private long messages(RunningEpisode of) {
        return IntStream.range(0, sources.size()).mapToLong(of::recorded).sum();
    }

    /** Ends a running episode, stops the threads and gives the directory back. */
    @Override
    public void close() {
        if (thread.isAlive()) {
            try {
                command(() -> finish(Event.CLOSE, Kind.STOP, "closed"));
            } catch (InputException refused) {
                // the disk did not take the episode's end, which was said; nothing is recorded any more
                command(() -> finish(Event.CLOSE, Kind.STOP, "closed"));
            }
        }
        join(thread);
        sync.stop();
        store.close();
    }

    private String command(Supplier<String> action) {
        Command command = new Command(action, new CompletableFuture<>());
        if (state == RecorderState.CLOSED) {
            throw new InputException("recorder: it is closed");
        }
        commands.add(command);
        LockSupport.unpark(thread);
        if (state == RecorderState.CLOSED && commands.remove(command)) {
            throw new InputException("recorder: it is closed");
        }
        try {
            return command.done.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof InputException input ? input : e;
        }
    }

    private void run() {
        while (state != RecorderState.CLOSED) {
            Command command = commands.poll();
            if (command != null) {
                execute(command);
            } else if (!tick(clock.monotonicNs())) {
                LockSupport.parkNanos(POLL_NS);
            }
        }
        for (Command late = commands.poll(); late != null; late = commands.poll()) {
            late.done.completeExceptionally(new InputException("recorder: it is closed"));
        }
    }

    private void execute(Command command) {
        try {
            command.done.complete(command.action.get());
        } catch (RuntimeException e) {
            command.done.completeExceptionally(e);
        }
    }

    /** Drains, flushes and watches the disk; true if a message was written. */
    private boolean tick(long nowNs) {
        boolean wrote = false;
        try {
            noteTakeover();
            if (state == RecorderState.RECORDING) {
                wrote = episode.drain(nowNs);
            }
            if (nowNs - nextDiskCheckNs >= 0) {
                nextDiskCheckNs = nowNs + DISK_CHECK_NS;
                checkDisk();
                listen(nowNs);
            }
            if (state == RecorderState.RECORDING && sync.failureOf(episode) != null) {
                throw sync.failureOf(episode);
            }
        } catch (IOException | RuntimeException e) {
            if (state == RecorderState.RECORDING) {
                writeFailed(e);
            } else {
                reason = String.valueOf(e.getMessage());
            }
        }
        return wrote;
    }

    /** Says once per episode and source that nothing comes from it. */
    private void listen(long nowNs) {
        String now = state == RecorderState.RECORDING ? silence.now(nowNs, driving || intervention) : "";
        if (!now.equals(silent)) {
            silent = now;
            if (!now.isEmpty()) {
                LOG.warn("recorder: episode {}: no message yet from {}; without them it cannot become data", episode.number(), now);
            }
        }
    }

    private void checkDisk() {
        freeBytes = store.freeBytes();
        if (state == RecorderState.RECORDING && freeBytes < config.minFreeBytes()) {
            String line = finish(Event.DISK_LOW, Kind.DISK_LOW, "disk low: " + (freeBytes >> 20) + " MB left, "
                    + (config.minFreeBytes() >> 20) + " MB wanted; free space, then start again");
            endedByDisk++;
            LOG.warn("recorder: {}", line);
        } else if (state == RecorderState.DISK_FULL && freeBytes >= config.minFreeBytes()) {
            transition(Event.SPACE_FREED, "ready: space was freed");
        }
    }

    private String doStart() {
        if (state.after(Event.START) == null) {
            throw refusal(Event.START);
        }
        freeBytes = store.freeBytes();
        if (freeBytes < config.minFreeBytes()) {
            throw InputException.of(store.directory().toString(), "free disk space",
                    "at least " + (config.minFreeBytes() >> 20) + " MB", (freeBytes >> 20) + " MB",
                    "free space or lower record.min_free_mb");
        }
        RunningEpisode last = episode;
        try {
            RunningEpisode next = RunningEpisode.begin(store, config, sources, clock, task);
            if (last != null) {
                earlier = new Totals(earlier.messages + messages(last), 0, earlier.bytes + last.bytes());
            }
            episode = next;
            silent = "";
            silence = new SilentSources(sources, next);
        } catch (IOException e) {
            throw new InputException(store.directory() + ": cannot start an episode: " + e.getMessage(), e);
        }
        sync.watch(episode, config.fsyncPeriodMs());
        String line = transition(Event.START, "recording episode " + episode.number());
        if (intervention) {
            note(Kind.INTERVENTION_BEGIN, "");
        }
        return line;
    }

    private String finish(Event event, Kind kind, String why) {
        if (!isPossible(event)) {
            throw refusal(event);
        }
        if (state == RecorderState.RECORDING) {
            try {
                sync.watch(null, 0);
                episode.end(kind, why, clock);
            } catch (IOException e) {
                writeFailed(e);
                throw new InputException("episode " + episode.number() + ": " + reason, e);
            }
            finished++;
        } else if (event == Event.LABEL) {
            relabel(kind);
        }
        if (event == Event.DISCARD) {
            episode.discard();
            finished--;
        }
        String line = event == Event.CLOSE ? why : "episode " + episode.number() + " " + why;
        return transition(event, line);
    }

    private void relabel(Kind kind) {
        try {
            episode.label(new EpisodeEvent(kind, clock.rosNs(), clock.monotonicNs(), "after the end"));
        } catch (IOException e) {
            throw new InputException("episode " + episode.number() + ": cannot be labelled: " + e.getMessage(), e);
        }
    }

    private void note(Kind kind, String text) {
        if (state == RecorderState.RECORDING) {
            try {
                episode.event(new EpisodeEvent(kind, clock.rosNs(), clock.monotonicNs(), text));
            } catch (IOException e) {
                writeFailed(e);
            }
        }
    }

    private void writeFailed(Exception cause) {
        sync.watch(null, 0);
        String rescue = episode.abort();
        endedByDisk++;
        LOG.warn("recorder: {}", transition(Event.WRITE_FAILED, "the disk refused a write (" + cause.getMessage() + "); episode "
                + episode.number() + " " + rescue + "; earlier episodes are whole"));
    }

    private String transition(Event event, String why) {
        RecorderState next = state.after(event);
        if (next == null) {
            throw refusal(event);
        }
        reason = why;
        state = next;
        return why;
    }

    private InputException refusal(Event event) {
        return new InputException("recorder: " + event + " is not possible in state " + state
                + (episode == null ? " (no episode yet)" : " (" + reason + ")"));
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
