package dev.dpros.faults;

import dev.dpros.faults.FaultRig.Kind;
import dev.dpros.faults.MessageLog.Entry;
import dev.dpros.faults.Witness.NodeState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One fault, and what must come of it.
 *
 * @param name of the fault
 * @param kind of rig it needs
 * @param expected what must come of it
 * @param course how it is brought about, ended and judged
 */
public record FaultTrial(String name, Kind kind, Expected expected, Course course) {
    private static final String[] STATES = {"nominal", "degraded", "hold", "fault"};
    private static final int PATIENCE = 4;

    /** When the node must be nominal again. */
    public enum Recovery {
        /** When the fault has ended. */ AFTER_THE_FAULT,
        /** While the fault goes on. */ BY_ITSELF
    }

    /** Something done to the rig. */
    interface Step {
        void run(FaultRig rig) throws Exception;
    }

    /** How a fault is brought about, ended and judged. */
    public interface Course {
        /** Runs it, whatever state the trial before has left. @throws IllegalStateException saying what failed */
        Outcome run(FaultTrial trial, FaultRig rig) throws Exception;

        /** When the node must be nominal again. */
        default Recovery recovers() {
            return Recovery.AFTER_THE_FAULT;
        }
    }

    /**
     * What must come of a fault.
     *
     * @param state the state that must follow, or {@code nominal} if the node must not mind
     * @param reason code of the event that must be given as the reason; empty for {@code nominal}
     * @param source what the name of the reason's source must contain; empty if it is about none
     * @param withinMs bound of the detection
     * @param recoverMs bound of the recovery
     */
    public record Expected(String state, String reason, String source, long withinMs, long recoverMs) {
        /** Whether the node must not mind. */
        boolean nothing() {
            return state.equals(STATES[NodeState.NOMINAL]);
        }

        /** Whether a state is it. */
        boolean is(NodeState seen) {
            return STATES[seen.state()].equals(state) && seen.reason().equals(reason) && seen.source().contains(source);
        }

        /** For people. */
        public String text() {
            return state + (reason.isEmpty() ? "" : " (" + reason + ")");
        }
    }

    /**
     * What came of it.
     *
     * @param detectedMs after how long state and reason were as they must be, or -1
     * @param recoveredMs after how long the node was nominal again, or -1
     * @param bounded whether every command was finite, within the limits, in order of time and without a gap
     * @param unrest what moved, or was told to, though nothing should
     * @param path the states it went through, or what was in the way
     * @param attempts how often it was run: again where the machine was too slow for a verdict
     */
    public record Outcome(FaultTrial trial, double detectedMs, double recoveredMs, boolean bounded, List<String> unrest, List<String> path,
            int attempts) {
        /** The same, after more attempts. */
        Outcome attempts(int made) {
            return new Outcome(trial, detectedMs, recoveredMs, bounded, unrest, path, made);
        }

        /** Whether state and reason were as they must be, however late. */
        boolean detected() {
            return detectedMs >= 0;
        }

        /** Whether the node was nominal again, however late. */
        boolean recovered() {
            return recoveredMs >= 0;
        }

        /** Whether all was as it must be, within the bounds. */
        public boolean passed() {
            return detected() && detectedMs <= trial.expected.withinMs && recovered() && recoveredMs <= trial.expected.recoverMs
                    && bounded && unrest.isEmpty();
        }

        /** For machines. */
        public Map<String, Object> asMap() {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("fault", trial.name);
            map.put("passed", passed());
            map.put("expected", trial.expected.text());
            map.put("detected", detected());
            map.put("detected_ms", detectedMs);
            map.put("detection_bound_ms", trial.expected.withinMs);
            map.put("recovery", trial.course.recovers().name().toLowerCase(Locale.ROOT));
            map.put("recovered", recovered());
            map.put("recovered_ms", recoveredMs);
            map.put("recovery_bound_ms", trial.expected.recoverMs);
            map.put("commands_bounded", bounded);
            map.put("attempts", attempts);
            map.put("unrest", unrest);
            map.put("path", path);
            return map;
        }
    }

    /** Runs it; what is in the way of it is an outcome too. */
    public Outcome run(FaultRig rig) throws Exception {
        try {
            return course.run(this, rig);
        } catch (IllegalStateException | IOException e) {
            return new Outcome(this, -1, -1, false, List.of(), List.of(String.valueOf(e.getMessage())), 1);
        }
    }

    /** Waits for state and reason; after how long they were seen, or -1. */
    double detection(FaultRig rig, long sinceNs) throws InterruptedException {
        FaultRig.await(PATIENCE * expected.withinMs, () -> firstMs(rig, sinceNs) >= 0);
        return firstMs(rig, sinceNs);
    }

    private double firstMs(FaultRig rig, long sinceNs) {
        for (Entry<NodeState> entry : rig.witness().states().since(sinceNs)) {
            if (expected.is(entry.value())) {
                return (entry.receivedNs() - sinceNs) / 1e6;
            }
        }
        return -1;
    }

    /** Waits until the policy drives; after how long it did, or -1. */
    double recovery(FaultRig rig, long sinceNs) throws InterruptedException {
        boolean nominal = FaultRig.await(PATIENCE * expected.recoverMs, () -> rig.drives(sinceNs));
        return nominal ? (FaultRig.nowNs() - sinceNs) / 1e6 : -1;
    }

    /** The states that the node went through. */
    static List<String> path(FaultRig rig, long sinceNs) {
        List<String> path = new ArrayList<>();
        for (Entry<NodeState> entry : rig.witness().states().since(sinceNs)) {
            NodeState seen = entry.value();
            String step = STATES[seen.state()] + " (" + seen.reason() + (seen.source().isEmpty() ? "" : " " + seen.source()) + ")";
            if (path.isEmpty() || !path.get(path.size() - 1).equals(step)) {
                path.add(step);
            }
        }
        return path;
    }
}
