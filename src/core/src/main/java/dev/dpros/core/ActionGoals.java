package dev.dpros.core;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The goals of one action, whatever middleware brings them: one runs at a time, another is refused meanwhile; who cancels a goal
 * that has not come yet has canceled it when it comes. A goal that has ended is known for {@link #KNOWN_NS}, and of those
 * that have ended the newest {@value #MOST_KNOWN}. Thread-safe; a lock is held while the listener is told, not while a goal begins.
 */
public final class ActionGoals {
    /** How many goals are known at a time. */
    public static final int MOST_KNOWN = 32;
    /** How long a goal that has ended is known. */
    public static final long KNOWN_NS = 60_000_000_000L;
    /** How long a goal that comes after its cancellation counts as canceled. */
    static final long EARLY_NS = 10_000_000_000L;

    /** Where a goal is. */
    public enum Status {
        /** It is being looked at. */ PENDING,
        /** It runs. */ ACTIVE,
        /** It runs, and its client wants it to end. */ CANCELING,
        /** It did what was wanted. */ SUCCEEDED,
        /** It ended as its client wanted. */ CANCELED,
        /** It ended otherwise. */ ABORTED,
        /** It was not taken. */ REJECTED,
        /** It was canceled before it came. */ RECALLED;

        /** Whether the goal has come to its end. */
        public boolean ended() {
            return compareTo(SUCCEEDED) >= 0;
        }
    }

    /**
     * A goal as its clients know it.
     *
     * @param id of the goal, as its client made it
     * @param stampNs stamp time at which it was asked for or taken
     * @param text why it is where it is, or empty
     * @param result fields of the result once it has ended; a field that is missing is zero or empty
     */
    public record Goal(String id, long stampNs, Status status, String text, Map<String, Object> result) {
        private Goal to(Status next, String why, Map<String, Object> fields) {
            return new Goal(id, stampNs, next, why, fields);
        }
    }

    /**
     * What a request to cancel came to.
     *
     * @param canceling the goals that now end
     * @param unknown whether the one goal that was named is not known
     * @param ended whether it had ended already
     */
    public record Cancellation(List<Goal> canceling, boolean unknown, boolean ended) {}

    /** Who carries goals out. */
    public interface Work {
        /**
         * Begins a goal. One at a time, on a thread of the middleware, which it may hold up for seconds.
         *
         * @return null if it runs now, else in one line why it is not taken
         */
        @Nullable String begin(Map<String, Object> goal);

        /** The goal that runs is to end. Does not block. */
        void cancel();
    }

    /** A middleware that tells clients of their goals. Called with the lock held, in order: does not block. */
    public interface Listener {
        /** A goal is new or has changed. @param known all of them, oldest first */
        void changed(Goal goal, List<Goal> known);

        /** A goal that runs has something to tell. */
        void feedback(Goal goal, Map<String, Object> feedback);
    }

    private static final class Entry {
        private Goal goal;
        private boolean cancelWanted;
        private long endedNs;

        Entry(Goal goal) {
            this.goal = goal;
        }
    }

    private final Clock clock;
    private final Work work;
    private final Map<String, Entry> known = new LinkedHashMap<>();
    /** When a goal was canceled that has not come, by id. */
    private final Map<String, Long> canceledEarly = new LinkedHashMap<>();
    private long canceledUpToNs = Long.MIN_VALUE;
    private long canceledUpToSinceNs;
    private @Nullable Listener listener;
    private boolean closed;

    /** No goals yet. */
    public ActionGoals(Clock clock, Work work) {
        this.clock = clock;
        this.work = work;
    }

    /** Sets who tells the clients. */
    public synchronized void listen(Listener teller) {
        listener = teller;
    }

    /**
     * A goal has come: it runs when this returns, or has ended. Blocks while it begins.
     *
     * @param id not empty
     * @param stampNs stamp time at which it was asked for, or taken
     * @return null if a goal of this id is known already: nothing has happened then
     */
    public @Nullable Goal submit(String id, long stampNs, Map<String, Object> fields) {
        Goal goal = admit(id, stampNs);
        return goal == null || goal.status.ended() ? goal : begun(id, begin(fields));
    }

    private synchronized @Nullable Goal admit(String id, long stampNs) {
        forget();
        if (known.containsKey(id)) {
            return null;
        }
        Entry other = unended();
        Entry entry = new Entry(new Goal(id, stampNs, Status.PENDING, "", Map.of()));
        known.put(id, entry);
        if (closed) {
            return change(entry, Status.REJECTED, "the node ends", Map.of());
        }
        if (isCanceledEarly(id, stampNs)) {
            return change(entry, Status.RECALLED, "canceled before it came", Map.of());
        }
        if (other != null) {
            return change(entry, Status.REJECTED, "another goal runs: cancel it, or wait for its end", Map.of());
        }
        return change(entry, Status.PENDING, "", Map.of());
    }

    private boolean isCanceledEarly(String id, long stampNs) {
        return canceledEarly.remove(id) != null || stampNs != 0 && stampNs <= canceledUpToNs;
    }

    private @Nullable String begin(Map<String, Object> fields) {
        try {
            return work.begin(fields);
        } catch (RuntimeException | Error e) { // else it would be looked at for ever, and all others be refused
            return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        }
    }

    private synchronized Goal begun(String id, @Nullable String refusal) {
        Entry entry = known.get(id);
        if (entry == null) {
            throw new IllegalStateException("goal " + id + " was forgotten while it began");
        }
        if (refusal != null) {
            return change(entry, Status.REJECTED, refusal, Map.of());
        }
        if (closed) {
            work.cancel();
            return change(entry, Status.ABORTED, "the node ends", Map.of());
        }
        change(entry, Status.ACTIVE, "", Map.of());
        if (entry.cancelWanted) {
            work.cancel();
            change(entry, Status.CANCELING, "", Map.of());
        }
        return entry.goal;
    }

    /**
     * A client wants goals to end: the one of this id, and those asked for up to a time; all if neither is given.
     *
     * @param id of one goal, or empty
     * @param stampNs stamp time, or 0
     */
    public synchronized Cancellation cancel(String id, long stampNs) {
        forget();
        List<Goal> canceling = new ArrayList<>();
        for (Entry entry : known.values()) {
            Goal goal = entry.goal;
            boolean meant = id.isEmpty() && stampNs == 0 || goal.id.equals(id) || stampNs != 0 && goal.stampNs <= stampNs;
            if (meant && !goal.status.ended()) {
                end(entry);
                canceling.add(entry.goal);
            }
        }
        Entry named = known.get(id);
        if (!id.isEmpty() && named == null) {
            canceledEarly.put(id, clock.monotonicNs());
        }
        if (stampNs != 0) {
            canceledUpToNs = Math.max(canceledUpToNs, Math.min(stampNs, clock.rosNs()));
            canceledUpToSinceNs = clock.monotonicNs();
        }
        boolean alone = !id.isEmpty() && canceling.isEmpty();
        return new Cancellation(List.copyOf(canceling), alone && named == null, alone && named != null);
    }

    private void end(Entry entry) {
        entry.cancelWanted = true;
        if (entry.goal.status == Status.ACTIVE) {
            work.cancel();
            change(entry, Status.CANCELING, "", Map.of());
        }
    }

    /** The goal that runs, or null. */
    public synchronized @Nullable Goal running() {
        Entry entry = unended();
        return entry == null || entry.goal.status == Status.PENDING ? null : entry.goal;
    }

    private @Nullable Entry unended() {
        for (Entry entry : known.values()) {
            if (!entry.goal.status.ended()) {
                return entry;
            }
        }
        return null;
    }

    /**
     * The goal that runs has come to its end.
     *
     * @param id of that goal
     * @param status an end
     * @return false if it does not run any more: nothing has happened then
     */
    public synchronized boolean finish(String id, Status status, String text, Map<String, Object> result) {
        Entry entry = known.get(id);
        if (entry == null || entry.goal.status != Status.ACTIVE && entry.goal.status != Status.CANCELING) {
            return false;
        }
        change(entry, status, text, Map.copyOf(result));
        return true;
    }

    /** Tells the client of the goal that runs; if none does, nobody. */
    public synchronized void feedback(Map<String, Object> fields) {
        Goal goal = running();
        if (goal != null && listener != null) {
            listener.feedback(goal, fields);
        }
    }

    /** Looks at all goals that are known, oldest first, while none changes. */
    public synchronized void read(Consumer<List<Goal>> reader) {
        forget();
        reader.accept(goals());
    }

    /** Refuses all goals from now on. */
    public synchronized void close() {
        closed = true;
    }

    private List<Goal> goals() {
        return known.values().stream().map(entry -> entry.goal).toList();
    }

    private Goal change(Entry entry, Status status, String text, Map<String, Object> result) {
        entry.goal = entry.goal.to(status, text, result);
        entry.endedNs = clock.monotonicNs();
        if (listener != null) {
            listener.changed(entry.goal, goals());
        }
        return entry.goal;
    }

    private void forget() {
        long nowNs = clock.monotonicNs();
        known.values().removeIf(entry -> entry.goal.status.ended() && nowNs - entry.endedNs > KNOWN_NS);
        canceledEarly.values().removeIf(sinceNs -> nowNs - sinceNs > EARLY_NS);
        canceledUpToNs = nowNs - canceledUpToSinceNs > EARLY_NS ? Long.MIN_VALUE : canceledUpToNs;
        dropOldest();
    }

    /** Leaves room for one more. */
    private void dropOldest() {
        var oldest = known.values().iterator();
        while (known.size() >= MOST_KNOWN && oldest.hasNext()) {
            if (oldest.next().goal.status.ended()) {
                oldest.remove();
            }
        }
        while (canceledEarly.size() >= MOST_KNOWN) {
            canceledEarly.keySet().remove(canceledEarly.keySet().iterator().next());
        }
    }
}
