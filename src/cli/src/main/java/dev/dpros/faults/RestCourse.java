package dev.dpros.faults;

import dev.dpros.faults.FaultTrial.Course;
import dev.dpros.faults.FaultTrial.Outcome;
import dev.dpros.faults.FaultTrial.Step;
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
        List<String> unrest = new ArrayList<>(witness.unrest(atOnce ? beganNs : restNs, atOnce ? begunNs : restNs));
        unrest.addAll(left(trial, witness, detectedNs));
        if (witness.ledOn(detectedNs + IN_TRANSIT_MS * 1_000_000) > LEADS_ON_PX) {
            unrest.add("commands led on");
        }
        long sinceNs = FaultRig.nowNs();
        end.run(rig);
        double recoveredMs = trial.recovery(rig, sinceNs);
        return new Outcome(trial, detectedMs, recoveredMs, witness.withinLimits(beganNs), unrest, FaultTrial.path(rig, beganNs), 1);
    }

    /** The first state that is not the one that must stay. */
    private static List<String> left(FaultTrial trial, Witness witness, long sinceNs) {
        return witness.states().since(sinceNs).stream().filter(entry -> !trial.expected().is(entry.value())).limit(1)
                .map(entry -> "left for " + entry.value()).toList();
    }
}
