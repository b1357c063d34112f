package dev.dpros.simnode;

import dev.dpros.core.Clock;
import dev.dpros.core.MessageTypes;
import dev.dpros.core.SystemClock;
import dev.dpros.core.Transport;
import dev.dpros.core.Transport.Publication;
import dev.dpros.core.Transport.PublicationOptions;
import dev.dpros.messages.ImageWriter;
import dev.dpros.messages.JointStateWriter;
import dev.dpros.messages.SimpleWriters;
import dev.dpros.sim.Arm7World;
import dev.dpros.sim.ArmCamera;
import dev.dpros.sim.ReachTask;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The seven-joint arm as a robot on ROS. The world runs on thread {@code arm7-world} at 500 Hz of world time, its cameras
 * on {@code arm7-camera-scene} and {@code arm7-camera-wrist}.
 *
 * <p>Publishes {@code /joint_states} (joint1 to joint7 in rad, gripper in m; 500 Hz), {@code /camera_scene/image_raw}
 * (sensor_msgs/Image, rgb8, 640 x 480) and {@code /camera_wrist/image_raw/compressed} (sensor_msgs/CompressedImage, JPEG,
 * 640 x 480), both stamped with the time of the position that they show, and {@code ~violations} (std_msgs/Float64MultiArray,
 * 10 Hz: commanded positions beyond limits, steps commanded too fast) and {@code ~reward} (std_msgs/Float64, 10 Hz: 1 where the finger tips
 * are above the block that the cameras see, 0 where they are far). Gives its URDF as {@code /robot_description}: a parameter of
 * ROS 1, a latched std_msgs/String of ROS 2. Obeys
 * trajectory_msgs/JointTrajectory on {@code /arm_controller/command} and {@code /gripper_controller/command}, and
 * control_msgs/GripperCommand (m of opening) on {@code /gripper/command}, which the gripper follows at its own speed.
 * {@code ~reset} (std_srvs/Trigger) puts the robot back home and the block where the parameter {@code ~seed} says, or the next seed if it is
 * unset; it answers when that is done.
 */
public final class Arm7WorldNode implements WorldNode {
    private static final String FRAME = "base_link";
    private static final String DESCRIPTION = "/robot_description";
    private static final double COUNTS_HZ = 10;
    /** rad/s and m/s. */
    private static final double STILL_SPEED = 1e-3;

    private final Arm7World robot = new Arm7World();
    private final ReachTask task = new ReachTask(robot.urdf());
    private final ArmCamera sceneCamera = new ArmCamera(robot.urdf(), ArmCamera.View.SCENE);
    private final ArmCamera wristCamera = new ArmCamera(robot.urdf(), ArmCamera.View.WRIST);
    private final TrajectoryInbox.Robot armCommands = robot::command;
    private final TrajectoryInbox.Robot gripperCommands = robot::commandGripper;
    private final TrajectoryInbox arm;
    private final TrajectoryInbox gripper;
    private final GripperInbox gripperGoals;
    private final GripperInbox.Gripper gripperMotion = robot::moveGripper;
    private final WorldThread thread;
    private final EpisodeResets resets;
    private final Publication jointStates;
    private final Publication scene;
    private final Publication wrist;
    private final Publication violations;
    private final Publication reward;
    private final @Nullable Publication description;
    private final ArmCameraThread sceneThread;
    private final ArmCameraThread wristThread;
    private final JointStateWriter jointWriter;
    private final SimpleWriters countWriter;
    private final Cadence cameraCadence;
    private final Cadence countCadence = new Cadence(COUNTS_HZ);
    private final double[] positions;
    private final double[] velocities;
    private final double[] counts = new double[2];
    private volatile double opening = Double.NaN;
    private volatile long stillNs;

    /** A node on this machine's clock, with the block of seed 0; it is still until {@link #start}. @param cameraHz as below */
    public Arm7WorldNode(Transport transport, WorldPace pace, double cameraHz) {
        this(transport, pace, cameraHz, 0);
    }

    /**
     * A node on this machine's clock; it is still until {@link #start}.
     *
     * @param cameraHz frames a second of world time, 1 to 100
     * @param firstSeed of the block's place, 0 to 2^32 - 1
     */
    public Arm7WorldNode(Transport transport, WorldPace pace, double cameraHz, long firstSeed) {
        this(transport, pace, cameraHz, firstSeed, new SystemClock());
    }

    Arm7WorldNode(Transport transport, WorldPace pace, double cameraHz, long firstSeed, Clock clock) {
        EpisodeResets.require(firstSeed);
        if (!(cameraHz >= 1 && cameraHz <= 100)) {
            throw new IllegalArgumentException("camera rate " + cameraHz + " Hz: expected 1 to 100");
        }
        List<String> names = robot.names();
        int joints = names.size();
        positions = new double[joints];
        velocities = new double[joints];
        cameraCadence = new Cadence(cameraHz);
        MessageTypes types = transport.messages();
        jointWriter = new JointStateWriter(types, names, FRAME);
        countWriter = new SimpleWriters(types);
        description = describe(transport);
        jointStates = transport.advertise("/joint_states", "sensor_msgs/JointState", new PublicationOptions(false, 5));
        scene = transport.advertise("/camera_scene/image_raw", "sensor_msgs/Image", new PublicationOptions(false, 2));
        wrist = transport.advertise("/camera_wrist/image_raw/compressed", "sensor_msgs/CompressedImage",
                new PublicationOptions(false, 2));
        violations = transport.advertise("~violations", "std_msgs/Float64MultiArray", new PublicationOptions(false, 2));
        reward = transport.advertise("~reward", "std_msgs/Float64", new PublicationOptions(false, 10));
        sceneThread = new ArmCameraThread("arm7-camera-scene", joints, sceneFrames(types));
        wristThread = new ArmCameraThread("arm7-camera-wrist", joints, wristFrames());
        arm = new TrajectoryInbox(transport, "/arm_controller/command", names.subList(0, joints - 1),
                Arm7World.LARGEST_TRAJECTORY);
        gripper = new TrajectoryInbox(transport, "/gripper_controller/command", names.subList(joints - 1, joints),
                Arm7World.LARGEST_TRAJECTORY);
        gripperGoals = new GripperInbox(transport, "/gripper/command");
        thread = new WorldThread("arm7-world", transport, pace, clock, Arm7World.STEP_NS, this::tick);
        begin(firstSeed, thread.startNs());
        resets = new EpisodeResets(transport, firstSeed);
    }

    @Override
    public void start() {
        thread.start();
    }

    @Override
    public long stillNs() {
        return stillNs;
    }

    /** Trajectories obeyed, of arm and gripper, and goals of the gripper. Any thread. */
    public long commandsAccepted() {
        return arm.accepted() + gripper.accepted() + gripperGoals.accepted();
    }

    /** Trajectories and goals refused. Any thread. */
    public long commandsRefused() {
        return arm.refused() + gripper.refused() + gripperGoals.refused();
    }

    /** How far the gripper is open at the last step, m. Any thread. */
    public double opening() {
        return opening;
    }

    /** Steps of 2 ms that the world took in one with the next, because the machine was late. Any thread. */
    public long missedTicks() {
        return thread.missed();
    }

    /** A parameter of everybody; where the middleware has none, a latched topic, as robot_state_publisher makes it. */
    private static @Nullable Publication describe(Transport transport) {
        transport.setParameter(DESCRIPTION, Arm7World.packagedUrdf());
        if (transport.getParameter(DESCRIPTION) != null) {
            return null;
        }
        Publication topic = transport.advertise(DESCRIPTION, "std_msgs/String", new PublicationOptions(true, 1));
        topic.publish(Map.of("data", Arm7World.packagedUrdf()));
        return topic;
    }

    private ArmCameraThread.Frame sceneFrames(MessageTypes types) {
        ImageWriter writer = new ImageWriter(types, ArmCamera.WIDTH, ArmCamera.HEIGHT, "rgb8", 3, "camera_scene");
        byte[] pixels = new byte[ArmCamera.BYTES];
        return (stampNs, joints) -> {
            if (scene.subscribers() > 0) {
                sceneCamera.render(joints, pixels);
                scene.publish(writer.write(stampNs, pixels));
            }
        };
    }

    private ArmCameraThread.Frame wristFrames() {
        return (stampNs, joints) -> {
            if (wrist.subscribers() > 0) {
                wrist.publish(Map.of("header", Map.of("stamp", stampNs, "frame_id", "camera_wrist"),
                        "format", "rgb8; jpeg compressed bgr8", "data", wristCamera.renderJpeg(joints)));
            }
        };
    }

    private void tick(long nowNs) {
        arm.drain(nowNs, armCommands);
        gripper.drain(nowNs, gripperCommands);
        gripperGoals.drain(gripperMotion);
        int steps = robot.advance(nowNs);
        EpisodeResets.Request request = resets.take();
        if (request != null) {
            arm.skip();
            gripper.skip();
            gripperGoals.skip();
            begin(request.seed(), nowNs);
        }
        robot.readPositions(positions);
        opening = positions[positions.length - 1];
        robot.readVelocities(velocities);
        stillNs = isStill() ? stillNs + steps * Arm7World.STEP_NS : 0;
        jointStates.publish(jointWriter.write(nowNs, positions, velocities));
        if (cameraCadence.isDue(nowNs)) {
            sceneThread.offer(nowNs, positions);
            wristThread.offer(nowNs, positions);
        }
        if (countCadence.isDue(nowNs)) {
            counts[0] = robot.limitViolations();
            counts[1] = robot.speedViolations();
            violations.publish(countWriter.float64MultiArray(counts, counts.length));
            reward.publish(countWriter.float64(ReachTask.reward(task.distance(positions))));
        }
        if (request != null) {
            request.answer();
        }
    }

    private boolean isStill() {
        for (double velocity : velocities) {
            if (Math.abs(velocity) > STILL_SPEED) {
                return false;
            }
        }
        return true;
    }

    private void begin(long seed, long nowNs) {
        robot.reset(nowNs);
        task.reset(seed);
        sceneCamera.block(task.blockX(), task.blockY());
        wristCamera.block(task.blockX(), task.blockY());
        cameraCadence.restart(nowNs);
        countCadence.restart(nowNs);
    }

    /** Stops the world, then leaves its topics. */
    @Override
    public void close() throws Exception {
        resets.close();
        thread.close();
        sceneThread.close();
        wristThread.close();
        arm.close();
        gripper.close();
        gripperGoals.close();
        for (Publication publication : List.of(jointStates, scene, wrist, violations, reward)) {
            publication.close();
        }
        if (description != null) {
            description.close();
        }
    }
}
