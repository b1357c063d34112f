package dev.dpros.app;

import dev.dpros.app.FaultRig.Kind;
import dev.dpros.app.FaultTrial.Outcome;
import dev.dpros.app.FaultTrial.Recovery;
import dev.dpros.app.FaultTrial.Step;
import dev.dpros.app.faults.FaultyTopic;
import dev.dpros.app.faults.MessageLog;
import dev.dpros.app.faults.SamplerFaults;
import dev.dpros.core.MessageSlots;
import dev.dpros.ros.message.SchemaCatalog;
import dev.dpros.safety.SafetyEvent;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/** The faults of the campaign, with the bounds within which the watchdog must notice them. */
final class FaultTrials {
    private static final long JUMP_NS = 2_000_000_000L;
    private static final long MASTER_BACK_MS = 20_000;
    private static final long REST_WITHIN_MS = 2_500;
    private static final long RESTART_MS = 60_000;
    private static final double AT_REST = 1;
    private static final Step NOTHING = rig -> { };
    private static final Step CAMERA_WELL = rig -> rig.camera.set(FaultyTopic.Fault.NONE);
    private static final Step JOINTS_WELL = rig -> {
        rig.joints.shiftStamps(0);
        rig.joints.set(FaultyTopic.Fault.NONE);
    };
    private static final Step SAMPLER_WELL = rig -> rig.sampler().set(SamplerFaults.Fault.NONE);

    private FaultTrials() {}

    /** All but {@link #KILL}, in the order in which they are run. */
    static List<FaultTrial> all() {
        return List.of(
                camera("camera_drop", "camera_stale", 700, FaultyTopic.Fault.DROP),
                camera("camera_freeze", "camera_frozen", 2_500, FaultyTopic.Fault.FREEZE),
                camera("camera_blank", "camera_blank", 300, FaultyTopic.Fault.BLANK),
                new FaultTrial("camera_delay", Kind.IN_PROCESS, "degraded", "camera_stale", "image", 700, 3_000,
                        Recovery.AFTER_THE_FAULT, rig -> rig.camera.delay(3_000), CAMERA_WELL),
                new FaultTrial("joint_state_drop", Kind.IN_PROCESS, "hold", "joint_state_stale", "state", 700, 3_000,
                        Recovery.AFTER_THE_FAULT, rig -> rig.joints.set(FaultyTopic.Fault.DROP), JOINTS_WELL),
                new FaultTrial("joint_state_clock_jump", Kind.IN_PROCESS, "hold", "stamps_jump", "", 200, 3_000,
                        Recovery.AFTER_THE_FAULT, rig -> rig.joints.shiftStamps(JUMP_NS), JOINTS_WELL),
                sampler("sampler_delay", "chunk_late", 1_500, 4_000, SamplerFaults.Fault.DELAY),
                sampler("sampler_exception", "sampler_crashed", 1_300, 3_000, SamplerFaults.Fault.EXCEPTION),
                sampler("sampler_nan", "non_finite_action", 1_300, 3_000, SamplerFaults.Fault.NAN),
                new FaultTrial("sampler_hang", Kind.IN_PROCESS, "degraded", "chunk_late", "", 1_500, 15_000,
                        Recovery.BY_ITSELF, rig -> rig.sampler().set(SamplerFaults.Fault.HANG), FaultTrials::requireReplaced),
                new FaultTrial("subscriber_stall", Kind.IN_PROCESS, "nominal", "", "", 5_000, 1_000, Recovery.BY_ITSELF,
                        FaultTrials::stall, NOTHING),
                new FaultTrial("master_restart", Kind.IN_PROCESS, "nominal", "", "", 3_000, 1_000,
                        Recovery.AFTER_THE_FAULT, FaultRig::stopMaster, FaultTrials::masterBack),
                new FaultTrial("clock_jump", Kind.SIMULATED_TIME, "hold", "stamps_jump", "", 200, 3_000, Recovery.BY_ITSELF,
                        FaultTrials::jump, NOTHING),
                new FaultTrial(KILL, Kind.CHILD_PROCESS, "at rest", "", "", REST_WITHIN_MS, RESTART_MS,
                        Recovery.AFTER_THE_FAULT, FaultRig::kill, FaultRig::startChild));
    }

    /** SIGKILL of the node's process: nobody is left to say a state, so the robot itself is watched. */
    static final String KILL = "policy_kill";

    private static FaultTrial camera(String name, String reason, long withinMs, FaultyTopic.Fault fault) {
        return new FaultTrial(name, Kind.IN_PROCESS, "degraded", reason, "image", withinMs, 3_000,
                Recovery.AFTER_THE_FAULT, rig -> rig.camera.set(fault), CAMERA_WELL);
    }

    private static FaultTrial sampler(String name, String reason, long withinMs, long recoverMs, SamplerFaults.Fault fault) {
        return new FaultTrial(name, Kind.IN_PROCESS, "degraded", reason, "", withinMs, recoverMs, Recovery.AFTER_THE_FAULT,
                rig -> rig.sampler().set(fault), SAMPLER_WELL);
    }

    private static void requireReplaced(FaultRig rig) {
        if (rig.replacements() == 0 || rig.count(SafetyEvent.SAMPLER_HUNG) == 0) {
            throw new IllegalStateException("the hanging sampler was not noticed and replaced");
        }
    }

    /** A visitor whose reading thread never returns from its first message. */
    private static void stall(FaultRig rig) {
        CountDownLatch never = new CountDownLatch(1);
        ByteBuffer slot = ByteBuffer.allocate(1 << 16).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        MessageSlots stuck = new MessageSlots() {
            @Override
            public ByteBuffer claim(int length) {
                return length <= slot.capacity() ? slot.clear().limit(length) : null;
            }

            @Override
            public void commit(long receivedNs, long receivedRosNs) {
                try {
                    never.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }

            @Override
            public void abandon() {
                // the slot is not used again
            }
        };
        var visitor = rig.visitor("stalled");
        visitor.subscribe(FaultRig.NODE + "/state", "diffusion_policy_msgs/ControllerState", stuck);
        visitor.subscribe("/arm_controller/command", "trajectory_msgs/JointTrajectory", stuck);
    }

    /** The master is back, with nothing in it: a newcomer must find the node's topic again. */
    private static void masterBack(FaultRig rig) throws InterruptedException {
        rig.startMaster();
        AtomicLong seen = new AtomicLong();
        new MessageLog<>(rig.visitor("newcomer"), SchemaCatalog.packaged().message("diffusion_policy_msgs/ControllerState"),
                FaultRig.NODE + "/state", message -> seen.incrementAndGet());
        if (!FaultRig.await(MASTER_BACK_MS, () -> seen.get() > 0)) {
            throw new IllegalStateException("the node is not registered " + MASTER_BACK_MS + " ms after the master's restart");
        }
    }

    private static void jump(FaultRig rig) {
        rig.camera.shiftStamps(-JUMP_NS);
        rig.joints.shiftStamps(-JUMP_NS);
        rig.clock.shiftStamps(-JUMP_NS);
    }

    /** The trial of {@link #KILL}: the robot stops on what it was sent last; a new process takes over. */
    static Outcome kill(FaultTrial trial, FaultRig rig, long seed) throws Exception {
        long beganNs = FaultRig.nowNs();
        trial.begin().run(rig);
        Thread.sleep(REST_WITHIN_MS + 500);
        var motions = rig.motions().since(beganNs);
        double restMs = motions.isEmpty() ? -1 : 0;
        for (MessageLog.Entry<FaultRig.Motion> entry : motions) {
            if (entry.value().speed() > AT_REST) {
                restMs = (entry.receivedNs() - beganNs) / 1e6;
            }
        }
        boolean atRest = restMs >= 0 && motions.get(motions.size() - 1).value().speed() <= AT_REST;
        var sent = rig.commands().since(Long.MIN_VALUE);
        boolean bounded = !sent.isEmpty() && FaultTrial.bounded(sent.get(sent.size() - 1).value());
        long sinceNs = FaultRig.nowNs();
        trial.end().run(rig);
        rig.drive(seed);
        double backMs = (FaultRig.nowNs() - sinceNs) / 1e6;
        return new Outcome(trial, atRest, atRest ? restMs : -1, true, backMs, bounded, List.of("restarted"),
                atRest && restMs <= trial.withinMs() && backMs <= trial.recoverMs() && bounded);
    }
}
