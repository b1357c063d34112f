package dev.dpros.safety;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.Stream;

/**
 * The safety state machine of one control loop. Causes are raised and cleared on the control thread; each tick
 * {@link #update} then leaves a state whose last cause has gone. Operators' requests may come from any thread through
 * {@link #request} and act at the next {@link #applyRequests}; that the control thread itself has died is said from outside by
 * {@link #loopDied}. Allocates nothing after construction, never throws.
 *
 * <p>A loop begins in {@link SafetyState#HOLD}, {@link SafetyEvent#NOT_STARTED}, and moves only after {@link SafetyEvent#STARTED}.
 */
public final class Watchdog {
    /** Source index of an event that is about no observation source. */
    public static final int NO_SOURCE = -1;
    /** Index of the joint of an event that is about none. */
    public static final int NO_JOINT = -1;
    /** Most observation sources that are told apart. */
    public static final int MAX_SOURCES = 63;

    private static final SafetyEvent[] OPERATOR_EVENTS = {SafetyEvent.RESET, SafetyEvent.STARTED,
        SafetyEvent.OPERATOR_STOP, SafetyEvent.ENABLE_LOST, SafetyEvent.EMERGENCY_STOP};

    private final List<String> sources;
    private final List<String> subjects;
    private final WatchdogListener listener;
    private final TransitionLog log = new TransitionLog(1024);
    private final AtomicLongArray eventCounts = new AtomicLongArray(SafetyEvent.count());
    private final AtomicLongArray transitionCounts = new AtomicLongArray(16);
    private final AtomicLongArray illegalCount = new AtomicLongArray(1);
    /** Per event, the set of sources (bit 0: no source) for which it holds now. */
    private final AtomicLongArray active = new AtomicLongArray(SafetyEvent.count());
    /** Per event, what it began with last: joint, value, limit. */
    private final AtomicLongArray details = new AtomicLongArray(3 * SafetyEvent.count());
    private final TransitionLog.Entry transition = new TransitionLog.Entry();
    private final AtomicInteger requests = new AtomicInteger();
    /** What was taken last decides on the state at the end of its tick. */
    private volatile boolean applying;
    private volatile SafetyState state = SafetyState.HOLD;
    private volatile SafetyEvent reason = SafetyEvent.NOT_STARTED;
    private volatile int reasonSource = NO_SOURCE;
    /** Said from outside, of the thread that owns all else here; never taken back. */
    private volatile boolean loopDied;
    private long nowNs;
    private long rosNs;

    /**
     * A stopped watchdog.
     *
     * @param sources names of the observation sources; events give their index
     */
    public Watchdog(List<String> sources, WatchdogListener listener) {
        this(sources, List.of(), listener);
    }

    /**
     * A stopped watchdog that also tells joints apart.
     *
     * @param joints names of what else events may be about; their indices follow those of the sources
     */
    public Watchdog(List<String> sources, List<String> joints, WatchdogListener listener) {
        if (sources.size() > MAX_SOURCES) {
            throw new IllegalArgumentException("sources: expected at most " + MAX_SOURCES + ", found " + sources.size());
        }
        this.sources = List.copyOf(sources);
        subjects = Stream.concat(sources.stream(), joints.stream()).toList();
        this.listener = listener;
        for (SafetyEvent event : SafetyEvent.values()) {
            detail(event.ordinal(), NO_JOINT, Double.NaN, Double.NaN);
        }
        active.set(SafetyEvent.NOT_STARTED.ordinal(), 1);
    }

    /** The state now. Any thread. */
    public SafetyState state() {
        return loopDied ? SafetyState.FAULT : state;
    }

    /**
     * Says that the control thread has ended or stands still: fault, {@link SafetyEvent#CONTROL_LOOP_DIED}, for good. One thread
     * other than the control thread's; leaves alone what that thread owns, lest it come back.
     */
    public void loopDied() {
        if (!loopDied) {
            count(SafetyEvent.CONTROL_LOOP_DIED.ordinal());
            loopDied = true;
        }
    }

    /** Whether an operator's request has not yet told on the {@link #state}. Any thread. */
    public boolean requestPending() {
        return requests.get() != 0 || applying;
    }

    /** The event that led to the present state. Any thread. */
    public SafetyEvent reason() {
        return loopDied ? SafetyEvent.CONTROL_LOOP_DIED : reason;
    }

    /** Index of the source that the reason is about, or {@link #NO_SOURCE}. Any thread. */
    public int reasonSource() {
        return loopDied ? NO_SOURCE : reasonSource;
    }

    /** Whether the operator has started the policy and not stopped it since. */
    public boolean started() {
        return active.get(SafetyEvent.OPERATOR_STOP.ordinal()) == 0 && active.get(SafetyEvent.NOT_STARTED.ordinal()) == 0;
    }

    /** Index of the action's dimension that an event was about when it began last, or {@link #NO_JOINT}. Any thread. */
    public int joint(SafetyEvent event) {
        return (int) details.get(3 * event.ordinal());
    }

    /**
     * What was found when an event began last: seconds for ages and offsets (receive time less stamp), robot units for
     * joints, a count for the rest; NaN if there is nothing to say. Any thread.
     */
    public double value(SafetyEvent event) {
        return Double.longBitsToDouble(details.get(3 * event.ordinal() + 1));
    }

    /** What would have been allowed, in the unit of {@link #value}. Any thread. */
    public double limit(SafetyEvent event) {
        return Double.longBitsToDouble(details.get(3 * event.ordinal() + 2));
    }

    /** Whether a cause holds now, for any source. Any thread. */
    public boolean active(SafetyEvent event) {
        return active.get(event.ordinal()) != 0 || loopDied && event == SafetyEvent.CONTROL_LOOP_DIED;
    }

    /** Whether a cause holds now for this source. Any thread. */
    public boolean active(SafetyEvent event, int source) {
        return (active.get(event.ordinal()) & 1L << source + 1) != 0;
    }

    /** How often an event has begun. Any thread. */
    public long count(SafetyEvent event) {
        return eventCounts.get(event.ordinal());
    }

    /** How often this transition was made. Any thread. */
    public long transitions(SafetyState from, SafetyState to) {
        return transitionCounts.get(from.ordinal() * 4 + to.ordinal());
    }

    /** How often an event came in a state where it is illegal (and was ignored). Any thread. */
    public long illegalEvents() {
        return illegalCount.get(0);
    }

    /** The last transitions. Any thread. */
    public TransitionLog log() {
        return log;
    }

    /** Number of what a cause can be about: the sources, then the joints. */
    public int subjects() {
        return Math.min(subjects.size(), MAX_SOURCES);
    }

    /** Index of a joint among what a cause can be about; {@link #NO_SOURCE} if there are too many to tell it apart. Any thread. */
    public int subjectOfJoint(int joint) {
        int subject = sources.size() + joint;
        return subject < MAX_SOURCES ? subject : NO_SOURCE;
    }

    /** The name behind an event's index, or an empty text for {@link #NO_SOURCE}. */
    public String subject(int index) {
        return index < 0 || index >= subjects.size() ? "" : subjects.get(index);
    }

    /** Names of the observation sources. */
    public List<String> sources() {
        return sources;
    }

    /**
     * Asks for an operator's event at the next tick: {@code STARTED}, {@code RESET}, {@code OPERATOR_STOP}, {@code
     * ENABLE_LOST} or {@code EMERGENCY_STOP}. Any thread; lock-free. Stops win over starts asked for in the same tick.
     *
     * @throws IllegalArgumentException for any other event
     */
    public void request(SafetyEvent event) {
        requests.accumulateAndGet(requestBit(event), (mask, bit) -> mask | bit);
    }

    /** The bit that stands for an operator's event in {@link #takeRequests}. @throws IllegalArgumentException for any other event */
    public static int requestBit(SafetyEvent event) {
        for (int i = 0; i < OPERATOR_EVENTS.length; i++) {
            if (OPERATOR_EVENTS[i] == event) {
                return 1 << i;
            }
        }
        throw new IllegalArgumentException("request: expected an operator's event, found " + event);
    }

    /** Takes what operators have asked for since the last call, as a set of bits. Control thread. */
    public int takeRequests() {
        if (requests.get() == 0) {
            return 0;
        }
        applying = true;
        return requests.getAndSet(0);
    }

    /** As {@link #applyRequests(int, long, long)} with what {@link #takeRequests} gives. Control thread. */
    public void applyRequests(long monotonicNowNs, long rosNowNs) {
        applyRequests(takeRequests(), monotonicNowNs, rosNowNs);
    }

    /** Begins a tick: sets its time and applies what operators asked for. Control thread. */
    public void applyRequests(int taken, long monotonicNowNs, long rosNowNs) {
        nowNs = monotonicNowNs;
        rosNs = rosNowNs;
        int mask = taken;
        for (int i = 0; mask != 0; i++, mask >>>= 1) {
            if ((mask & 1) != 0) {
                operate(OPERATOR_EVENTS[i]);
            }
        }
    }

    private void operate(SafetyEvent event) {
        if (event == SafetyEvent.STARTED && state == SafetyState.HOLD) {
            active.set(SafetyEvent.OPERATOR_STOP.ordinal(), 0);
            active.set(SafetyEvent.NOT_STARTED.ordinal(), 0);
            active.set(SafetyEvent.ENABLE_LOST.ordinal(), 0);
            active.set(SafetyEvent.TRACKING_LOST.ordinal(), 0);
            active.set(SafetyEvent.OUTPUT_LOST.ordinal(), 0);
        } else if (event == SafetyEvent.OPERATOR_STOP) {
            active.set(SafetyEvent.NOT_STARTED.ordinal(), 0);
        } else if (event == SafetyEvent.ENABLE_LOST) {
            active.set(SafetyEvent.NOT_STARTED.ordinal(), 1);
        } else if (event == SafetyEvent.RESET && state == SafetyState.FAULT) {
            forgetFaults();
            active.set(SafetyEvent.NOT_STARTED.ordinal(), 1);
        }
        if (event == SafetyEvent.STARTED || event == SafetyEvent.RESET) {
            count(event.ordinal());
            apply(event, NO_SOURCE);
        } else {
            raise(event, NO_SOURCE);
        }
        if (event == SafetyEvent.ENABLE_LOST && state == SafetyState.HOLD) {
            reason = event;
            reasonSource = NO_SOURCE;
        }
    }

    private void forgetFaults() {
        for (int i = 0; i < SafetyEvent.count(); i++) {
            if (severity(SafetyEvent.of(i)) == SafetyState.FAULT) {
                active.set(i, 0);
            }
        }
    }

    /** Says that a cause holds. Only its beginning counts as an event. Control thread. */
    public void raise(SafetyEvent event, int source) {
        raise(event, source, NO_JOINT, Double.NaN, Double.NaN);
    }

    /**
     * The same, with what was found.
     *
     * @param joint index of the action's dimension it is about, or {@link #NO_JOINT}
     * @param value in the event's unit ({@link #value})
     * @param limit what would have been allowed, in the same unit
     */
    public void raise(SafetyEvent event, int source, int joint, double value, double limit) {
        int i = event.ordinal();
        long before = active.get(i);
        long bit = 1L << source + 1;
        if ((before & bit) == 0) {
            active.set(i, before | bit);
            detail(i, joint, value, limit);
            count(i);
            apply(event, source);
        }
    }

    /** Says that a cause does not (or no longer) hold. Control thread. */
    public void clear(SafetyEvent event, int source) {
        int i = event.ordinal();
        long before = active.get(i);
        long bit = 1L << source + 1;
        if ((before & bit) != 0) {
            active.set(i, before & ~bit);
        }
    }

    /** Says that a cause no longer holds for any source. Control thread. */
    public void clearAll(SafetyEvent event) {
        active.set(event.ordinal(), 0);
    }

    /** Raises or clears. Control thread. */
    public void set(SafetyEvent event, int source, boolean holds) {
        if (holds) {
            raise(event, source);
        } else {
            clear(event, source);
        }
    }

    /** Leaves a state whose causes are gone. Call once per tick after all causes are known. Control thread. */
    public SafetyState update() {
        SafetyState now = state;
        if (now == SafetyState.HOLD || now == SafetyState.DEGRADED) {
            SafetyState worst = worstActive();
            if (worst == SafetyState.NOMINAL) {
                leave(SafetyEvent.CLEARED);
            } else if (now == SafetyState.HOLD && worst == SafetyState.DEGRADED) {
                leave(SafetyEvent.HOLD_CLEARED);
            }
        }
        if (applying) {
            applying = false;
        }
        return state();
    }

    private void leave(SafetyEvent event) {
        count(event.ordinal());
        apply(event, NO_SOURCE);
    }

    private SafetyState worstActive() {
        SafetyState worst = SafetyState.NOMINAL;
        for (int i = 0; i < SafetyEvent.count(); i++) {
            if (active.get(i) != 0) {
                SafetyState severity = severity(SafetyEvent.of(i));
                if (severity.compareTo(worst) > 0) {
                    worst = severity;
                }
            }
        }
        return worst;
    }

    /** The state an event leads to from nominal: how grave it is. */
    public static SafetyState severity(SafetyEvent event) {
        SafetyState next = TransitionTable.next(SafetyState.NOMINAL, event);
        return next == null ? SafetyState.NOMINAL : next;
    }

    private void apply(SafetyEvent event, int source) {
        SafetyState from = state;
        SafetyState to = TransitionTable.next(from, event);
        if (to == null) {
            illegalCount.lazySet(0, illegalCount.get(0) + 1);
        } else if (to != from) {
            reasonSource = source;
            reason = event;
            state = to;
            int cell = from.ordinal() * 4 + to.ordinal();
            transitionCounts.lazySet(cell, transitionCounts.get(cell) + 1);
            record(from, to, event, source);
        } else if (active.get(reason.ordinal()) == 0 && severity(event).compareTo(from) >= 0) {
            reasonSource = source;
            reason = event;
        }
    }

    private void record(SafetyState from, SafetyState to, SafetyEvent event, int source) {
        transition.nowNs = nowNs;
        transition.rosNs = rosNs;
        transition.from = from;
        transition.to = to;
        transition.event = event;
        transition.source = source;
        transition.joint = joint(event);
        transition.value = value(event);
        transition.limit = limit(event);
        log.append(transition);
        listener.changed(transition);
    }

    private void detail(int event, int joint, double value, double limit) {
        details.lazySet(3 * event, joint);
        details.lazySet(3 * event + 1, Double.doubleToRawLongBits(value));
        details.lazySet(3 * event + 2, Double.doubleToRawLongBits(limit));
    }

    private void count(int event) {
        eventCounts.lazySet(event, eventCounts.get(event) + 1);
    }
}
