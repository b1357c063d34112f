package dev.dpros.app;

import dev.dpros.app.FaultRig.Command;
import dev.dpros.app.FaultRig.Kind;
import dev.dpros.app.FaultRig.NodeState;
import dev.dpros.app.faults.MessageLog.Entry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One fault: how it is brought about and ended, and what must come of it.
 *
 * @param name of the fault
 * @param kind of rig it needs
 * @param state the state that must follow, or {@code nominal} if the node must not mind
 * @param reason code of the event that must be given as the reason; empty for {@code nominal}
 * @param source what the name of the reason's source must contain; empty if it is about none
 * @param withinMs bound of the detection
 * @param recoverMs bound of the recovery
 * @param recovers when the node must be nominal again
 * @param begin brings it about
 * @param end ends it
 */
record FaultTrial(
        String name,
        Kind kind,
        String state,
        String reason,
        String source,
        long withinMs,
        long recoverMs,
        Recovery recovers,
        Step begin,
        Step end) {

    private static final String[] STATES = {"nominal", "degraded", "hold", "fault"};
    private static final double LARGEST_PX = 512;
    private static final long LONGEST_GAP_MS = 250;
    private static final long OBSERVE_MS = 2_000;
    private static final int PATIENCE = 4;

    /** When the node must be nominal again. */
    enum Recovery {
        /** When the fault has ended. */ AFTER_THE_FAULT,
        /** While the fault goes on. */ BY_ITSELF
    }

    /** Something done to the rig. */
    interface Step {
        void run(FaultRig rig) throws Exception;
    }

    /**
     * What came of it.
     *
     * @param detected whether state and reason were as they must be
     * @param detectedMs after how long, or -1
     * @param recovered whether the node was nominal again
     * @param recoveredMs after how long, or -1
     * @param bounded whether every command was finite, within the limits, in order of time and without a gap
     * @param path the states it went through
     * @param passed whether all was as it must be, in time
     */
    record Outcome(FaultTrial trial, boolean detected, double detectedMs, boolean recovered, double recoveredMs,
            boolean bounded, List<String> path, boolean passed) {

        /** For machines. */
        Map<String, Object> asMap() {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("fault", trial.name);
            map.put("passed", passed);
            map.put("expected", trial.state + (trial.reason.isEmpty() ? "" : " (" + trial.reason + ")"));
            map.put("detected", detected);
            map.put("detected_ms", detectedMs);
            map.put("detection_bound_ms", trial.withinMs);
            map.put("recovery", trial.recovers.name().toLowerCase(Locale.ROOT));
            map.put("recovered", recovered);
            map.put("recovered_ms", recoveredMs);
            map.put("recovery_bound_ms", trial.recoverMs);
            map.put("commands_bounded", bounded);
            map.put("path", path);
            return map;
        }
    }

    /** Runs it on a rig whose node drives. */
    Outcome run(FaultRig rig) throws Exception {
        long beganNs = FaultRig.nowNs();
        begin.run(rig);
        double detectedMs = state.equals(STATES[0]) ? undisturbed(rig, beganNs) : detection(rig, beganNs);
        long sinceNs = FaultRig.nowNs();
        if (recovers == Recovery.AFTER_THE_FAULT) {
            Thread.sleep(state.equals(STATES[0]) ? 0 : OBSERVE_MS);
            sinceNs = FaultRig.nowNs();
            end.run(rig);
        }
        double recoveredMs = recovery(rig, sinceNs);
        if (recovers == Recovery.BY_ITSELF) {
            end.run(rig);
        }
        boolean bounded = bounded(rig, beganNs);
        boolean detected = detectedMs >= 0;
        boolean recovered = recoveredMs >= 0;
        boolean passed = detected && detectedMs <= withinMs && recovered && recoveredMs <= recoverMs && bounded;
        return new Outcome(this, detected, detectedMs, recovered, recoveredMs, bounded, path(rig, beganNs), passed);
    }

    private double detection(FaultRig rig, long sinceNs) throws InterruptedException {
        FaultRig.await(PATIENCE * withinMs, () -> firstMs(rig, sinceNs) >= 0);
        return firstMs(rig, sinceNs);
    }

    private double firstMs(FaultRig rig, long sinceNs) {
        for (Entry<NodeState> entry : rig.states().since(sinceNs)) {
            NodeState seen = entry.value();
            if (STATES[seen.state()].equals(state) && seen.reason().equals(reason) && seen.source().contains(source)) {
                return (entry.receivedNs() - sinceNs) / 1e6;
            }
        }
        return -1;
    }

    /** 0 if the node is nominal and publishes for as long as the bound says, else -1. */
    private double undisturbed(FaultRig rig, long sinceNs) throws InterruptedException {
        Thread.sleep(withinMs);
        List<Entry<NodeState>> seen = rig.states().since(sinceNs);
        return !seen.isEmpty() && seen.stream().allMatch(entry -> entry.value().state() == NodeState.NOMINAL) ? 0 : -1;
    }

    private double recovery(FaultRig rig, long sinceNs) throws InterruptedException {
        boolean nominal = FaultRig.await(PATIENCE * recoverMs, () -> {
            NodeState last = rig.last(sinceNs);
            return last != null && last.state() == NodeState.NOMINAL && last.chunkId() > 0;
        });
        return nominal ? (FaultRig.nowNs() - sinceNs) / 1e6 : -1;
    }

    private static boolean bounded(FaultRig rig, long sinceNs) {
        List<Entry<Command>> sent = rig.commands().since(sinceNs);
        long beforeNs = sinceNs;
        boolean good = !sent.isEmpty();
        for (Entry<Command> entry : sent) {
            boolean gap = entry.receivedNs() - beforeNs > LONGEST_GAP_MS * 1_000_000;
            good &= bounded(entry.value()) && !(gap && commanding(rig, beforeNs, entry.receivedNs()));
            beforeNs = entry.receivedNs();
        }
        return good;
    }

    /** Whether the node said that it commands at some time in a gap, its edges left out; at rest it is silent. */
    private static boolean commanding(FaultRig rig, long fromNs, long toNs) {
        long edgeNs = LONGEST_GAP_MS * 1_000_000 / 2;
        return rig.states().since(fromNs + edgeNs).stream()
                .anyMatch(entry -> entry.receivedNs() < toNs - edgeNs && entry.value().commanding());
    }

    /** Whether every point is finite, within the picture, and later than the one before. */
    static boolean bounded(Command command) {
        boolean good = command.ordered() && !command.points().isEmpty();
        for (double[] point : command.points()) {
            for (double value : point) {
                good &= value >= 0 && value <= LARGEST_PX;
            }
        }
        return good;
    }

    private static List<String> path(FaultRig rig, long sinceNs) {
        List<String> path = new ArrayList<>();
        for (Entry<NodeState> entry : rig.states().since(sinceNs)) {
            NodeState seen = entry.value();
            String step = STATES[seen.state()] + " (" + seen.reason() + (seen.source().isEmpty() ? "" : " " + seen.source()) + ")";
            if (path.isEmpty() || !path.get(path.size() - 1).equals(step)) {
                path.add(step);
            }
        }
        return path;
    }
}
