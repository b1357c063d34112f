package dev.dpros.faults;

import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.config.ConfigReader;
import dev.dpros.config.Layer;
import dev.dpros.config.ParameterLayers;
import dev.dpros.config.RobotConfig;
import dev.dpros.core.InputException;
import dev.dpros.core.NodeGraph;
import dev.dpros.core.Transport;
import dev.dpros.core.TransportProvider;
import dev.dpros.faults.Witness.NodeState;
import dev.dpros.metrics.MetricsRegistry;
import dev.dpros.node.PolicyNode;
import dev.dpros.process.Owned;
import dev.dpros.safety.SafetyEvent;
import dev.dpros.simnode.PushTWorldNode;
import dev.dpros.simnode.WorldPace;
import dev.dpros.transports.Ros1Graph;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A control node on trial, in a graph of a middleware where nobody else is: simulated PushT robot, topics that can be spoiled on
 * their way to the node and to the robot, the node itself, an operator, and a witness of its state, its commands and the robot.
 * Confined to one thread.
 */
public final class FaultRig implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FaultRig.class);
    static final String NODE = "/dpros";
    static final List<String> JOINTS = List.of("x", "y");
    private static final String COMMANDS = "/arm_controller/command";
    private static final String JOINT_STATES = "/joint_states";
    private static final String TRIGGER = "std_srvs/Trigger";
    private static final long PATIENCE_MS = 30_000;
    private static final long PROCESS_PATIENCE_MS = 120_000;
    private static final long POLL_MS = 2;
    private static final Map<String, Object> SETTINGS = Map.of("metrics", Map.of("enabled", false),
            "node", Map.of("autostart", false), "control", Map.of("timing", Map.of("sampler_hung_after_ms", 3000)));
    private static final Map<String, Object> GUARDS = Map.of(
            "node", Map.of("enable_timeout_ms", 1000),
            "teleop", Map.of("topic", "/teleop/target", "timeout_ms", 500),
            "action", Map.of("limits", Map.of("default", Map.of("velocity", 300))),
            "control", Map.of("max_tracking_error", Map.of("default", 100), "tracking_window_ms", 500));

    /** What surrounds the node. */
    public enum Kind {
        /** The machine's time, node in this process. */ IN_PROCESS,
        /** The same with a dead-man switch, teleoperation, a speed limit and supervision of tracking. */ GUARDED,
        /** The same, and nobody has touched the switch: a rig for each trial. */ UNTOUCHED,
        /** Time from {@code /clock}, node in this process. */ SIMULATED_TIME,
        /** The machine's time, node in a process of its own. */ CHILD_PROCESS,
        /** The machine's time, node in this process, robot in one of its own, nothing in between. */ ROBOT_PROCESS;

        private boolean guarded() {
            return this == GUARDED || this == UNTOUCHED;
        }
    }

    private final Owned owned = new Owned();
    private final TransportProvider provider;
    private final Path config;
    private final long seed;
    private final Kind kind;
    private NodeGraph graph;
    private final Transport observer;
    private final SamplerFaults sampler = new SamplerFaults();
    private final Witness witness;
    private final Operator operator;
    /** Topics that can be spoiled; null where the robot has a process of its own. */
    final FaultyTopic camera;
    final FaultyTopic joints;
    final FaultyTopic clock;
    /** From the node's commands to the robot. */
    final FaultyTopic controller;
    private PolicyNode policy;
    private FaultProcess process;
    private RobotProcess robot;
    private int visitors;

    /**
     * Builds everything; the policy is warm and stopped.
     *
     * @param seed of the episodes
     * @throws InputException if the configuration is not good
     */
    public FaultRig(TransportProvider provider, Path config, Kind kind, long seed) throws IOException, InterruptedException {
        this.provider = provider;
        this.config = config;
        this.kind = kind;
        this.seed = seed;
        try {
            graph = provider.privateGraph();
            owned.own(() -> graph.close());
            boolean apart = kind == Kind.ROBOT_PROCESS;
            startRobot();
            Transport relay = connect("spoiler");
            camera = apart ? null : own(new FaultyTopic(relay, "/sim/camera", "/camera/image_raw", "sensor_msgs/Image"));
            joints = apart ? null : own(new FaultyTopic(relay, "/sim/joint_states", JOINT_STATES, "sensor_msgs/JointState"));
            clock = kind == Kind.SIMULATED_TIME ? own(new FaultyTopic(relay, "/sim/clock", "/clock", "rosgraph_msgs/Clock")) : null;
            controller = apart ? null : own(new FaultyTopic(relay, COMMANDS, "/sim/command", "trajectory_msgs/JointTrajectory"));
            observer = connect("observer");
            witness = own(new Witness(observer, NODE, COMMANDS, apart ? JOINT_STATES : "/sim/joint_states"));
            operator = own(new Operator(connect("operator"), JOINTS, NODE + "/enable", "/teleop/target", apart ? COMMANDS : "/sim/command"));
            if (kind == Kind.CHILD_PROCESS) {
                process = own(new FaultProcess(provider, config, graph.environment()));
            } else {
                startPolicy();
            }
        } catch (RuntimeException | Error | IOException | InterruptedException e) {
            owned.closeAfter(e);
            throw e;
        }
    }

    private void startRobot() throws IOException {
        if (kind == Kind.ROBOT_PROCESS) {
            robot = own(new RobotProcess(provider, graph.environment()));
            return;
        }
        Transport node = connect("pusht", Map.of("/camera/image_raw", "/sim/camera", JOINT_STATES, "/sim/joint_states",
                "/clock", "/sim/clock", COMMANDS, "/sim/command"), Map.of());
        PushTWorldNode.Options usual = PushTWorldNode.Options.DEFAULT;
        own(new PushTWorldNode(node, new PushTWorldNode.Options(usual.robot(), new WorldPace(1, kind == Kind.SIMULATED_TIME),
                usual.cameraHz(), usual.jointStateHz(), usual.firstSeed()))).start();
    }

    private void startPolicy() throws InterruptedException {
        Map<String, Object> settings = kind.guarded() ? ParameterLayers.overlay(SETTINGS, GUARDS) : SETTINGS;
        RobotConfig read = ConfigReader.read(config, Layer.settings("dpros faults", settings)).config();
        Transport node = connect("dpros");
        owned.own(sampler);
        policy = own(new PolicyNode(read, PolicyReader.read(read.policy()), node, own(new MetricsRegistry()), sampler::around));
        policy.start(false);
    }

    /** In ROS 2 each node is told to follow the simulated time; in ROS 1 the robot tells the master, and nobody reads this. */
    private Transport connect(String name) {
        return connect(name, Map.of(), kind == Kind.SIMULATED_TIME ? Map.of("use_sim_time", "true") : Map.of());
    }

    private Transport connect(String name, Map<String, String> remaps, Map<String, String> parameters) {
        return own(provider.arguments(provider.argumentsFor(name, remaps, parameters), graph.environment()).connect(name));
    }

    private <T extends AutoCloseable> T own(T part) {
        return owned.own(part);
    }

    /** Faults of the sampler; only for a node in this process. */
    SamplerFaults sampler() {
        return sampler;
    }

    /** The node; only if it is in this process. */
    PolicyNode policy() {
        return policy;
    }

    /** The node's process; only if it has one of its own. */
    FaultProcess process() {
        return process;
    }

    /** The robot's process; only if it has one of its own. */
    RobotProcess robot() {
        return robot;
    }

    /** How often a cause has begun; only for a node in this process. */
    long count(SafetyEvent event) {
        return policy.loop().watchdog().count(event);
    }

    /** Ends the master of ROS 1, losing all that it knew. */
    void stopMaster() {
        graph.close();
    }

    /** Starts an empty master of ROS 1 at the same address. */
    void startMaster() {
        graph = Ros1Graph.open(InetAddress.getLoopbackAddress(), null, ((Ros1Graph) graph).master().getPort(), false);
    }

    /** Starts the episode and waits until the policy has driven the robot for a second. */
    void drive() throws InterruptedException {
        if (controller != null) {
            controller.set(FaultyTopic.Fault.NONE);
        }
        startAgain();
        operator.letGo();
        if (kind.guarded()) {
            operator.press();
        }
        long fromNs = nowNs();
        awaitState(fromNs);
        call("stop");
        if (witness.last(Long.MIN_VALUE).state() == NodeState.FAULT) {
            call("reset");
        }
        require("the robot says where it is", () -> witness.motion(fromNs) != null);
        require("the robot takes the seed", () -> parameterRefused("/pusht/seed", (int) seed).isEmpty());
        callService("/pusht/reset");
        long sinceNs = nowNs();
        call("start");
        require("the node drives", () -> drives(sinceNs));
        Thread.sleep(1_000);
        long steadyNs = nowNs();
        require("the node is nominal", () -> drives(steadyNs));
    }

    /** What a trial before has left dead. */
    private void startAgain() {
        try {
            if (process != null && !process.alive()) {
                process.start();
            }
            if (robot != null && !robot.alive()) {
                robot.start();
            }
        } catch (IOException e) {
            throw new IllegalStateException("faults: " + e.getMessage(), e);
        }
    }

    /** Waits until the node has said its state after a monotonic time. */
    void awaitState(long sinceNs) throws InterruptedException {
        require(PROCESS_PATIENCE_MS, "the node says its state", () -> witness.last(sinceNs) != null);
    }

    /** Whether the policy has been seen to drive since a monotonic time and still does. */
    boolean drives(long sinceNs) {
        NodeState last = witness.last(sinceNs);
        return last != null && last.state() == NodeState.NOMINAL && last.chunkId() > 0;
    }

    /** Calls a service of the node, until it succeeds. @throws IllegalStateException if it does not */
    void call(String service) throws InterruptedException {
        callService(NODE + "/" + service);
    }

    private void callService(String service) throws InterruptedException {
        long untilNs = nowNs() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS);
        String refusal = refusal(service);
        while (!refusal.isEmpty()) {
            if (nowNs() > untilNs) {
                throw new IllegalStateException("faults: " + service + ": " + refusal);
            }
            Thread.sleep(50);
            refusal = refusal(service);
        }
    }

    /** Calls a service once; why it refused, empty if it did not. */
    private String refusal(String service) {
        try {
            Map<String, Object> answer = observer.callService(service, TRIGGER, Map.of());
            return Boolean.TRUE.equals(answer.get("success")) ? "" : "refused: " + answer.get("message");
        } catch (InputException e) {
            return e.getMessage();
        }
    }

    /** Calls a service of the node, which must refuse. @param because what its answer must say */
    void requireRefused(String service, String because) {
        String refusal = refusal(NODE + "/" + service);
        if (!refusal.contains(because)) {
            throw new IllegalStateException("faults: ~" + service + " was not refused because of '" + because + "', but "
                    + (refusal.isEmpty() ? "done" : refusal));
        }
    }

    /** Waits until a condition holds. @throws IllegalStateException if it does not */
    void require(String what, BooleanSupplier condition) throws InterruptedException {
        require(PATIENCE_MS, what, condition);
    }

    private void require(long patienceMs, String what, BooleanSupplier condition) throws InterruptedException {
        if (!await(patienceMs, condition)) {
            throw new IllegalStateException("faults: waited " + patienceMs + " ms in vain until " + what + "; last state "
                    + witness.last(Long.MIN_VALUE));
        }
    }

    /** Waits until a condition holds; false if it does not within so long. */
    static boolean await(long ms, BooleanSupplier condition) throws InterruptedException {
        long untilNs = nowNs() + TimeUnit.MILLISECONDS.toNanos(ms);
        while (!condition.getAsBoolean()) {
            if (nowNs() > untilNs) {
                return false;
            }
            Thread.sleep(POLL_MS);
        }
        return true;
    }

    /** Monotonic time. */
    static long nowNs() {
        return System.nanoTime();
    }

    /** Who sees what the node says and does. */
    Witness witness() {
        return witness;
    }

    /** Who stands beside the robot. */
    Operator operator() {
        return operator;
    }

    /** Leaves a parameter on the master of ROS 1, or takes it away. @param value null: none */
    void parameter(String name, Object value) {
        if (value == null) {
            observer.deleteParameter(name);
        } else {
            observer.setParameter(name, value);
        }
    }

    /** Sets a parameter of another node; why it refuses that, empty if it does not. */
    String parameterRefused(String name, Object value) {
        try {
            observer.setParameter(name, value);
            return "";
        } catch (InputException e) {
            return e.getMessage();
        }
    }

    /** A parameter as others read it; null if it is not set. */
    Object parameter(String name) {
        return observer.getParameter(name);
    }

    /** Another node of the same graph, owned by the rig. */
    Transport visitor(String name) {
        return connect(name + "_" + ++visitors);
    }

    /** Does something before the parts that are there now are closed. */
    void whenClosed(Runnable action) {
        owned.own(action::run);
    }

    @Override
    public void close() {
        owned.close((part, failure) -> LOG.warn("closing the rig: {}", failure.toString()));
    }
}
