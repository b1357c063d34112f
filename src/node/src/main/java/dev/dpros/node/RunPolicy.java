package dev.dpros.node;

import dev.dpros.core.ActionGoals;
import dev.dpros.core.ActionGoals.Status;
import dev.dpros.core.Clock;
import dev.dpros.core.ForeignText;
import dev.dpros.core.InputException;
import dev.dpros.core.Transport;
import dev.dpros.node.trace.GoalRecord;
import dev.dpros.safety.CauseText;
import dev.dpros.safety.SafetyEvent;
import dev.dpros.safety.SafetyState;
import dev.dpros.safety.Watchdog;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The action {@code ~run_policy}: a goal starts the policy by the rules of {@code ~start} and stops it when it ends, however it
 * ends. Whoever else stops the policy, or its fault, ends the goal; a hold that may pass does not. Goals come on threads of the transport; one
 * thread calls {@link #tick}; any thread reads {@link #now}.
 */
final class RunPolicy implements ActionGoals.Work, AutoCloseable {
    static final String NAME = "~run_policy";
    static final String TYPE = "diffusion_policy_msgs/RunPolicy";
    static final int LONGEST_TASK = 1_000;
    private static final Logger LOG = LoggerFactory.getLogger(RunPolicy.class);
    private static final SafetyEvent[] STOPS = {SafetyEvent.OPERATOR_STOP, SafetyEvent.ENABLE_LOST, SafetyEvent.TRACKING_LOST,
        SafetyEvent.OUTPUT_LOST};
    private static final int APPLY_POLLS = 4_000;
    private static final long POLL_NS = 500_000;
    private static final double NS = 1e9;

    /**
     * What it acts upon.
     *
     * @param operator starts the policy, or says in one line why not
     * @param reason why the state is what it is, in words
     * @param chunks that the policy has driven with so far
     */
    record Subjects(Watchdog watchdog, Function<SafetyEvent, String> operator, Supplier<String> reason, LongSupplier chunks) {}

    /** Who else hears of goals. Called on the threads of goals and ticks. */
    interface Notes {
        /** Nobody. */
        Notes NONE = goal -> { };

        /** A goal has begun or ended. */
        void noted(GoalRecord goal);
    }

    /** Why a goal ended. */
    private enum Outcome { TIME_LIMIT, CANCELED, STOPPED, ENABLE_LOST, TRACKING_LOST, OUTPUT_LOST, FAULT, NODE_ENDS }

    /** How often the policy was started, stopped by each event, and in fault. */
    private record Counts(long starts, long stops, long enables, long trackings, long losses, long faults) {
        static Counts of(Watchdog watchdog) {
            long faults = 0;
            for (SafetyState from : SafetyState.values()) {
                faults += from == SafetyState.FAULT ? 0 : watchdog.transitions(from, SafetyState.FAULT);
            }
            return new Counts(watchdog.count(SafetyEvent.STARTED), watchdog.count(STOPS[0]), watchdog.count(STOPS[1]), watchdog.count(STOPS[2]),
                    watchdog.count(STOPS[3]), faults);
        }
    }

    /** The goal that runs, as it began. */
    private record Run(String task, long limitNs, long beganNs, long chunks, Counts before, long starts) {}

    private final Subjects subjects;
    private final Clock clock;
    private final ActionGoals goals;
    private final Notes notes;
    /** Why the policy was asked to stop for the goal's sake; null while it is to go on. */
    private final AtomicReference<Outcome> wanted = new AtomicReference<>();
    private volatile Run run;

    /** Takes no goals before it is offered. */
    RunPolicy(Subjects subjects, Clock clock, Notes notes) {
        this.subjects = subjects;
        this.clock = clock;
        this.notes = notes;
        goals = new ActionGoals(clock, this);
    }

    /** Offers the action until what this returns is closed. */
    AutoCloseable offer(Transport transport) {
        return transport.advertiseAction(NAME, TYPE, goals);
    }

    /** Its goals. */
    ActionGoals goals() {
        return goals;
    }

    @Override
    public String begin(Map<String, Object> goal) {
        String task = goal.get("task") instanceof String text ? text : "";
        double limitS = goal.get("time_limit") instanceof Number seconds ? seconds.doubleValue() : 0;
        String refusal = refusal(task, limitS);
        if (refusal == null) {
            refusal = start(task, Math.round(limitS * NS));
        }
        if (refusal == null) {
            String within = limitS == 0 ? "without a time limit" : "for " + CauseText.duration(limitS);
            LOG.info("run_policy: begun {}{}", within, described(task));
        }
        return refusal;
    }

    private static String described(String task) {
        return task.isEmpty() ? "" : ": " + ForeignText.printable(task);
    }

    private String refusal(String task, double limitS) {
        if (!(limitS >= 0) || Double.isInfinite(limitS)) {
            return InputException.of("goal", "time_limit", "seconds, 0 for none", Double.toString(limitS), "").getMessage();
        }
        if (task.length() > LONGEST_TASK) {
            return InputException.of("goal", "task", "at most " + LONGEST_TASK + " characters", Integer.toString(task.length()), "").getMessage();
        }
        return subjects.watchdog.started() && subjects.watchdog.state() != SafetyState.FAULT
                ? "the policy runs already, started otherwise; call ~stop first" : null;
    }

    private String start(String task, long limitNs) {
        Counts before = Counts.of(subjects.watchdog);
        wanted.set(null);
        String refusal = subjects.operator.apply(SafetyEvent.STARTED);
        if (refusal != null) {
            return refusal;
        }
        try {
            return carriedOut(task, limitNs, before);
        } catch (RuntimeException | Error e) {
            run = null;
            subjects.watchdog.request(SafetyEvent.OPERATOR_STOP); // nobody will end a goal that is refused
            throw e;
        }
    }

    private String carriedOut(String task, long limitNs, Counts before) {
        if (!awaitStarted(before.starts)) {
            subjects.watchdog.request(SafetyEvent.OPERATOR_STOP);
            return "the control loop does not tick";
        }
        run = new Run(task, limitNs, clock.monotonicNs(), subjects.chunks.getAsLong(), before, subjects.watchdog.count(SafetyEvent.STARTED));
        notes.noted(new GoalRecord(run.beganNs, true, limitNs, task));
        return null;
    }

    /** A request is taken a moment before it is applied. */
    private boolean awaitStarted(long startsBefore) {
        for (int i = 0; i < APPLY_POLLS; i++) {
            if (subjects.watchdog.count(SafetyEvent.STARTED) > startsBefore) {
                return true;
            }
            LockSupport.parkNanos(POLL_NS);
        }
        return false;
    }

    @Override
    public void cancel() {
        stop(Outcome.CANCELED);
    }

    private void stop(Outcome why) {
        if (wanted.compareAndSet(null, why)) {
            subjects.watchdog.request(SafetyEvent.OPERATOR_STOP);
        }
    }

    /** Looks whether the goal that runs has come to its end, and tells its client how it goes. About ten times a second. */
    void tick(long monotonicNowNs) {
        ActionGoals.Goal goal = goals.running();
        Run now = run;
        if (goal == null || now == null) {
            return;
        }
        Outcome end = end(now);
        if (end != null) {
            finish(goal.id(), now, end, monotonicNowNs);
            return;
        }
        if (now.limitNs > 0 && monotonicNowNs - now.beganNs >= now.limitNs) {
            stop(Outcome.TIME_LIMIT);
        }
        goals.feedback(Map.of("state", subjects.watchdog.state().ordinal(), "reason", subjects.reason.get(), "chunks", chunks(now)));
    }

    private long chunks(Run now) {
        return subjects.chunks.getAsLong() - now.chunks;
    }

    /** What has ended the goal; null while it goes on, or its stop is not yet in force. */
    private Outcome end(Run now) {
        Counts counts = Counts.of(subjects.watchdog);
        Counts before = now.before;
        if (subjects.watchdog.state() == SafetyState.FAULT || counts.faults > before.faults) {
            return Outcome.FAULT;
        }
        Outcome own = wanted.get();
        if (own != null) {
            return counts.stops > before.stops || !subjects.watchdog.started() ? own : null;
        }
        if (counts.enables > before.enables) {
            return Outcome.ENABLE_LOST;
        }
        if (counts.trackings > before.trackings) {
            return Outcome.TRACKING_LOST;
        }
        if (counts.losses > before.losses) {
            return Outcome.OUTPUT_LOST;
        }
        return counts.stops > before.stops || !subjects.watchdog.started() ? Outcome.STOPPED : null;
    }

    private void finish(String id, Run now, Outcome outcome, long monotonicNowNs) {
        boolean still = subjects.watchdog.started() && subjects.watchdog.count(SafetyEvent.STARTED) == now.starts;
        if (still && subjects.watchdog.state() != SafetyState.FAULT) {
            subjects.watchdog.request(SafetyEvent.OPERATOR_STOP);
        }
        double durationS = Math.max(0, monotonicNowNs - now.beganNs) / NS;
        String reason = reason(outcome);
        Status status = outcome == Outcome.TIME_LIMIT ? Status.SUCCEEDED : outcome == Outcome.CANCELED ? Status.CANCELED : Status.ABORTED;
        Map<String, Object> result = Map.of("outcome", outcome.name().toLowerCase(Locale.ROOT), "reason", reason, "chunks", chunks(now),
                "duration", durationS);
        run = null; // before another goal can begin
        if (goals.finish(id, status, reason, result)) {
            LOG.info("run_policy: {} after {}: {}", status.name().toLowerCase(Locale.ROOT), CauseText.duration(durationS), reason);
            notes.noted(new GoalRecord(monotonicNowNs, false, now.limitNs, reason));
        }
    }

    private String reason(Outcome outcome) {
        return switch (outcome) {
            case TIME_LIMIT -> "time limit reached";
            case CANCELED -> "canceled";
            case NODE_ENDS -> "the node ends";
            case FAULT -> subjects.watchdog.state() == SafetyState.FAULT ? "in fault: " + subjects.reason.get() : "was in fault";
            case STOPPED -> SafetyEvent.OPERATOR_STOP.reason();
            case ENABLE_LOST -> SafetyEvent.ENABLE_LOST.reason();
            case TRACKING_LOST, OUTPUT_LOST -> subjects.reason.get();
        };
    }

    /** The goal that runs, for people; empty if none does. */
    String now() {
        Run now = run;
        if (now == null) {
            return "";
        }
        String since = CauseText.duration((clock.monotonicNs() - now.beganNs) / NS);
        return since + (now.limitNs == 0 ? "" : " of " + CauseText.duration(now.limitNs / NS)) + described(now.task);
    }

    /** Ends the goal that runs, and takes no more. */
    @Override
    public void close() {
        goals.close();
        ActionGoals.Goal goal = goals.running();
        Run now = run;
        if (goal != null && now != null) {
            finish(goal.id(), now, Outcome.NODE_ENDS, clock.monotonicNs());
        }
    }
}
