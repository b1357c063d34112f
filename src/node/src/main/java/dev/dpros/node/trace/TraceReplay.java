package dev.dpros.node.trace;

import dev.dpros.control.AtRest;
import dev.dpros.control.ControlLoop;
import dev.dpros.control.LoopInputs;
import dev.dpros.control.LoopListeners;
import dev.dpros.control.LoopStatistics.Counter;
import dev.dpros.control.RequestOutcome;
import dev.dpros.control.TickInputs;
import dev.dpros.control.TickReport;
import dev.dpros.control.WiredOutput;
import dev.dpros.core.ChunkRequester;
import dev.dpros.core.PositionSource;
import dev.dpros.safety.CauseText;
import dev.dpros.safety.SafetyEvent;
import dev.dpros.safety.SafetyState;
import dev.dpros.safety.Watchdog;
import dev.dpros.safety.WatchdogListener;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The control loop run again on the inputs of a trace, at the trace's own times: chunk scheduling, watchdog and safety
 * filter do what they did, and every tick is compared with what was recorded. One thread.
 */
public final class TraceReplay implements ChunkRequester {
    /** How a replay begins. */
    public enum Beginning {
        /** With the loop's first tick. */ FIRST_TICK,
        /** With an operator's start of a robot at rest: the ring no longer holds what came before. */ START,
        /** In the middle, as if just started: what follows is compared from the second chunk on. */ MIDDLE
    }

    /**
     * A change of the safety state.
     *
     * @param tick index in the trace
     * @param rosNs stamp time
     * @param source name of the source that it is about, or empty
     * @param cause with joint, value, limit and age, in words
     */
    public record Transition(int tick, long rosNs, SafetyState from, SafetyState to, SafetyEvent reason, String source, String cause) {}

    /**
     * What came of it.
     *
     * @param beginning how it began
     * @param replayed ticks run again
     * @param compared of them, compared
     * @param differing of these, that came out otherwise
     * @param firstDifference what the first of them did otherwise, or empty
     * @param transitions of the replayed loop
     * @param chunksTaken chunks joined
     */
    public record Result(Beginning beginning, int replayed, int compared, int differing, String firstDifference,
            List<Transition> transitions, long chunksTaken) {}

    private static final int AT_REST_TICKS = 5;

    private final RecordedTicks recorded;
    private final ControlLoop loop;
    private final List<Transition> transitions = new ArrayList<>();
    private TickRecord now;
    private int index;
    private int compared;
    private int differing;
    private int chunks;
    private String firstDifference = "";
    private Beginning beginning;

    private TraceReplay(RecordedTicks recorded) {
        this.recorded = recorded;
        TraceSetup setup = recorded.setup();
        loop = new ControlLoop(ControlLoop.Wiring.of(setup.control(), WiredOutput.of(setup.control(), setup.limits(), output -> frame -> { }),
                LoopInputs.of(setup.health(), PositionSource.NONE), this)
                .with(LoopListeners.NONE.transitionsTo(transitions()).and("replay", this::compare)));
    }

    /** Runs the loop of a trace again. @throws dev.dpros.core.InputException if the file is not a node's trace, in one line */
    public static Result of(Path file) {
        return new TraceReplay(RecordedTicks.read(file)).run();
    }

    private WatchdogListener transitions() {
        CauseText words = recorded.setup().words();
        return made -> transitions.add(new Transition(index, now.inputs().rosNs, made.from, made.to, made.event,
                loop.watchdog().subject(made.source), words.cause(made)));
    }

    private Result run() {
        List<TickRecord> ticks = recorded.ticks();
        int first = begin(ticks);
        TickInputs base = ticks.get(first).inputs();
        for (index = first; index < ticks.size(); index++) {
            now = ticks.get(index);
            fill(loop.inputs(), now.inputs(), base);
            if (index == first) {
                adopt(ticks);
            }
            loop.run();
        }
        return new Result(beginning, ticks.size() - first, compared, differing, firstDifference, List.copyOf(transitions),
                loop.statistics().get(Counter.CHUNKS_TAKEN));
    }

    /** What the loop before the first tick had, as far as it is known: the motion goes on from its last command. */
    private void adopt(List<TickRecord> ticks) {
        if (beginning == Beginning.MIDDLE) {
            loop.inputs().operatorRequests |= Watchdog.requestBit(SafetyEvent.STARTED);
        } else if (beginning == Beginning.START) {
            System.arraycopy(ticks.get(index - 1).command(), 0, loop.inputs().measured, 0, loop.inputs().measured.length);
        }
    }

    private int begin(List<TickRecord> ticks) {
        if (recorded.whole()) {
            beginning = Beginning.FIRST_TICK;
            return 0;
        }
        int start = Watchdog.requestBit(SafetyEvent.STARTED);
        for (int i = AT_REST_TICKS; i < ticks.size(); i++) {
            boolean rests = Arrays.equals(ticks.get(i - 1).command(), ticks.get(i - AT_REST_TICKS).command());
            boolean started = (ticks.get(i).inputs().operatorRequests & start) != 0;
            if (started && rests && ticks.get(i - 1).state() == SafetyState.HOLD) {
                beginning = Beginning.START;
                return i;
            }
        }
        beginning = Beginning.MIDDLE;
        return 0;
    }

    /** Counters that began before the replay are taken from its first tick on. */
    private void fill(TickInputs into, TickInputs from, TickInputs base) {
        boolean whole = beginning == Beginning.FIRST_TICK;
        into.rosNs = from.rosNs;
        into.monotonicNs = from.monotonicNs;
        into.missed = from.missed;
        into.operatorRequests = from.operatorRequests;
        into.samplerBusy = from.samplerBusy;
        into.samplerSinceNs = from.samplerSinceNs;
        into.chunk = from.chunk;
        into.failures = whole ? from.failures : from.failures - base.failures;
        into.failure = from.failure;
        into.measuredKnown = from.measuredKnown;
        System.arraycopy(from.measured, 0, into.measured, 0, into.measured.length);
        into.enabled = from.enabled;
        into.lostOutputs = from.lostOutputs;
        into.teleopKnown = from.teleopKnown;
        System.arraycopy(from.teleop, 0, into.teleop, 0, into.teleop.length);
        for (int i = 0; i < into.health.receivedNs.length; i++) {
            into.health.receivedNs[i] = from.health.receivedNs[i];
            into.health.stampJumps[i] = from.health.stampJumps[i] - (whole ? 0 : base.health.stampJumps[i]);
            into.health.frozen[i] = from.health.frozen[i];
            into.health.blank[i] = from.health.blank[i];
            into.health.stampOffsetNs[i] = from.health.stampOffsetNs[i];
        }
    }

    private void compare(TickReport report) {
        chunks += report.inputs.chunk == null ? 0 : 1;
        if (beginning == Beginning.MIDDLE && chunks < 2) {
            return;
        }
        compared++;
        String difference = difference(report);
        if (!difference.isEmpty()) {
            firstDifference = differing++ == 0 ? "tick " + index + ": " + difference : firstDifference;
        }
    }

    private String difference(TickReport report) {
        if (report.state != now.state()) {
            return "state " + report.state + ", recorded " + now.state() + " (" + now.reason().code() + ")";
        }
        if (report.chunkId != now.chunkId()) {
            return "chunk " + report.chunkId + ", recorded " + now.chunkId();
        }
        if (report.request != now.request()) {
            return "request " + report.request + ", recorded " + now.request();
        }
        if (report.status != now.status() || !Arrays.equals(report.command, now.command())) {
            return "command " + Arrays.toString(report.command) + ", recorded " + Arrays.toString(now.command());
        }
        if (report.commanding != now.commanding() && recorded.setup().control().rules().atRest() != AtRest.ALWAYS) {
            return "a frame is " + (report.commanding ? "" : "not ") + "sent, recorded otherwise";
        }
        return "";
    }

    @Override
    public boolean request(long requestNs, long deadlineNs, int executedSteps) {
        return now.request() == RequestOutcome.ACCEPTED;
    }

    @Override
    public boolean busy() {
        return now.inputs().samplerBusy;
    }

    @Override
    public long runningSinceNs() {
        return now.inputs().samplerSinceNs;
    }
}
