package dev.dpros.node.outputs;

import dev.dpros.core.Clock;
import dev.dpros.safety.SafetyEvent;
import dev.dpros.safety.SafetyState;
import dev.dpros.safety.TransitionLog;
import dev.dpros.safety.Watchdog;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says once, in the log and so on the terminal and {@code /rosout}, whatever the watchdog does and what the node waits for.
 * A thread {@code voice} polls the watchdog's transitions ten times a second; at most {@value #MOST_LINES} of them are said
 * in ten seconds, the rest are counted. The control thread is not concerned.
 */
public final class Voice implements AutoCloseable {
    static final int MOST_LINES = 12;
    static final long WINDOW_NS = 10_000_000_000L;
    private static final Logger LOG = LoggerFactory.getLogger(Voice.class);
    private static final long POLL_MS = 100;

    /** Where lines go. */
    interface Log {
        /** @param state in which the node is */
        void say(SafetyState state, String line);
    }

    private final Watchdog watchdog;
    private final SafetyText text;
    private final Waiting waiting;
    private final Clock clock;
    private final Log log;
    private final ScheduledExecutorService thread;
    private final TransitionLog.Entry entry = new TransitionLog.Entry();
    private long next;
    private SafetyEvent said;
    private String left = "";
    private long windowNs = Long.MIN_VALUE;
    private int lines;
    private long unsaid;

    /** A voice that has not yet been started. */
    public Voice(Watchdog watchdog, SafetyText text, Waiting waiting, Clock clock) {
        this(watchdog, text, waiting, clock, Voice::write);
    }

    Voice(Watchdog watchdog, SafetyText text, Waiting waiting, Clock clock, Log log) {
        this.watchdog = watchdog;
        this.text = text;
        this.waiting = waiting;
        this.clock = clock;
        this.log = log;
        said = watchdog.reason();
        thread = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread worker = new Thread(task, "voice");
            worker.setDaemon(true);
            return worker;
        });
    }

    private static void write(SafetyState state, String line) {
        if (state == SafetyState.FAULT) {
            LOG.error(line);
        } else if (state == SafetyState.NOMINAL) {
            LOG.info(line);
        } else {
            LOG.warn(line);
        }
    }

    /** Starts the thread. */
    public void start() {
        thread.scheduleWithFixedDelay(this::pollSafely, POLL_MS, POLL_MS, TimeUnit.MILLISECONDS);
    }

    private void pollSafely() {
        try {
            poll();
        } catch (RuntimeException | Error e) {
            LOG.warn("voice: {}", e.toString());
        }
    }

    /** Says what has happened since the last call. */
    void poll() {
        long nowNs = clock.monotonicNs();
        newWindow(nowNs);
        transitions();
        SafetyEvent reason = watchdog.reason();
        if (reason != said) {
            said = reason;
            speak(watchdog.state(), text.state());
        }
        String now = text.rest().left();
        if (!now.isEmpty() && left.isEmpty()) {
            speak(watchdog.state(), now);
        }
        left = now;
        // While the clock stands still so does the state: what is waited for is a warning all the same.
        SafetyState state = watchdog.state() == SafetyState.NOMINAL ? SafetyState.DEGRADED : watchdog.state();
        waiting.poll(nowNs, line -> log.say(state, line));
    }

    private void transitions() {
        long size = watchdog.log().size();
        if (size - next > watchdog.log().capacity()) {
            unsaid += size - watchdog.log().capacity() - next;
            next = size - watchdog.log().capacity();
        }
        for (; next < size; next++) {
            if (watchdog.log().read(next, entry)) {
                said = entry.event;
                speak(entry.to, next == size - 1 ? text.transition(entry) : text.past(entry));
            } else {
                unsaid++;
            }
        }
    }

    private void speak(SafetyState state, String line) {
        if (lines < MOST_LINES) {
            lines++;
            log.say(state, line);
        } else {
            unsaid++;
        }
    }

    private void newWindow(long nowNs) {
        if (windowNs == Long.MIN_VALUE || nowNs - windowNs >= WINDOW_NS) {
            long more = unsaid;
            windowNs = nowNs;
            lines = 0;
            unsaid = 0;
            if (more > 0) {
                speak(watchdog.state(), more + " more transitions in the last 10 s; now " + text.state());
            }
        }
    }

    /** Ends the thread and says what is left to say. */
    @Override
    public void close() {
        thread.shutdown();
        try {
            if (thread.awaitTermination(1, TimeUnit.SECONDS)) {
                pollSafely();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
