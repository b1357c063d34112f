package dev.dpros.app;

import dev.dpros.app.faults.FaultyTopic;
import dev.dpros.app.faults.MessageLog;
import dev.dpros.app.faults.SamplerFaults;
import dev.dpros.app.world.PushTWorldNode;
import dev.dpros.app.world.WorldPace;
import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.config.ConfigReader;
import dev.dpros.config.RobotConfig;
import dev.dpros.core.InputException;
import dev.dpros.metrics.MetricsRegistry;
import dev.dpros.ros.master.EmbeddedMaster;
import dev.dpros.ros.message.SchemaCatalog;
import dev.dpros.ros.node.RosNode;
import dev.dpros.ros.node.RosNodeConfig;
import dev.dpros.safety.SafetyEvent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A control node on trial: master, simulated PushT robot, topics that can be spoiled on their way to the node, the node
 * itself, and an observer of its state, its commands and the robot. Confined to one thread.
 */
final class FaultRig implements AutoCloseable {
    static final String NODE = "/dpros";
    private static final String TRIGGER = "std_srvs/Trigger";
    private static final long PATIENCE_MS = 30_000;
    private static final long POLL_MS = 2;
    private static final Map<String, Object> SETTINGS = Map.of("metrics", Map.of("enabled", false),
            "node", Map.of("autostart", false), "control", Map.of("timing", Map.of("sampler_hung_after_ms", 3000)));

    /** What surrounds the node. */
    enum Kind {
        /** The machine's time, node in this process. */ IN_PROCESS,
        /** Time from {@code /clock}, node in this process. */ SIMULATED_TIME,
        /** The machine's time, node in a process of its own. */ CHILD_PROCESS
    }

    /** What {@code ~state} says. */
    record NodeState(int state, String reason, String source, long chunkId, boolean commanding) {
        static final int NOMINAL = 0;
    }

    /** A command: stamps relative to now in it and {@code [points, joints]} positions, px. */
    record Command(List<double[]> points, boolean ordered) {}

    /** A joint state: position px, speed px/s. */
    record Motion(double[] position, double speed) {}

    private final Deque<AutoCloseable> owned = new ArrayDeque<>();
    private final Path config;
    private EmbeddedMaster master;
    private final URI uri;
    private final RosNode observer;
    private final SamplerFaults sampler = new SamplerFaults();
    private final MessageLog<NodeState> states;
    private final MessageLog<Command> commands;
    private final MessageLog<Motion> motions;
    final FaultyTopic camera;
    final FaultyTopic joints;
    final FaultyTopic clock;
    private PolicyNode policy;
    private ChildJvm child;

    /**
     * Builds everything; the policy is warm and stopped.
     *
     * @throws InputException if the configuration is not good
     */
    FaultRig(Path config, Kind kind) throws IOException, InterruptedException {
        this.config = config;
        try {
            master = EmbeddedMaster.start(InetAddress.getLoopbackAddress(), 0);
            uri = master.uri();
            owned.push(() -> master.close());
            boolean simulated = kind == Kind.SIMULATED_TIME;
            startWorld(simulated);
            RosNode relay = connect("spoiler");
            camera = own(new FaultyTopic(relay, "/sim/camera", "/camera/image_raw", "sensor_msgs/Image"));
            joints = own(new FaultyTopic(relay, "/sim/joint_states", "/joint_states", "sensor_msgs/JointState"));
            clock = simulated ? own(new FaultyTopic(relay, "/sim/clock", "/clock", "rosgraph_msgs/Clock")) : null;
            observer = connect("observer");
            states = log("diffusion_policy_msgs/ControllerState", NODE + "/state", FaultRig::state);
            commands = log("trajectory_msgs/JointTrajectory", "/arm_controller/command", FaultRig::command);
            motions = log("sensor_msgs/JointState", "/sim/joint_states", FaultRig::motion);
            if (kind == Kind.CHILD_PROCESS) {
                startChild();
            } else {
                startPolicy();
            }
        } catch (RuntimeException | IOException | InterruptedException e) {
            close();
            throw e;
        }
    }

    private void startWorld(boolean simulated) {
        RosNode node = own(RosNode.connect(new RosNodeConfig(uri, null, "pusht", "/", Map.of("/camera/image_raw", "/sim/camera",
                "/joint_states", "/sim/joint_states", "/clock", "/sim/clock"), Map.of(), null)));
        PushTWorldNode.Options usual = PushTWorldNode.Options.DEFAULT;
        own(new PushTWorldNode(node, new PushTWorldNode.Options(usual.robot(), new WorldPace(1, simulated), usual.cameraHz(),
                usual.jointStateHz(), usual.firstSeed()))).start();
    }

    private void startPolicy() throws InterruptedException {
        RobotConfig robot = ConfigReader.read(config, SETTINGS).config();
        RosNode node = connect("dpros");
        owned.push(sampler);
        policy = own(new PolicyNode(robot, PolicyReader.read(robot.policy()), node, own(new MetricsRegistry()), sampler::around));
        policy.start(false);
    }

    /** Starts the node in a process of its own, again after a {@link #kill}. */
    void startChild() throws IOException {
        child = own(ChildJvm.start(List.of("run", "--config", config.toString(), "__name:=dpros", "_node/autostart:=false",
                "_metrics/enabled:=false"), Map.of("ROS_MASTER_URI", uri.toString())));
    }

    /** Kills the node's process with SIGKILL. */
    void kill() {
        child.kill();
    }

    private RosNode connect(String name) {
        return own(RosNode.connect(RosNodeConfig.local(uri, name)));
    }

    private <T extends AutoCloseable> T own(T part) {
        owned.push(part);
        return part;
    }

    private <T> MessageLog<T> log(String type, String topic, java.util.function.Function<Map<String, Object>, T> reduce) {
        return own(new MessageLog<>(observer, SchemaCatalog.packaged().message(type), topic, reduce));
    }

    private static NodeState state(Map<String, Object> message) {
        return new NodeState(((Number) message.get("state")).intValue(), (String) message.get("reason"),
                (String) message.get("source"), ((Number) message.get("chunk_id")).longValue(),
                Boolean.TRUE.equals(message.get("commanding")));
    }

    private static Command command(Map<String, Object> message) {
        List<?> points = (List<?>) message.get("points");
        long beforeNs = Long.MIN_VALUE;
        boolean ordered = true;
        for (Object point : points) {
            long atNs = ((Number) ((Map<?, ?>) point).get("time_from_start")).longValue();
            ordered &= atNs > beforeNs;
            beforeNs = atNs;
        }
        return new Command(points.stream().map(point -> (double[]) ((Map<?, ?>) point).get("positions")).toList(), ordered);
    }

    private static Motion motion(Map<String, Object> message) {
        double[] velocity = (double[]) message.get("velocity");
        return new Motion((double[]) message.get("position"), Math.hypot(velocity[0], velocity[1]));
    }

    /** Faults of the sampler; only for a node in this process. */
    SamplerFaults sampler() {
        return sampler;
    }

    /** Samplers that were given up and replaced; only for a node in this process. */
    int replacements() {
        return policy.replacements();
    }

    /** How often a cause has begun; only for a node in this process. */
    long count(SafetyEvent event) {
        return policy.loop().watchdog().count(event);
    }

    /** Ends the master, losing all that it knew. */
    void stopMaster() {
        master.close();
    }

    /** Starts an empty master at the same address. */
    void startMaster() {
        master = EmbeddedMaster.start(InetAddress.getLoopbackAddress(), uri.getPort());
    }

    /** Starts the episode of a seed and waits until the policy has driven the robot for a second. */
    void drive(long seed) throws InterruptedException {
        call(NODE + "/stop");
        observer.setParameter("/pusht/seed", (int) seed);
        call("/pusht/reset");
        long sinceNs = nowNs();
        call(NODE + "/start");
        require("the node drives", () -> drives(sinceNs));
        Thread.sleep(1_000);
        long steadyNs = nowNs();
        require("the node is nominal", () -> drives(steadyNs));
    }

    private boolean drives(long sinceNs) {
        NodeState last = last(sinceNs);
        return last != null && last.state() == NodeState.NOMINAL && last.chunkId() > 0;
    }

    /** The newest state since a monotonic time, or null. */
    NodeState last(long sinceNs) {
        List<MessageLog.Entry<NodeState>> seen = states.since(sinceNs);
        return seen.isEmpty() ? null : seen.get(seen.size() - 1).value();
    }

    private void call(String service) throws InterruptedException {
        long untilNs = nowNs() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS);
        while (true) {
            String refusal;
            try {
                Map<String, Object> answer = observer.callService(service, TRIGGER, Map.of());
                if (Boolean.TRUE.equals(answer.get("success"))) {
                    return;
                }
                refusal = String.valueOf(answer.get("message"));
            } catch (InputException e) {
                refusal = e.getMessage();
            }
            if (nowNs() > untilNs) {
                throw new IllegalStateException("faults: " + service + ": " + refusal);
            }
            Thread.sleep(50);
        }
    }

    private void require(String what, BooleanSupplier condition) throws InterruptedException {
        if (!await(PATIENCE_MS, condition)) {
            throw new IllegalStateException("faults: waited " + PATIENCE_MS + " ms in vain until " + what + "; last state "
                    + last(Long.MIN_VALUE));
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

    /** The node's states on its topic. */
    MessageLog<NodeState> states() {
        return states;
    }

    /** The commands on their topic. */
    MessageLog<Command> commands() {
        return commands;
    }

    /** The robot's motion as the world publishes it. */
    MessageLog<Motion> motions() {
        return motions;
    }

    /** Another node on the same master, owned by the rig. */
    RosNode visitor(String name) {
        return connect(name);
    }

    @Override
    public void close() {
        while (!owned.isEmpty()) {
            try {
                owned.pop().close();
            } catch (Exception e) {
                org.slf4j.LoggerFactory.getLogger(FaultRig.class).warn("closing the rig: {}", e.toString());
            }
        }
    }
}
