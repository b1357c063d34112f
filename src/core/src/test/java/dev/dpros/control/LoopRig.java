package dev.dpros.control;

import dev.dpros.core.ActionChunk;
import dev.dpros.core.ChunkRequester;
import dev.dpros.core.CommandFrame;
import dev.dpros.core.CommandSink;
import dev.dpros.core.ManualClock;
import dev.dpros.core.PositionSource;
import dev.dpros.core.SourceHealth;
import dev.dpros.safety.JointLimits;
import dev.dpros.safety.SafetyEvent;
import dev.dpros.safety.SafetyState;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** A control loop on a manual clock with a sampler and a robot that the test plays. */
final class LoopRig implements ChunkRequester, CommandSink {
    static final long T0 = 1_700_000_000_000_000_000L;
    static final long MS = 1_000_000L;

    /** What was published, copied. */
    record Published(long sentNs, long newcomersNs, long stampNs, long chunkId, int dims, long[] times, double[] positions, double[] velocities) {
        double at(int point, int dim) {
            return positions[point * dims + dim];
        }

        int points() {
            return times.length;
        }

        /** What a robot with zero-order hold applies at a time, or NaN if it waits. */
        double heldAt(long timeNs, int dim) {
            double held = Double.NaN;
            for (int i = 0; i < times.length; i++) {
                held = stampNs + times[i] <= timeNs ? at(i, dim) : held;
            }
            return held;
        }
    }

    final ManualClock clock = new ManualClock(T0);
    final SourceHealth camera = new SourceHealth("/camera", SourceHealth.Kind.CAMERA, 200 * MS);
    final SourceHealth joints = new SourceHealth("/joint_states", SourceHealth.Kind.JOINT_STATE, 100 * MS);
    final List<Published> frames = new ArrayList<>();
    final List<Long> requests = new ArrayList<>();
    final List<Long> deadlines = new ArrayList<>();
    final ControlConfig config;
    private ControlLoop.Wiring wiring;
    ControlLoop loop;
    boolean keep = true;
    boolean sourcesAlive = true;
    boolean busy;
    long runningSinceNs = Long.MIN_VALUE;
    RuntimeException sinkThrows;
    double[] measured;
    /** Whether the robot follows its commands, how far it sags below them, and the joint that something blocks. */
    boolean follows = true;
    double sag;
    int blocked = -1;
    private long nextId = 1;

    LoopRig(ControlConfig config, List<JointLimits> limits, double[] measured) {
        this.config = config;
        this.measured = measured;
        PositionSource positions = out -> {
            if (this.measured == null) {
                return false;
            }
            System.arraycopy(this.measured, 0, out, 0, out.length);
            return true;
        };
        wiring = ControlLoop.Wiring.of(config, config.safetyFilter(limits), List.of(camera, joints), positions, this, this);
        loop = new ControlLoop(wiring);
    }

    /** Builds the loop anew, wired otherwise; before its first tick. */
    LoopRig wired(UnaryOperator<ControlLoop.Wiring> otherwise) {
        wiring = otherwise.apply(wiring);
        loop = new ControlLoop(wiring);
        return this;
    }

    /** PushT: two dimensions in pixels, 10 Hz policy, zero-order hold, loop at 100 Hz. */
    static LoopRig pusht() {
        return new LoopRig(ControlConfig.of(List.of("x", "y"), 100, 10, 16, 8),
                List.of(JointLimits.positions("x", 0, 512), JointLimits.positions("y", 0, 512)), null);
    }

    static List<String> names(int dims) {
        return IntStream.range(0, dims).mapToObj(i -> "joint" + i).toList();
    }

    /** Joints with limits of an ordinary arm. */
    static List<JointLimits> armLimits(int dims) {
        return names(dims).stream().map(n -> new JointLimits(n, -2, 2, 1.5, 5, 60)).toList();
    }

    static LoopRig arm(int dims, Interpolation interpolation) {
        return new LoopRig(ControlConfig.of(names(dims), 100, 10, 16, 8).with(interpolation), armLimits(dims),
                new double[dims]);
    }

    /** An action that is one rotation, linear, silent at rest. */
    static LoopRig rotating(RotationGroup.Kind kind, double... measured) {
        int dims = measured.length;
        List<JointLimits> limits = names(dims).stream().map(n -> new JointLimits(n, -4, 4, 1.5, 5, 60)).toList();
        return new LoopRig(ControlConfig.of(names(dims), 100, 10, 16, 8).with(Interpolation.LINEAR)
                .with(List.of(new RotationGroup(0, kind))).with(MotionRules.silent(dims, 0.02)), limits, measured);
    }

    void start() {
        loop.watchdog().request(SafetyEvent.STARTED);
        tick();
    }

    void tick() {
        if (sourcesAlive) {
            camera.received(clock.monotonicNs());
            joints.received(clock.monotonicNs());
        }
        loop.tick(clock.rosNs(), clock.monotonicNs());
    }

    void run(long forNs) {
        for (long end = clock.monotonicNs() + forNs; clock.monotonicNs() < end;) {
            clock.advanceNs(config.periodNs());
            tick();
        }
    }

    /** Delivers a chunk observed {@code agoNs} ago, all of whose actions have the given value. */
    ActionChunk deliver(long agoNs, double... perStep) {
        return deliverAt(clock.rosNs() - agoNs, perStep);
    }

    ActionChunk deliverAt(long stampNs, double... perStep) {
        double[] values = new double[perStep.length * config.dims()];
        for (int i = 0; i < values.length; i++) {
            values[i] = perStep[i / config.dims()];
        }
        ActionChunk chunk = new ActionChunk(nextId++, stampNs, stampNs, config.policyStepNs(), config.dims(), values, 16);
        busy = false;
        runningSinceNs = Long.MIN_VALUE;
        loop.inbox().accept(chunk);
        return chunk;
    }

    /** Delivers a chunk observed now, each of whose 15 actions is this one. */
    void deliverAction(double... action) {
        double[] values = new double[15 * action.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = action[i % action.length];
        }
        busy = false;
        runningSinceNs = Long.MIN_VALUE;
        loop.inbox().accept(new ActionChunk(nextId++, clock.rosNs(), clock.rosNs(), config.policyStepNs(), action.length, values, 16));
    }

    static double[] constant(int steps, double value) {
        double[] out = new double[steps];
        java.util.Arrays.fill(out, value);
        return out;
    }

    static double[] ramp(int steps, double from, double by) {
        return IntStream.range(0, steps).mapToDouble(i -> from + i * by).toArray();
    }

    SafetyState state() {
        return loop.watchdog().state();
    }

    SafetyEvent reason() {
        return loop.watchdog().reason();
    }

    Published last() {
        return frames.get(frames.size() - 1);
    }

    @Override
    public boolean request(long requestNs, long deadlineNs, int executedSteps) {
        if (busy) {
            return false;
        }
        if (keep) {
            requests.add(requestNs);
            deadlines.add(deadlineNs);
        }
        busy = true;
        runningSinceNs = requestNs;
        return true;
    }

    @Override
    public boolean busy() {
        return busy;
    }

    @Override
    public long runningSinceNs() {
        return runningSinceNs;
    }

    @Override
    public void publish(CommandFrame frame) {
        if (sinkThrows != null) {
            throw sinkThrows;
        }
        for (int d = 0; measured != null && follows && d < measured.length; d++) {
            measured[d] = d == blocked ? measured[d] : frame.positions[d] - sag;
        }
        if (keep) {
            int n = frame.points;
            int a = frame.dims();
            frames.add(new Published(clock.monotonicNs(), frame.newcomersNs, frame.stampNs, frame.chunkId, a, java.util.Arrays.copyOf(frame.timeFromStartNs, n),
                    java.util.Arrays.copyOf(frame.positions, n * a), java.util.Arrays.copyOf(frame.velocities, n * a)));
        }
    }
}
