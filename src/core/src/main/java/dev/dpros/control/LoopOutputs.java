package dev.dpros.control;

import dev.dpros.control.LoopStatistics.Counter;
import dev.dpros.core.OutputPhase;
import dev.dpros.safety.ReferencePath;
import dev.dpros.safety.SafetyEvent;
import dev.dpros.safety.SafetyState;
import dev.dpros.safety.SafetyStatus;
import dev.dpros.safety.Watchdog;
import java.util.List;

/**
 * All outputs of a loop. They start, stop, hold and fail together: a motion begins when each of them can, frames are made for all
 * before one is sent, and where one is refused or lost all come to rest. Control thread; allocates nothing.
 */
final class LoopOutputs {
    private final LoopOutput[] all;
    private final Watchdog watchdog;
    private final LoopStatistics statistics;
    private boolean leaving;
    private long chunkId;
    private long observationStampNs;

    LoopOutputs(List<WiredOutput> wired, ControlConfig control, ReferencePath buffer, Watchdog watchdog, LoopStatistics statistics) {
        all = wired.stream().map(each -> new LoopOutput(each, control, buffer, watchdog)).toArray(LoopOutput[]::new);
        this.watchdog = watchdog;
        this.statistics = statistics;
    }

    /** Says that the next tick is the last. */
    void leave() {
        leaving = true;
    }

    /** Writes what is commanded at this time, {@code [A]}; not a number where nothing was yet. */
    void command(long timeNs, double[] out) {
        for (LoopOutput output : all) {
            output.command(timeNs, out);
        }
    }

    /** The time on which motion continues has run backwards by so much, ns. */
    void timeWentBack(long byNs) {
        for (LoopOutput output : all) {
            output.timeWentBack(byNs);
        }
    }

    /** Takes the measured position of a tick. */
    void look(TickInputs inputs) {
        for (LoopOutput output : all) {
            output.look(inputs);
        }
    }

    /** Holds it against the commands. */
    void track(TickInputs inputs) {
        for (LoopOutput output : all) {
            output.track(inputs);
        }
    }

    /** Someone begins anew: losses of before are forgotten. */
    void forgetLosses() {
        watchdog.clearAll(SafetyEvent.OUTPUT_LOST);
        for (LoopOutput output : all) {
            output.sink().begin();
        }
    }

    /** Raises what has been lost; that stays until someone begins anew. */
    void checkLosses(TickInputs inputs) {
        for (int i = 0; i < all.length; i++) {
            if ((inputs.lostOutputs & 1 << i) != 0) {
                int dim = all[i].dim(0);
                watchdog.raise(SafetyEvent.OUTPUT_LOST, watchdog.subjectOfJoint(dim), dim, Double.NaN, Double.NaN);
            }
        }
    }

    /** At a start ({@code anew}), and later until it has once been so, motion is to begin at the measured position. */
    void begin(long timeNs, boolean anew) {
        for (LoopOutput output : all) {
            if (!output.takeUp(timeNs, !anew)) {
                violated(output);
            }
        }
    }

    /** Whether one cannot move before its position is known. */
    boolean waits() {
        for (LoopOutput output : all) {
            if (output.waits()) {
                return true;
            }
        }
        return false;
    }

    /** Before motion begins anew: a robot that was moved while it rested is taken up where it is; false if one cannot be. */
    boolean takeUpAnew(long timeNs) {
        for (LoopOutput output : all) {
            if (!output.takeUpAnew(timeNs)) {
                violated(output);
                return false;
            }
        }
        return true;
    }

    /** Whether a human may begin to drive all of them. */
    boolean mayBegin(long timeNs, boolean running) {
        for (LoopOutput output : all) {
            if (!output.mayBegin(timeNs, running, all.length > 1)) {
                return false;
            }
        }
        return true;
    }

    /** Sets what the frames from now on are made of. */
    void from(long chunk, long stampNs) {
        chunkId = chunk;
        observationStampNs = stampNs;
    }

    /** Makes all frames, or a stop of all where one was refused, and sends them. @param changed whether the path is another than before */
    void send(TickInputs inputs, long timeNs, boolean drive, boolean changed) {
        enter(inputs, timeNs, drive);
        boolean refused = false;
        for (LoopOutput output : all) {
            if ((output.make(inputs, timeNs, drive, changed) & SafetyStatus.VIOLATION) != 0) {
                statistics.add(Counter.FRAMES_REFUSED, 1);
                violated(output);
                refused = true;
            }
        }
        for (int i = 0; refused && i < all.length; i++) {
            all[i].makeStop(inputs, timeNs);
        }
        sendAll(inputs, timeNs, drive);
    }

    /** A sink that throws keeps no other output from its frame. */
    private void sendAll(TickInputs inputs, long timeNs, boolean drive) {
        RuntimeException thrown = null;
        Error broken = null;
        for (LoopOutput output : all) {
            try {
                if (output.send(inputs, timeNs, drive, chunkId, observationStampNs)) {
                    statistics.add(Counter.FRAMES_LIMITED, output.limited() ? 1 : 0);
                    statistics.add(Counter.FRAMES, 1);
                }
            } catch (RuntimeException e) {
                thrown = e;
            } catch (Error e) {
                broken = e;
            }
        }
        if (broken != null) {
            throw broken;
        }
        if (thrown != null) {
            throw thrown;
        }
    }

    private void enter(TickInputs inputs, long timeNs, boolean drive) {
        OutputPhase phase = phase(drive);
        boolean stops = watchdog.active(SafetyEvent.OPERATOR_STOP) && inputs.enabled && !watchdog.active(SafetyEvent.JOINT_STATE_STALE);
        for (LoopOutput output : all) {
            output.enter(phase, stops, timeNs);
        }
    }

    private OutputPhase phase(boolean drive) {
        if (leaving || drive) {
            return leaving ? OutputPhase.EXIT : OutputPhase.DRIVES;
        }
        return watchdog.state() == SafetyState.FAULT ? OutputPhase.FAULT : watchdog.started() ? OutputPhase.HOLDS : OutputPhase.STOPPED;
    }

    /** A command that was not sent, or a robot that is outside its limits; the filter knows by which joint. */
    private void violated(LoopOutput output) {
        var filter = output.filter();
        watchdog.raise(SafetyEvent.LIMIT_VIOLATED, Watchdog.NO_SOURCE, output.dim(filter.violatedDim()), filter.violatedValue(),
                filter.violatedLimit());
    }

    /** Says what was done in a tick. */
    void report(TickReport report) {
        report.status = nothing() ? SafetyStatus.NOTHING : 0;
        report.commanding = false;
        report.leftDim = -1;
        report.leftBy = 0;
        report.chunkId = chunkId;
        report.observationStampNs = observationStampNs;
        for (LoopOutput output : all) {
            output.report(report);
        }
    }

    private boolean nothing() {
        for (LoopOutput output : all) {
            if (!output.nothing()) {
                return false;
            }
        }
        return true;
    }
}
