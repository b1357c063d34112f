package dev.dpros.faults;

import dev.dpros.control.ListenerNet;
import dev.dpros.core.MessageSlots;
import dev.dpros.faults.FaultRig.Kind;
import dev.dpros.faults.FaultTrial.Expected;
import dev.dpros.faults.FaultTrial.Recovery;
import dev.dpros.faults.FaultTrial.Step;
import dev.dpros.messages.ControllerStateWriter;
import dev.dpros.safety.SafetyEvent;
import dev.dpros.transports.Ros2;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** The faults of the campaign, with the bounds within which the watchdog must notice them; here those while the policy drives. */
public final class FaultTrials {
    private static final long JUMP_NS = 2_000_000_000L;
    private static final long MASTER_BACK_MS = 20_000;
    private static final Map<String, String> NOT_OF_ROS2 = Map.of(
            "master_restart", "nodes of ROS 2 meet without a master; instead: robot_gone",
            "stale_parameter", "a parameter of ROS 2 ends with its node; instead: parameter_file, parameter_from_outside");
    private static final Map<String, String> NOT_OF_ROS1 = Map.of(
            "parameter_file", "parameters of ROS 1 lie on the master; instead: stale_parameter",
            "parameter_from_outside", "the master of ROS 1 lets anybody set one; instead: stale_parameter");
    private static final Step NOTHING = rig -> { };
    private static final Step CAMERA_WELL = rig -> rig.camera.set(FaultyTopic.Fault.NONE);
    private static final Step JOINTS_WELL = rig -> {
        rig.joints.shiftStamps(0);
        rig.joints.set(FaultyTopic.Fault.NONE);
    };
    private static final Step SAMPLER_WELL = rig -> rig.sampler().set(SamplerFaults.Fault.NONE);

    private FaultTrials() {}

    /** All of any middleware, in the order in which they are run within a kind of rig. */
    public static List<FaultTrial> all() {
        return Stream.of(driven(), RestTrials.all(), ProcessTrials.all(), RobotTrials.all()).flatMap(List::stream).toList();
    }

    /** Trials that a middleware does not have, each with the reason. @param middleware as {@link dev.dpros.core.TransportProvider#name} */
    public static Map<String, String> leftOut(String middleware) {
        return middleware.equals(Ros2.NAME) ? NOT_OF_ROS2 : NOT_OF_ROS1;
    }

    private static List<FaultTrial> driven() {
        return List.of(
                camera("camera_drop", "camera_stale", 700, FaultyTopic.Fault.DROP),
                camera("camera_freeze", "camera_frozen", 2_500, FaultyTopic.Fault.FREEZE),
                camera("camera_blank", "camera_blank", 300, FaultyTopic.Fault.BLANK),
                after("camera_delay", new Expected("degraded", "camera_stale", "image", 700, 3_000),
                        rig -> rig.camera.delay(3_000), CAMERA_WELL),
                after("joint_state_drop", new Expected("hold", "joint_state_stale", "state", 700, 3_000),
                        rig -> rig.joints.set(FaultyTopic.Fault.DROP), JOINTS_WELL),
                after("joint_state_clock_jump", new Expected("hold", "stamps_jump", "", 200, 3_000),
                        rig -> rig.joints.shiftStamps(JUMP_NS), JOINTS_WELL),
                sampler("sampler_delay", "chunk_late", 1_500, 4_000, SamplerFaults.Fault.DELAY),
                sampler("sampler_exception", "sampler_crashed", 1_300, 3_000, SamplerFaults.Fault.EXCEPTION),
                sampler("sampler_nan", "non_finite_action", 1_300, 3_000, SamplerFaults.Fault.NAN),
                byItself("sampler_hang", Kind.IN_PROCESS, new Expected("degraded", "chunk_late", "", 1_500, 15_000),
                        rig -> rig.sampler().set(SamplerFaults.Fault.HANG), FaultTrials::requireReplaced),
                byItself("subscriber_stall", Kind.IN_PROCESS, nominal(5_000), FaultTrials::stall, NOTHING),
                byItself("listener_error", Kind.IN_PROCESS, nominal(3_000), FaultTrials::throwErrors, FaultTrials::requireCaught),
                after("master_restart", new Expected("nominal", "", "", 3_000, 3_000), FaultRig::stopMaster, FaultTrials::masterBack),
                byItself("clock_jump", Kind.SIMULATED_TIME, new Expected("hold", "stamps_jump", "", 200, 3_000),
                        FaultTrials::jump, NOTHING));
    }

    /** The node must not mind for so long. */
    static Expected nominal(long forMs) {
        return new Expected("nominal", "", "", forMs, 1_000);
    }

    private static FaultTrial after(String name, Expected expected, Step begin, Step end) {
        return new FaultTrial(name, Kind.IN_PROCESS, expected, new DrivenCourse(Recovery.AFTER_THE_FAULT, begin, end));
    }

    private static FaultTrial byItself(String name, Kind kind, Expected expected, Step begin, Step end) {
        return new FaultTrial(name, kind, expected, new DrivenCourse(Recovery.BY_ITSELF, begin, end));
    }

    private static FaultTrial camera(String name, String reason, long withinMs, FaultyTopic.Fault fault) {
        return after(name, new Expected("degraded", reason, "image", withinMs, 3_000), rig -> rig.camera.set(fault), CAMERA_WELL);
    }

    private static FaultTrial sampler(String name, String reason, long withinMs, long recoverMs, SamplerFaults.Fault fault) {
        return after(name, new Expected("degraded", reason, "", withinMs, recoverMs), rig -> rig.sampler().set(fault), SAMPLER_WELL);
    }

    private static void requireReplaced(FaultRig rig) {
        if (rig.policy().replacements() == 0 || rig.count(SafetyEvent.SAMPLER_HUNG) == 0) {
            throw new IllegalStateException("the hanging sampler was not noticed and replaced");
        }
    }

    private static void throwErrors(FaultRig rig) {
        rig.policy().reportTo(report -> {
            throw new AssertionError("an injected Error");
        });
    }

    private static void requireCaught(FaultRig rig) {
        rig.policy().reportTo(report -> { });
        if (rig.policy().loop().listeners().stream().mapToLong(ListenerNet::failures).sum() == 0) {
            throw new IllegalStateException("no listener's Error was counted");
        }
    }

    /** A visitor whose reading thread does not return from its first message before the rig is closed. */
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
        rig.whenClosed(never::countDown);
        visitor.subscribe(FaultRig.NODE + "/state", ControllerStateWriter.TYPE, stuck);
        visitor.subscribe("/arm_controller/command", "trajectory_msgs/JointTrajectory", stuck);
    }

    /** The master is back, with nothing in it: a newcomer must find the node's topic again. */
    private static void masterBack(FaultRig rig) throws InterruptedException {
        rig.startMaster();
        AtomicLong seen = new AtomicLong();
        new MessageLog<>(rig.visitor("newcomer"), ControllerStateWriter.TYPE,
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
}
