package dev.dpros.faults;

import dev.dpros.faults.FaultTrial.Course;
import dev.dpros.faults.FaultTrial.Outcome;
import dev.dpros.faults.FaultTrial.Recovery;
import dev.dpros.faults.FaultTrial.Step;
import dev.dpros.faults.MessageLog.Entry;
import dev.dpros.faults.Witness.NodeState;
import java.util.List;
import java.util.Set;

/**
 * A fault that comes while the policy drives, and from which the node recovers without being told to.
 *
 * @param recovers when the node must be nominal again
 * @param begin brings it about
 * @param meanwhile what passes between its detection and its end
 * @param end ends it
 */
record DrivenCourse(Recovery recovers, Step begin, Step meanwhile, Step end) implements Course {
    private static final Set<String> LATE = Set.of("chunk_late", "tick_overrun");
    private static final long OBSERVE_MS = 2_000;
    private static final int MOST_ATTEMPTS = 3;

    /** Two seconds pass, if the node must mind. */
    DrivenCourse(Recovery recovers, Step begin, Step end) {
        this(recovers, begin, rig -> Thread.sleep(OBSERVE_MS), end);
    }

    /** A verdict that the slowness of the machine alone may have spoilt is sought again. */
    @Override
    public Outcome run(FaultTrial trial, FaultRig rig) throws Exception {
        long sinceNs = FaultRig.nowNs();
        Outcome outcome = once(trial, rig);
        while (!outcome.passed() && outcome.attempts() < MOST_ATTEMPTS && onlySlow(trial, rig.witness(), sinceNs)) {
            sinceNs = FaultRig.nowNs();
            outcome = once(trial, rig).attempts(outcome.attempts() + 1);
        }
        return outcome;
    }

    /** Whether no command was wrong, but some were missing, or inference or ticks late, which this trial is not about. */
    private static boolean onlySlow(FaultTrial trial, Witness witness, long sinceNs) {
        boolean late = !LATE.contains(trial.expected().reason())
                && witness.states().since(sinceNs).stream().anyMatch(entry -> LATE.contains(entry.value().reason()));
        return witness.withinLimits(sinceNs) && (late || !witness.bounded(sinceNs));
    }

    private Outcome once(FaultTrial trial, FaultRig rig) throws Exception {
        rig.drive();
        Witness witness = rig.witness();
        long beganNs = FaultRig.nowNs();
        begin.run(rig);
        boolean minds = !trial.expected().nothing();
        double detectedMs = minds ? trial.detection(rig, beganNs) : undisturbed(trial, witness, beganNs);
        long sinceNs = FaultRig.nowNs();
        if (recovers == Recovery.AFTER_THE_FAULT) {
            if (minds) {
                meanwhile.run(rig);
            }
            sinceNs = FaultRig.nowNs();
            end.run(rig);
        }
        double recoveredMs = trial.recovery(rig, sinceNs);
        if (recovers == Recovery.BY_ITSELF) {
            end.run(rig);
        }
        boolean bounded = witness.bounded(beganNs) && !witness.commands().since(beganNs).isEmpty();
        return new Outcome(trial, detectedMs, recoveredMs, bounded, List.of(), FaultTrial.path(rig, beganNs), 1);
    }

    /** 0 if the node is nominal and publishes for as long as the bound says, else -1. A slow machine may be late with a chunk. */
    private static double undisturbed(FaultTrial trial, Witness witness, long sinceNs) throws InterruptedException {
        Thread.sleep(trial.expected().withinMs());
        List<Entry<NodeState>> seen = witness.states().since(sinceNs);
        return !seen.isEmpty() && seen.stream().allMatch(entry -> undisturbed(entry.value())) ? 0 : -1;
    }

    private static boolean undisturbed(NodeState seen) {
        return seen.state() == NodeState.NOMINAL || seen.state() == NodeState.DEGRADED && seen.reason().equals("chunk_late");
    }
}
