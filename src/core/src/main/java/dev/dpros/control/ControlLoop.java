package dev.dpros.control;

import dev.dpros.control.LoopStatistics.Counter;
import dev.dpros.control.LoopStatistics.Value;
import dev.dpros.core.ActionChunk;
import dev.dpros.core.ChunkRequester;
import dev.dpros.core.CommandSink;
import dev.dpros.core.PositionSource;
import dev.dpros.core.SourceHealth;
import dev.dpros.safety.HealthMonitor;
import dev.dpros.safety.SafetyEvent;
import dev.dpros.safety.SafetyFilter;
import dev.dpros.safety.SafetyState;
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
     * @param outputs those of the configuration, in its order
     * @param requester the sampler, asked for chunks on the control thread
     * @param inbox where the sampler leaves them
     */
    public record Wiring(ControlConfig config, List<WiredOutput> outputs, LoopInputs inputs, ChunkRequester requester, ChunkInbox inbox,
            LoopListeners listeners) {
        /** One output, with an inbox of its own, no human, no dead-man switch, and nobody who listens. */
        public static Wiring of(ControlConfig config, SafetyFilter filter, List<SourceHealth> sources, PositionSource positions,
                ChunkRequester requester, CommandSink sink) {
            return of(config, List.of(new WiredOutput(OutputConfig.whole(config), filter, sink)), LoopInputs.of(sources, positions), requester);
        }

        /** The same with these outputs and inputs. */
        public static Wiring of(ControlConfig config, List<WiredOutput> outputs, LoopInputs inputs, ChunkRequester requester) {
            return new Wiring(config, outputs, inputs, requester, new ChunkInbox(), LoopListeners.NONE);
        }

        /** The same with these listeners in place of the others. */
        public Wiring with(LoopListeners heard) {
            return new Wiring(config, outputs, inputs, requester, inbox, heard);
        }

        /** The same with these inputs. */
        public Wiring with(LoopInputs read) {
            return new Wiring(config, outputs, read, requester, inbox, listeners);
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
    private final List<WiredOutput> wired;
    private final LoopOutputs outputs;
    private final Watchdog watchdog;
    private final LoopStatistics statistics = new LoopStatistics();
    private final List<ListenerNet> nets;
    private final HealthMonitor health;
    private final ChunkInbox inbox;
    private final InferencePacer pacer;
    private final ChunkIntake intake;
    private final TrajectoryBuffer buffer;
    private final Takeover takeover;
    private final StampJumps jumps;
    private final LiveInputs reader;
    private final TickInputs inputs;
    private final TickReport report;
    private final TickListener[] listeners;
    private final LoopProbes probes;
    private final boolean stepsOnly;
    private final double[] command;
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
        wired = wiring.outputs;
        inbox = wiring.inbox;
        List<SourceHealth> sources = wiring.inputs.sources();
        ListenerNets around = new ListenerNets(wiring.listeners, statistics);
        listeners = around.ticks();
        probes = around.probes();
        nets = around.all();
        watchdog = new Watchdog(sources.stream().map(SourceHealth::name).toList(), config.names(), around.transitions());
        health = new HealthMonitor(sources, watchdog, config.simulatedTime());
        pacer = new InferencePacer(config, wiring.requester, watchdog, statistics);
        buffer = new TrajectoryBuffer(config.bufferCapacity(), config.interpolations(), config.rotations());
        stepsOnly = config.allOutputs().stream().allMatch(OutputConfig::stepped);
        outputs = new LoopOutputs(wired, config, buffer, watchdog, statistics);
        takeover = new Takeover(config, buffer, outputs);
        intake = new ChunkIntake(config, buffer, watchdog, statistics);
        jumps = new StampJumps(config);
        reader = new LiveInputs(watchdog, wiring);
        inputs = new TickInputs(config.dims(), sources.size());
        report = new TickReport(inputs);
        command = new double[config.dims()];
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

    /** The outputs, for their filters' counts. */
    public List<WiredOutput> outputs() {
        return wired;
    }

    /** Says that the next tick is the last. */
    void leave() {
        outputs.leave();
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
            fail(failure);
        }
        report();
    }

    /** A listener that throws is counted, nothing more: each is in a net of its own. */
    private void report() {
        try {
            report.tick = statistics.get(Counter.TICKS);
            report.missedTicks = statistics.get(Counter.MISSED_TICKS);
            report.actionsLeft = buffer.remaining(inputs.rosNs);
            report.state = watchdog.state();
            report.reason = watchdog.reason();
            report.reasonSource = watchdog.reasonSource();
            report.reasonJoint = watchdog.joint(report.reason);
            report.reasonValue = watchdog.value(report.reason);
            report.reasonLimit = watchdog.limit(report.reason);
            report.request = pacer.outcome();
            report.human = takeover.drives();
            outputs.report(report);
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
        if (jumps.backNs() != 0) {
            outputs.timeWentBack(jumps.backNs());
        }
        if (jumped) {
            statistics.add(Counter.STAMP_JUMPS, 1);
            forget();
            discard();
            watchdog.raise(SafetyEvent.STAMPS_JUMP, Watchdog.NO_SOURCE);
        }
        outputs.look(inputs);
        boolean running = begin(timeNs);
        boolean healthy = health.check(inputs.health, inputs.monotonicNs);
        outputs.track(inputs);
        losses(running);
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
        drive = drive && (lastDrove || outputs.takeUpAnew(timeNs));
        if (drive && (human || !lastDrove)) {
            align(timeNs);
        }
        send(timeNs, drive, changed);
        settle(drive);
        observe(rosNowNs);
    }

    /** A path that does not go on from another begins at the command: its rotations are written as they are there. */
    private void align(long timeNs) {
        if (!config.rotations().isEmpty()) {
            outputs.command(timeNs, command);
            buffer.alignTo(command);
        }
    }

    /** What operators ask for; a dead-man switch that is not held asks for a stop of whatever drives or wants to. */
    private int requests() {
        int asked = inputs.operatorRequests;
        boolean moves = watchdog.started() || takeover.drives() || inputs.teleopKnown || (asked & Watchdog.requestBit(SafetyEvent.STARTED)) != 0;
        boolean lost = config.rules().enableRequired() && !inputs.enabled && moves;
        return lost ? asked | Watchdog.requestBit(SafetyEvent.ENABLE_LOST) : asked;
    }

    /** An operator who starts forgets what outputs were lost before; what is lost while someone drives holds all. */
    private void losses(boolean running) {
        if ((inputs.operatorRequests & Watchdog.requestBit(SafetyEvent.STARTED)) != 0) {
            outputs.forgetLosses();
        } else if (running || takeover.drives()) {
            outputs.checkLosses(inputs);
        }
    }

    /** What is being sampled, or has just come, belongs to the past. */
    private void discard() {
        pacer.discardRunning(inputs);
        chunkPast = true;
    }

    /** Follows the operator's start and stop; returns whether the policy is to run. */
    private boolean begin(long timeNs) {
        boolean started = watchdog.started();
        boolean anew = started && !wasRunning;
        if (anew) {
            forget();
            discard();
        }
        if (started) {
            outputs.begin(timeNs, anew);
        }
        watchdog.set(SafetyEvent.JOINT_STATE_STALE, Watchdog.NO_SOURCE, started && outputs.waits());
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
        long lastsNs = stepsOnly ? config.policyStepNs() : 0;
        return rosNowNs >= buffer.lastStampNs() + lastsNs;
    }

    private static boolean drives(SafetyState state) {
        return state == SafetyState.NOMINAL || state == SafetyState.DEGRADED;
    }

    private void send(long timeNs, boolean drive, boolean changed) {
        ActionChunk chunk = drive ? intake.current() : null;
        outputs.from(chunk == null ? 0 : chunk.id(), chunk == null ? 0 : chunk.observationStampNs());
        outputs.send(inputs, timeNs, drive, changed);
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

    private void fail(Throwable failure) {
        lastFailure = failure;
        statistics.add(Counter.TICK_FAILURES, 1);
        watchdog.raise(SafetyEvent.LOOP_FAILED, Watchdog.NO_SOURCE);
        buffer.clear();
        try {
            send(config.simulatedTime() ? inputs.rosNs : inputs.monotonicNs, false, true);
        } catch (RuntimeException | Error again) {
            // The sink itself is broken: the frame already sent ends at rest, and the fault is latched.
            statistics.add(Counter.TICK_FAILURES, 1);
        }
    }
}
