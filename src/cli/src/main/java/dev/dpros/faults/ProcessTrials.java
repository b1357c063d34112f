package dev.dpros.faults;

import dev.dpros.faults.FaultRig.Kind;
import dev.dpros.faults.FaultTrial.Expected;
import dev.dpros.faults.FaultTrial.Outcome;
import dev.dpros.faults.FaultTrial.Recovery;
import dev.dpros.faults.MessageLog.Entry;
import dev.dpros.faults.Witness.Command;
import dev.dpros.faults.Witness.Motion;
import dev.dpros.process.TemporaryFile;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;

/** What must not end the node's process, what must, and what must keep it from beginning. */
final class ProcessTrials {
    private static final long REST_WITHIN_MS = 2_500;
    private static final long RESTART_MS = 60_000;
    private static final long REFUSED_WITHIN_MS = 60_000;
    private static final long TRACE_BACK_MS = 10_000;
    private static final long STILL_MS = 1_000;
    private static final double AT_REST = 1;
    private static final String BEGINNING_OF_FILE = "4096";

    /** A parameter about motion that an earlier run left: its key, its value, and what this run says. */
    private record Stale(String key, Object value, String expected) {}

    private static final List<Stale> STALE = List.of(new Stale("node/autostart", true, "expected false"),
            new Stale("action/limits/default/velocity", 5_000, "expected unset"));

    /** What a parameter file gives to the node, and what the node says of it. */
    private record Wrong(String parameters, String key, String found) {}

    private static final List<Wrong> WRONG = List.of(
            new Wrong("action: {limits: {default: {velocity: fast}}}", "action.limits.default.velocity", "fast"),
            new Wrong("node: {auto_start: true}", "node.auto_start", "autostart"));
    private static final int OTHER_RATE_HZ = 40;

    private ProcessTrials() {}

    /** All, in the order in which they are run. */
    static List<FaultTrial> all() {
        return List.of(
                new FaultTrial("trace_truncated", Kind.CHILD_PROCESS, FaultTrials.nominal(3_000), new DrivenCourse(
                        Recovery.BY_ITSELF, rig -> rig.process().truncateTrace(), ProcessTrials::requireTraceGoesOn)),
                new FaultTrial("trace_disk_full", Kind.CHILD_PROCESS, new Expected("nominal", "", "", 3_000, 10_000),
                        new DrivenCourse(Recovery.AFTER_THE_FAULT, rig -> rig.process().limitFiles(BEGINNING_OF_FILE),
                                ProcessTrials::diskHasRoom)),
                new FaultTrial("stale_parameter", Kind.CHILD_PROCESS, new Expected("refused", "exit code 2", "",
                        REFUSED_WITHIN_MS, RESTART_MS), ProcessTrials::stale),
                new FaultTrial("parameter_file", Kind.CHILD_PROCESS, new Expected("refused", "exit code 2", "",
                        REFUSED_WITHIN_MS, RESTART_MS), ProcessTrials::files),
                new FaultTrial("parameter_from_outside", Kind.CHILD_PROCESS, FaultTrials.nominal(3_000), new DrivenCourse(
                        Recovery.BY_ITSELF, ProcessTrials::setFromOutside, rig -> { })),
                new FaultTrial("policy_kill", Kind.CHILD_PROCESS, new Expected("at rest", "", "", REST_WITHIN_MS, RESTART_MS),
                        ProcessTrials::kill));
    }

    private static void requireTraceGoesOn(FaultRig rig) throws InterruptedException {
        if (!FaultRig.await(TRACE_BACK_MS, () -> rig.process().newestInTrace() >= 0)) {
            throw new IllegalStateException("the trace is not whole " + TRACE_BACK_MS + " ms later");
        }
        long newest = rig.process().newestInTrace();
        if (!FaultRig.await(TRACE_BACK_MS, () -> rig.process().newestInTrace() > newest)) {
            throw new IllegalStateException("the trace does not go on");
        }
    }

    private static void diskHasRoom(FaultRig rig) throws Exception {
        long newest = rig.process().newestInTrace();
        Thread.sleep(300);
        boolean written = rig.process().newestInTrace() != newest;
        rig.process().limitFiles("unlimited");
        if (written) {
            throw new IllegalStateException("the trace was written although its disk was full");
        }
        requireTraceGoesOn(rig);
    }

    /** A process that would start with a stale parameter ends at once, and says which; without it, it drives. */
    private static Outcome stale(FaultTrial trial, FaultRig rig) throws Exception {
        rig.process().end();
        RestTrials.awaitRest(rig);
        long beganNs = FaultRig.nowNs();
        double slowestMs = 0;
        for (Stale stale : STALE) {
            long startedNs = FaultRig.nowNs();
            String parameter = FaultRig.NODE + "/" + stale.key;
            rig.parameter(parameter, stale.value);
            String said = rig.process().startInVain();
            rig.parameter(parameter, null);
            slowestMs = Math.max(slowestMs, (FaultRig.nowNs() - startedNs) / 1e6);
            if (!said.startsWith("exit code 2: ") || said.lines().count() != 1 || !said.contains(parameter)
                    || !said.contains(stale.expected) || !said.contains("found " + stale.value)) {
                throw new IllegalStateException(parameter + " " + stale.value + " was not refused: " + said);
            }
        }
        List<String> unrest = rig.witness().unrest(beganNs, beganNs);
        return new Outcome(trial, slowestMs, restart(rig), true, unrest, List.of("refused"), 1);
    }

    /** Of a file with a mistake the process ends at once; of another it takes what is its node's, and nothing moves by itself. */
    private static Outcome files(FaultTrial trial, FaultRig rig) throws Exception {
        rig.process().end();
        RestTrials.awaitRest(rig);
        long beganNs = FaultRig.nowNs();
        double slowestMs = 0;
        for (Wrong wrong : WRONG) {
            long startedNs = FaultRig.nowNs();
            String said = withFile(FaultRig.NODE + ": {ros__parameters: {" + wrong.parameters + "}}", rig.process()::startInVain);
            slowestMs = Math.max(slowestMs, (FaultRig.nowNs() - startedNs) / 1e6);
            if (!said.startsWith("exit code 2: ") || said.lines().count() != 1 || !said.contains(wrong.key) || !said.contains(wrong.found)) {
                throw new IllegalStateException("a file with " + wrong.parameters + " was not refused: " + said);
            }
        }
        long sinceNs = FaultRig.nowNs();
        withFile("/other: {ros__parameters: {node: {autostart: true}}}\n/**: {ros__parameters: {control: {rate_hz: " + OTHER_RATE_HZ + "}}}", more -> {
            rig.process().start(more);
            rig.awaitState(sinceNs);
            return "";
        });
        Thread.sleep(STILL_MS);
        List<String> unrest = rig.witness().unrest(beganNs, beganNs);
        if (!(rig.parameter(FaultRig.NODE + "/in_force/control/rate_hz") instanceof Number rate) || rate.doubleValue() != OTHER_RATE_HZ) {
            throw new IllegalStateException("the file's control.rate_hz is not in force");
        }
        rig.drive();
        return new Outcome(trial, slowestMs, (FaultRig.nowNs() - sinceNs) / 1e6, rig.witness().withinLimits(beganNs), unrest,
                List.of("refused"), 1);
    }

    /** Something done with the arguments that name a file. */
    private interface WithFile {
        String apply(String... arguments) throws Exception;
    }

    private static String withFile(String yaml, WithFile use) throws Exception {
        try (TemporaryFile file = new TemporaryFile("dpros-faults-", ".yaml")) {
            Files.writeString(file.path(), yaml);
            return use.apply("--params-file", file.path().toString());
        }
    }

    /** Nobody else makes a node start by itself, or changes what it has read. */
    private static void setFromOutside(FaultRig rig) {
        for (Map.Entry<String, Object> set : Map.<String, Object>of("/node/autostart", true, "/trace/megabytes", 7).entrySet()) {
            String parameter = FaultRig.NODE + set.getKey();
            if (!rig.parameterRefused(parameter, set.getValue()).contains("refuses it")) {
                throw new IllegalStateException(parameter + " could be set from outside");
            }
        }
    }

    /** SIGKILL: nobody is left to say a state, so the robot itself is watched. It stops on what it was sent last. */
    private static Outcome kill(FaultTrial trial, FaultRig rig) throws Exception {
        rig.drive();
        long beganNs = FaultRig.nowNs();
        rig.process().kill();
        Thread.sleep(REST_WITHIN_MS + 500);
        List<Entry<Motion>> motions = rig.witness().motions().since(beganNs);
        double restMs = motions.isEmpty() ? -1 : 0;
        for (Entry<Motion> entry : motions) {
            if (entry.value().speed() > AT_REST) {
                restMs = (entry.receivedNs() - beganNs) / 1e6;
            }
        }
        boolean atRest = restMs >= 0 && motions.get(motions.size() - 1).value().speed() <= AT_REST;
        List<Entry<Command>> sent = rig.witness().commands().since(Long.MIN_VALUE);
        boolean bounded = !sent.isEmpty() && sent.get(sent.size() - 1).value().bounded();
        return new Outcome(trial, atRest ? restMs : -1, restart(rig), bounded, List.of(), List.of("restarted"), 1);
    }

    /** Starts the process again; after how long it drives. */
    private static double restart(FaultRig rig) throws Exception {
        long sinceNs = FaultRig.nowNs();
        rig.process().start();
        rig.drive();
        return (FaultRig.nowNs() - sinceNs) / 1e6;
    }
}
