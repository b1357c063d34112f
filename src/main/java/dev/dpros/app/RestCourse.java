package dev.dpros.app;

import dev.dpros.app.FaultTrial.Course;
import dev.dpros.app.FaultTrial.Outcome;
import dev.dpros.app.FaultTrial.Step;
import dev.dpros.app.faults.Witness;
import dev.dpros.app.faults.Witness.NodeState;
import java.util.ArrayList;
import java.util.List;

/**
 * A fault during which nothing may move until someone tells it to: state and reason must stay, no command may be sent and the
 * robot must stay where it is.
 *
 * @param prepare brings the rig into the situation
 * @param begin brings the fault about
 * @param rest from when on there must be rest
 * @param end ends it and tells the node to drive again
 */
record RestCourse(Step prepare, Step begin, Rest rest, Step end) implements Course {
    private static final long OBSERVE_MS = 2_000;
    private static final long IN_TRANSIT_MS = 200;
    private static final double LEADS_ON_PX = 1;

    /** From when on there must be rest. */
    enum Rest {
        /** No command at all comes. */ AT_ONCE(0),
        /** The node stops what moves: its commands lead nowhere from then on, and end half a second later. */ ONCE_STOPPED(1_500);

        private final long afterMs;

        Rest(long afterMs) {
            this.afterMs = afterMs;
        }
    }

    @Override
    public Outcome run(FaultTrial trial, FaultRig rig) throws Exception {
        prepare.run(rig);
        Witness witness = rig.witness();
        long beganNs = FaultRig.nowNs();
        begin.run(rig);
        long begunNs = FaultRig.nowNs();
        double detectedMs = trial.detection(rig, beganNs);
        long detectedNs = beganNs + (long) (Math.max(0, detectedMs) * 1e6);
        Thread.sleep(rest.afterMs);
        boolean atOnce = rest == Rest.AT_ONCE;
        long restNs = FaultRig.nowNs();
        Thread.sleep(OBSERVE_MS);
        List<String> wrong = new ArrayList<>();
        wrong.add(witness.unrest(atOnce ? beganNs : restNs, atOnce ? begunNs : restNs));
        wrong.add(leftState(trial, witness, detectedNs));
        wrong.add(witness.ledOn(detectedNs + IN_TRANSIT_MS * 1_000_000) > LEADS_ON_PX ? "commands lead on" : "");
        long sinceNs = FaultRig.nowNs();
        end.run(rig);
        double recoveredMs = trial.recovery(rig, sinceNs);
        wrong.removeIf(String::isEmpty);
        boolean good = wrong.isEmpty() && witness.bounded(beganNs);
        wrong.addAll(FaultTrial.path(rig, beganNs));
        return Outcome.of(trial, detectedMs, recoveredMs, good, wrong);
    }

    private static String leftState(FaultTrial trial, Witness witness, long sinceNs) {
        for (var entry : witness.states().since(sinceNs)) {
            NodeState seen = entry.value();
            if (!trial.expected().is(seen)) {
                return "left for " + seen;
            }
        }
        return "";
    }
}
