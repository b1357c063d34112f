package dev.dpros.control;

import dev.dpros.control.LoopStatistics.Counter;
import dev.dpros.control.LoopStatistics.Value;
import dev.dpros.core.ActionChunk;
import dev.dpros.core.ChunkRequester;
import dev.dpros.core.CommandFrame;
import dev.dpros.core.CommandSink;
import dev.dpros.core.PositionSource;
import dev.dpros.core.SourceHealth;
import dev.dpros.safety.HealthMonitor;
import dev.dpros.safety.SafetyEvent;
import dev.dpros.safety.SafetyFilter;
import dev.dpros.safety.SafetyState;
import dev.dpros.safety.SafetyStatus;
import dev.dpros.safety.Watchdog;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The body of the control loop: one {@link #tick} per control period takes in the newest chunk, asks for the next, runs
 * the watchdog and publishes a frame that the safety filter has made. Owned by the control thread; a tick allocates
 * nothing, takes no lock and never throws. It begins stopped; {@link Watchdog#request} with {@link SafetyEvent#STARTED}
 * sets it going.
 */
public final class ControlLoop {
    /**
     * What a loop is built from.
     *
     * @param filter makes its frames; no other loop's
     * @param requester the sampler, asked for chunks on the control thread
     * @param inbox where the sampler leaves them
     * @param sink where frames go
     */
    public record Wiring(ControlConfig config, SafetyFilter filter, LoopInputs inputs, ChunkRequester requester, ChunkInbox inbox,
            CommandSink sink, LoopListeners listeners) {
        /** With an inbox of its own, no human, no dead-man switch, and nobody who listens. */
        public static Wiring of(ControlConfig config, SafetyFilter filter, List<SourceHealth> sources, PositionSource positions,
                ChunkRequester requester, CommandSink sink) {
            return new Wiring(config, filter, LoopInputs.of(sources, positions), requester, new ChunkInbox(), sink, LoopListeners.NONE);
        }

        /** The same with these listeners in place of the others. */
        public Wiring with(LoopListeners heard) {
            return new Wiring(config, filter, inputs, requester, inbox, sink, heard);
        }

        /** The same with these inputs. */
        public Wiring with(LoopInputs read) {
            return new Wiring(config, filter, read, requester, inbox, sink, listeners);
        }

        /** The same with one more that hears of every tick, after the others. @param name who it is, for people */
        public Wiring hearing(String name, TickListener listener) {
            return with(listeners.and(name, listener));
        }

        /** The same with a human who may drive in the policy's place. */
        public Wiring teleoperatedBy(PositionSource human) {
            return with(new LoopInputs(inputs.sources(), inputs.positions(), human, inputs.enable()));
        }

        /** The same with a dead-man switch. */
        public Wiring enabledBy(EnableSwitch held) {
            return with(new LoopInputs(inputs.sources(), inputs.positions(), inputs.teleoperation(), held));
        }
    }

    private final ControlConfig config;
    private final SafetyFilter filter;
    private final CommandSink sink;
    private final Watchdog watchdog;
    private final LoopStatistics statistics = new LoopStatistics();
    private final List<ListenerNet> nets;
    private final HealthMonitor health;
    private final ChunkInbox inbox;
    private final InferencePacer pacer;
    private final ChunkIntake intake;
    private final TrajectoryBuffer buffer;
    private final Takeover takeover;
    private final RestGate gate;
    private final Tracking tracking;
    private final StampJumps jumps;
    private final CommandFrame frame;
    private final LiveInputs reader;
    private final TickInputs inputs;
    private final TickReport report;
    private final TickListener[] listeners;
    private final LoopProbes probes;
    private boolean lastDrove;
    private boolean wasRunning;
    private long endToEndStampNs;
    private int goodTicks;
    private long missedBefore;
    private boolean chunkPast;
    private volatile @Nullable Throwable lastFailure;

    /** A stopped loop. */
    public ControlLoop(Wiring wiring) {
        config = wiring.config;
        filter = wiring.filter;
        sink = wiring.sink;
        inbox = wiring.inbox;
        List<SourceHealth> sources = wiring.inputs.sources();
        ListenerNets around = new ListenerNets(wiring.listeners, statistics);
        listeners = around.ticks();
        probes = around.probes();
        nets = around.all();
        watchdog = new Watchdog(sources.stream().map(SourceHealth::name).toList(), config.names(), around.transitions());
        health = new HealthMonitor(sources, watchdog, config.simulatedTime());
        pacer = new InferencePacer(config, wiring.requester, watchdog, statistics);
        buffer = new TrajectoryBuffer(config.dims(), config.bufferCapacity(), config.interpolation(), config.rotations());
        takeover = new Takeover(config, buffer, filter);
        gate = new RestGate(config.rules().atRest(), filter);
        tracking = new Tracking(config, watchdog);
        intake = new ChunkIntake(config, buffer, watchdog, statistics);
        jumps = new StampJumps(config);
        frame = new CommandFrame(config.names(), filter.frameCapacity());
        reader = new LiveInputs(watchdog, wiring.requester, inbox, wiring.inputs);
        inputs = new TickInputs(config.dims(), sources.size());
        report = new TickReport(inputs);
    }

    /** Everyone who hears of ticks, transitions and durations, with what they threw. Any thread. */
    public List<ListenerNet> listeners() {
        return nets;
    }

    /** Where the sampler leaves its chunks. */
    public ChunkInbox inbox() {
        return inbox;
    }

    /** The safety state machine; also takes operators' requests. */
    public Watchdog watchdog() {
        return watchdog;
    }

    /** What has been counted. */
    public LoopStatistics statistics() {
        return statistics;
    }

    /** The safety filter, for its counts. */
    public SafetyFilter filter() {
        return filter;
    }

    /** The configuration. */
    public ControlConfig config() {
        return config;
    }

    /** Says, before a tick, how late it begins. */
    void late(long latenessNs) {
        report.latenessNs = latenessNs;
    }

    /** Records how late a tick began and how long it took; a probe that throws is counted, nothing more. */
    void record(long latenessNs, long durationNs) {
        probes.tickLateness().recordNs(latenessNs);
        probes.tickDuration().recordNs(durationNs);
    }

    /** What a tick threw last, or null. Any thread. */
    public @Nullable Throwable lastFailure() {
        return lastFailure;
    }

    /** Says, before a tick, how many periods were skipped since the last one. */
    public void missed(long periods) {
        missedBefore = periods;
    }

    private void overrun(long periods) {
        if (periods > 0) {
            statistics.add(Counter.MISSED_TICKS, periods);
        }
        if (periods >= config.timing().overrunPeriods()) {
            goodTicks = 0;
            watchdog.raise(SafetyEvent.TICK_OVERRUN, Watchdog.NO_SOURCE, Watchdog.NO_JOINT, (double) periods,
                    config.timing().overrunPeriods());
        } else if (++goodTicks >= config.rateHz()) {
            watchdog.clear(SafetyEvent.TICK_OVERRUN, Watchdog.NO_SOURCE);
        }
    }

    /**
     * Runs one control period. Whatever goes wrong ends in a hold frame and a fault, counted; it does not throw.
     *
     * @param rosNowNs stamp time, read once
     * @param monotonicNowNs monotonic time, read once
     */
    public void tick(long rosNowNs, long monotonicNowNs) {
        inputs.rosNs = rosNowNs;
        inputs.monotonicNs = monotonicNowNs;
        inputs.missed = missedBefore;
        missedBefore = 0;
        Throwable unread = null;
        try {
            reader.read(inputs);
        } catch (RuntimeException | Error e) {
            unread = e;
        }
        run(unread);
    }

    /**
     * What a tick takes: the slot that {@link #tick} fills. A replay fills it instead and calls {@link #run}; nothing else
     * may write to it.
     */
    public TickInputs inputs() {
        return inputs;
    }

    /** The tick itself, from its {@link #inputs}. As {@link #tick}, it does not throw. */
    public void run() {
        run(null);
    }

    private void run(@Nullable Throwable unread) {
        statistics.add(Counter.TICKS, 1);
        Throwable failure = unread;
        try {
            if (unread == null) {
                step();
            }
        } catch (RuntimeException | Error e) {
            failure = e;
        }
        if (failure != null) {
            fail(failure, inputs.rosNs, inputs.monotonicNs);
        }
        report();
    }

    /** A listener that throws is counted, nothing more: each is in a net of its own. */
    private void report() {
        try {
            report.tick = statistics.get(Counter.TICKS);
            report.missedTicks = statistics.get(Counter.MISSED_TICKS);
            report.chunkId = frame.chunkId;
            report.observationStampNs = frame.observationStampNs;
            report.actionsLeft = buffer.remaining(inputs.rosNs);
            report.state = watchdog.state();
            report.reason = watchdog.reason();
            report.reasonSource = watchdog.reasonSource();
            report.reasonJoint = watchdog.joint(report.reason);
            report.reasonValue = watchdog.value(report.reason);
            report.reasonLimit = watchdog.limit(report.reason);
            report.request = pacer.outcome();
            report.human = takeover.drives();
            report.leftDim = gate.leftDim();
            report.leftBy = gate.leftBy();
            if ((report.status & (SafetyStatus.VIOLATION | SafetyStatus.NOTHING)) == 0) {
                System.arraycopy(frame.positions, 0, report.command, 0, report.command.length);
            }
        } catch (RuntimeException | Error e) {
            lastFailure = e;
            statistics.add(Counter.TICK_FAILURES, 1);
        }
        for (TickListener listener : listeners) {
            listener.ticked(report);
        }
    }

    private void step() {
        long rosNowNs = inputs.rosNs;
        long timeNs = config.simulatedTime() ? rosNowNs : inputs.monotonicNs;
        chunkPast = false;
        watchdog.applyRequests(requests(), inputs.monotonicNs, rosNowNs);
        overrun(inputs.missed);
        boolean jumped = jumps.jumped(rosNowNs, inputs.monotonicNs);
        if (jumped) {
            statistics.add(Counter.STAMP_JUMPS, 1);
            forget();
            discard();
            watchdog.raise(SafetyEvent.STAMPS_JUMP, Watchdog.NO_SOURCE);
        }
        boolean running = begin(timeNs);
        boolean healthy = health.check(inputs.health, inputs.monotonicNs);
        tracking.check(inputs);
        takeover.update(inputs, watchdog, jumped, running, timeNs);
        if (takeover.changed()) {
            forget();
            discard();
        }
        boolean human = takeover.drives();
        boolean wanted = running && healthy && !jumped && !human && watchdog.state() != SafetyState.FAULT;
        boolean changed = takeChunk(rosNowNs, timeNs, wanted);
        if (human) {
            changed = takeover.follow(inputs);
        }
        pacer.check(timeNs, inputs);
        watchdog.set(SafetyEvent.CHUNK_EXHAUSTED, Watchdog.NO_SOURCE, running && !human && exhausted(rosNowNs));
        SafetyState state = watchdog.update();
        if (wanted && state != SafetyState.FAULT) {
            pacer.request(timeNs, inputs, buffer, intake.executedSteps(rosNowNs));
        }
        boolean drive = human && state != SafetyState.FAULT || drives(state);
        if (drive && !lastDrove && !takeUp(timeNs)) {
            violated();
            drive = false;
        }
        send(rosNowNs, timeNs, drive, changed);
        settle(drive);
        observe(rosNowNs);
    }

    /** What operators ask for; a dead-man switch that is not held asks for a stop of whatever drives or wants to. */
    private int requests() {
        int asked = inputs.operatorRequests;
        boolean moves = watchdog.started() || takeover.drives() || inputs.teleopKnown || (asked & Watchdog.requestBit(SafetyEvent.STARTED)) != 0;
        boolean lost = config.rules().enableRequired() && !inputs.enabled && moves;
        return lost ? asked | Watchdog.requestBit(SafetyEvent.ENABLE_LOST) : asked;
    }

    /** Before motion begins anew: a robot that was moved while it rested is taken up where it is. */
    private boolean takeUp(long timeNs) {
        boolean told = config.rules().atRest() != AtRest.ALWAYS;
        return !told || !inputs.measuredKnown || filter.restart(timeNs, inputs.measured);
    }

    /** A command that was not sent, or a robot that is outside its limits; the filter knows by which joint. */
    private void violated() {
        watchdog.raise(SafetyEvent.LIMIT_VIOLATED, Watchdog.NO_SOURCE, filter.violatedDim(), filter.violatedValue(),
                filter.violatedLimit());
    }

    /** What is being sampled, or has just come, belongs to the past. */
    private void discard() {
        pacer.discardRunning(inputs);
        chunkPast = true;
    }

    /** Follows the operator's start and stop; returns whether the policy is to run. */
    private boolean begin(long timeNs) {
        boolean started = watchdog.started();
        if (started && !wasRunning) {
            forget();
            discard();
            if (inputs.measuredKnown && !filter.restart(timeNs, inputs.measured)) {
                violated();
            }
        } else if (started && !filter.started() && inputs.measuredKnown && !filter.restart(timeNs, inputs.measured)) {
            violated();
        }
        boolean lost = started && !filter.started() && !inputs.measuredKnown && config.interpolation() != Interpolation.ZERO_ORDER_HOLD;
        watchdog.set(SafetyEvent.JOINT_STATE_STALE, Watchdog.NO_SOURCE, lost);
        wasRunning = started;
        return started;
    }

    private void forget() {
        buffer.clear();
        intake.reset();
        pacer.restart();
    }

    private boolean takeChunk(long rosNowNs, long timeNs, boolean wanted) {
        ActionChunk chunk = inputs.chunk;
        if (chunk == null || chunkPast) {
            return false;
        }
        boolean past = pacer.discarded();
        if (!intake.take(chunk, rosNowNs, wanted && !past)) {
            pacer.refused();
            return false;
        }
        pacer.delivered(timeNs);
        watchdog.clearAll(SafetyEvent.STAMPS_JUMP);
        endToEndStampNs = chunk.observationStampNs();
        return true;
    }

    private boolean exhausted(long rosNowNs) {
        if (buffer.size() == 0) {
            return true;
        }
        long lastsNs = config.interpolation() == Interpolation.ZERO_ORDER_HOLD ? config.policyStepNs() : 0;
        return rosNowNs >= buffer.lastStampNs() + lastsNs;
    }

    private static boolean drives(SafetyState state) {
        return state == SafetyState.NOMINAL || state == SafetyState.DEGRADED;
    }

    private void send(long rosNowNs, long timeNs, boolean drive, boolean changed) {
        ActionChunk chunk = drive ? intake.current() : null;
        frame.chunkId = chunk == null ? 0 : chunk.id();
        frame.observationStampNs = chunk == null ? 0 : chunk.observationStampNs();
        int status = drive ? filter.follow(rosNowNs, timeNs, buffer, changed, frame)
                : filter.stop(rosNowNs, timeNs, frame);
        if ((status & SafetyStatus.VIOLATION) != 0) {
            statistics.add(Counter.FRAMES_REFUSED, 1);
            violated();
            status = filter.stop(rosNowNs, timeNs, frame);
        }
        report.status = status;
        boolean known = (status & (SafetyStatus.VIOLATION | SafetyStatus.NOTHING)) == 0;
        report.commanding = gate.open(drive, inputs, timeNs) && known;
        if (report.commanding) {
            frame.newcomersNs = gate.leftNs(inputs.monotonicNs);
            statistics.add(Counter.FRAMES_LIMITED, status == SafetyStatus.UNCHANGED ? 0 : 1);
            sink.publish(frame);
            statistics.add(Counter.FRAMES, 1);
        }
        if (report.commanding && drive) {
            tracking.commanded(inputs.monotonicNs, frame.positions);
        } else {
            tracking.rest();
        }
    }

    /** On the way into a hold the queue is forgotten: motion resumes only with another chunk. */
    private void settle(boolean drove) {
        if (!drove && lastDrove) {
            forget();
        }
        lastDrove = drove;
    }

    private void observe(long rosNowNs) {
        ActionChunk chunk = intake.current();
        if (chunk != null) {
            double ageNs = rosNowNs - chunk.observationStampNs();
            statistics.set(Value.CHUNK_AGE_NS, ageNs);
            statistics.raise(Value.CHUNK_AGE_MAX_NS, ageNs);
        }
        statistics.set(Value.QUEUE, buffer.remaining(rosNowNs));
        if (endToEndStampNs != 0) {
            probes.endToEnd().recordNs(rosNowNs - endToEndStampNs);
            endToEndStampNs = 0;
        }
        buffer.dropBefore(rosNowNs);
    }

    private void fail(Throwable failure, long rosNowNs, long monotonicNowNs) {
        lastFailure = failure;
        statistics.add(Counter.TICK_FAILURES, 1);
        watchdog.raise(SafetyEvent.LOOP_FAILED, Watchdog.NO_SOURCE);
        buffer.clear();
        try {
            send(rosNowNs, config.simulatedTime() ? rosNowNs : monotonicNowNs, false, true);
        } catch (RuntimeException | Error again) {
            // The sink itself is broken: the frame already sent ends at rest, and the fault is latched.
            statistics.add(Counter.TICK_FAILURES, 1);
        }
    }
}
