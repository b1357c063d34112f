package dev.dpros.control;

import dev.dpros.core.CommandFrame;
import dev.dpros.core.CommandSink;
import dev.dpros.core.OutputPhase;
import dev.dpros.safety.ReferencePath;
import dev.dpros.safety.SafetyFilter;
import dev.dpros.safety.SafetyStatus;
import dev.dpros.safety.Watchdog;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One output of the loop: its dimensions of the path, its safety filter, what it is sent at rest, and how its measured position
 * is held against its commands. Control thread; allocates nothing.
 */
final class LoopOutput {
    private final OutputConfig config;
    private final int[] dims;
    private final SafetyFilter filter;
    private final CommandSink sink;
    private final ReferencePath path;
    private final CommandFrame frame;
    private final RestGate gate;
    private final Tracking tracking;
    private final @Nullable Opening opening;
    private final double[] measured;
    private final double[] commanded;
    private final double[] present;
    private @Nullable OutputPhase phase;
    private boolean told = true;
    private int status;
    private boolean commanding;

    /** @param buffer the whole action's path */
    LoopOutput(WiredOutput wired, ControlConfig control, ReferencePath buffer, Watchdog watchdog) {
        config = wired.config();
        dims = config.dimArray();
        filter = wired.filter();
        sink = wired.sink();
        boolean whole = control.outputs().isEmpty();
        path = whole ? buffer : new OutputPath(buffer, control.dims(), dims);
        List<String> names = config.names(control.names());
        frame = new CommandFrame(names, filter.frameCapacity());
        gate = new RestGate(config.atRest(), filter);
        tracking = new Tracking(config, control.rules(), watchdog);
        Double openAt = config.openAt();
        opening = openAt == null ? null : new Opening(openAt, config.stepped());
        measured = new double[dims.length];
        commanded = new double[dims.length];
        present = new double[dims.length];
        Arrays.fill(commanded, Double.NaN);
    }

    SafetyFilter filter() {
        return filter;
    }

    CommandSink sink() {
        return sink;
    }

    /** Index of one of its dimensions in the action; -1 stays so. */
    int dim(int own) {
        return own < 0 ? own : dims[own];
    }

    /** Takes its part of a tick's measured position. */
    void look(TickInputs inputs) {
        for (int d = 0; d < dims.length; d++) {
            measured[d] = inputs.measuredKnown ? inputs.measured[dims[d]] : Double.NaN;
        }
    }

    /** Holds it against the commands. */
    void track(TickInputs inputs) {
        tracking.check(inputs, measured);
    }

    /** Whether its measured position is known in this tick. */
    boolean known() {
        return LiveInputs.finite(measured);
    }

    /** Whether it cannot move before its position is known. */
    boolean waits() {
        return !filter.started() && !known() && !config.stepped();
    }

    /** Takes the measured position up, where it is known; false if that is outside the limits. @param only where nothing was commanded yet */
    boolean takeUp(long timeNs, boolean only) {
        return !known() || only && filter.started() || filter.restart(timeNs, measured);
    }

    /** The same before a motion begins anew; nothing is told of a loop that commands for ever. */
    boolean takeUpAnew(long timeNs) {
        return config.atRest() == AtRest.ALWAYS || takeUp(timeNs, false);
    }

    /** Whether a human may begin: from its measured position, or, of steps of which none is measured, from anywhere. @param several outputs */
    boolean mayBegin(long timeNs, boolean running, boolean several) {
        boolean blind = several && config.stepped() && config.measuredSource() < 0;
        return running && filter.started() || blind || known() && filter.restart(timeNs, measured);
    }

    /** Notes what is done from now on, if that is something else; nothing before the first drive. @param stops by an operator's stop */
    void enter(OutputPhase next, boolean stops, long timeNs) {
        if (opening != null && (next != OutputPhase.STOPPED || !stops)) {
            opening.end();
        }
        if (next == phase || phase == null && next != OutputPhase.DRIVES) {
            return;
        }
        phase = next;
        if (opening != null && next == OutputPhase.STOPPED && stops) {
            opening.begin(timeNs);
        }
        told = false;
    }

    /** Writes what it commands at this time into the whole action; not a number where nothing was commanded yet. */
    void command(long timeNs, double[] out) {
        boolean known = filter.started();
        if (known) {
            filter.current(timeNs, present);
        }
        for (int d = 0; d < dims.length; d++) {
            out[dims[d]] = known ? present[d] : Double.NaN;
        }
    }

    /** The time on which motion continues has run backwards: what is under way goes on from where it is. */
    void timeWentBack(long byNs) {
        filter.shift(byNs);
        if (opening != null) {
            opening.end();
        }
    }

    /** Makes this tick's frame; nothing is sent yet. @return {@link SafetyStatus} */
    int make(TickInputs inputs, long timeNs, boolean drive, boolean changed) {
        if (drive) {
            status = filter.follow(inputs.rosNs, timeNs, path, changed, frame);
        } else if (opens(timeNs) && opening != null) {
            boolean first = opening.lead(inputs.rosNs);
            status = filter.follow(inputs.rosNs, timeNs, opening, first, frame);
        } else {
            status = filter.stop(inputs.rosNs, timeNs, frame);
        }
        frame.motion += filter.replanned() ? 1 : 0;
        return status;
    }

    private boolean opens(long timeNs) {
        if (opening != null && opening.underWay()) {
            opening.look(filter.rest(0), filter.resting(timeNs), timeNs);
        }
        return opening != null && opening.underWay() && filter.started();
    }

    /** Makes it a stop after all: this frame, or another output's, was refused. */
    void makeStop(TickInputs inputs, long timeNs) {
        if (opening != null) {
            opening.end();
        }
        status = filter.stop(inputs.rosNs, timeNs, frame);
        frame.motion += filter.replanned() ? 1 : 0;
    }

    /** Says what is done with it, if that is new, and sends the frame, if this is a tick in which it is to be commanded. */
    boolean send(TickInputs inputs, long timeNs, boolean drive, long chunkId, long observationStampNs) {
        commanding = false;
        if (!told && phase != null) {
            told = true;
            sink.enter(phase);
        }
        boolean moves = drive || opening != null && opening.underWay();
        commanding = gate.open(moves, measured, inputs.monotonicNs, timeNs) && !unsent();
        if (commanding) {
            frame.chunkId = chunkId;
            frame.observationStampNs = observationStampNs;
            frame.newcomersNs = gate.leftNs(inputs.monotonicNs);
            number();
            sink.publish(frame);
        }
        if (commanding && drive) {
            tracking.commanded(inputs.monotonicNs, frame.positions);
        } else {
            tracking.rest();
        }
        return commanding;
    }

    /** Steps are another motion with each other position. */
    private void number() {
        boolean same = true;
        for (int d = 0; d < dims.length; d++) {
            same &= commanded[d] == frame.positions[d];
            commanded[d] = frame.positions[d];
        }
        frame.motion += config.stepped() && !same ? 1 : 0;
    }

    private boolean unsent() {
        return (status & (SafetyStatus.VIOLATION | SafetyStatus.NOTHING)) != 0;
    }

    /** Adds what it did to a tick's report. */
    void report(TickReport report) {
        report.status |= status & ~SafetyStatus.NOTHING;
        report.commanding |= commanding;
        if (gate.leftDim() >= 0 && report.leftDim < 0) {
            report.leftDim = dims[gate.leftDim()];
            report.leftBy = gate.leftBy();
        }
        for (int d = 0; d < dims.length && !unsent(); d++) {
            report.command[dims[d]] = frame.positions[d];
        }
    }

    /** Whether there was nothing to send, for want of a position or a chunk. */
    boolean nothing() {
        return (status & SafetyStatus.NOTHING) != 0;
    }

    /** Whether the frame was changed by a limit, or kept back. */
    boolean limited() {
        return status != SafetyStatus.UNCHANGED;
    }
}
