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
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The seven-joint arm as a robot on ROS. The world runs on thread {@code arm7-world} at 500 Hz of world time, its cameras
 * on {@code arm7-camera-scene} and {@code arm7-camera-wrist}.
 *
 * <p>Publishes {@code /joint_states} (joint1 to joint7 in rad, gripper in m; 500 Hz), {@code /camera_scene/image_raw}
 * (sensor_msgs/Image, rgb8, 640 x 480) and {@code /camera_wrist/image_raw/compressed} (sensor_msgs/CompressedImage, JPEG,
 * 640 x 480), both stamped with the time of the position that they show, and {@code ~violations} (std_msgs/Float64MultiArray,
 * 10 Hz: commanded positions beyond limits, steps commanded too fast). Gives its URDF as {@code /robot_description}: a parameter of
 * ROS 1, a latched std_msgs/String of ROS 2. Obeys
 * trajectory_msgs/JointTrajectory on {@code /arm_controller/command} and {@code /gripper_controller/command}, and
 * control_msgs/GripperCommand (m of opening) on {@code /gripper/command}, which the gripper follows at its own speed.
 * {@code ~reset} (std_srvs/Trigger) puts the robot back home.
 */
public final class Arm7WorldNode implements AutoCloseable {
    private static final String FRAME = "base_link";
    private static final String DESCRIPTION = "/robot_description";
    private static final double VIOLATIONS_HZ = 10;

    private final Arm7World robot = new Arm7World();
    private final TrajectoryInbox.Robot armCommands = robot::command;
    private final TrajectoryInbox.Robot gripperCommands = robot::commandGripper;
    private final TrajectoryInbox arm;
    private final TrajectoryInbox gripper;
    private final GripperInbox gripperGoals;
    private final GripperInbox.Gripper gripperMotion = robot::moveGripper;
    private final WorldThread thread;
    private final AutoCloseable resetService;
    private final AtomicBoolean resetRequested = new AtomicBoolean();
    private final Publication jointStates;
    private final Publication scene;
    private final Publication wrist;
    private final Publication violations;
    private final Publication description;
    private final ArmCameraThread sceneThread;
    private final ArmCameraThread wristThread;
    private final JointStateWriter jointWriter;
    private final SimpleWriters violationWriter;
    private final Cadence cameraCadence;
    private final Cadence violationCadence = new Cadence(VIOLATIONS_HZ);
    private final double[] positions;
    private final double[] velocities;
    private final double[] counts = new double[2];
    private volatile double opening = Double.NaN;

    /**
     * A node on this machine's clock; it is still until {@link #start}.
     *
     * @param cameraHz frames a second of world time, 1 to 100
     */
    public Arm7WorldNode(Transport transport, WorldPace pace, double cameraHz) {
        this(transport, pace, cameraHz, new SystemClock());
    }

    Arm7WorldNode(Transport transport, WorldPace pace, double cameraHz, Clock clock) {
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
        violationWriter = new SimpleWriters(types);
        description = describe(transport);
        jointStates = transport.advertise("/joint_states", "sensor_msgs/JointState", new PublicationOptions(false, 5));
        scene = transport.advertise("/camera_scene/image_raw", "sensor_msgs/Image", new PublicationOptions(false, 2));
        wrist = transport.advertise("/camera_wrist/image_raw/compressed", "sensor_msgs/CompressedImage",
                new PublicationOptions(false, 2));
        violations = transport.advertise("~violations", "std_msgs/Float64MultiArray", new PublicationOptions(false, 2));
        sceneThread = new ArmCameraThread("arm7-camera-scene", joints, sceneCamera(types));
        wristThread = new ArmCameraThread("arm7-camera-wrist", joints, wristCamera());
        arm = new TrajectoryInbox(transport, "/arm_controller/command", names.subList(0, joints - 1),
                Arm7World.LARGEST_TRAJECTORY);
        gripper = new TrajectoryInbox(transport, "/gripper_controller/command", names.subList(joints - 1, joints),
                Arm7World.LARGEST_TRAJECTORY);
        gripperGoals = new GripperInbox(transport, "/gripper/command");
        thread = new WorldThread("arm7-world", transport, pace, clock, Arm7World.STEP_NS, this::tick);
        begin(thread.startNs());
        resetService = transport.advertiseService("~reset", "std_srvs/Trigger", request -> {
            resetRequested.set(true);
            return Map.of("success", true, "message", "home at the next step");
        });
    }

    /** Lets the world's time run. */
    public void start() {
        thread.start();
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
    private static Publication describe(Transport transport) {
        transport.setParameter(DESCRIPTION, Arm7World.packagedUrdf());
        if (transport.getParameter(DESCRIPTION) != null) {
            return null;
        }
        Publication topic = transport.advertise(DESCRIPTION, "std_msgs/String", new PublicationOptions(true, 1));
        topic.publish(Map.of("data", Arm7World.packagedUrdf()));
        return topic;
    }

    private ArmCameraThread.Frame sceneCamera(MessageTypes types) {
        ArmCamera camera = new ArmCamera(robot.urdf(), ArmCamera.View.SCENE);
        ImageWriter writer = new ImageWriter(types, ArmCamera.WIDTH, ArmCamera.HEIGHT, "rgb8", 3, "camera_scene");
        byte[] pixels = new byte[ArmCamera.BYTES];
        return (stampNs, joints) -> {
            if (scene.subscribers() > 0) {
                camera.render(joints, pixels);
                scene.publish(writer.write(stampNs, pixels));
            }
        };
    }

    private ArmCameraThread.Frame wristCamera() {
        ArmCamera camera = new ArmCamera(robot.urdf(), ArmCamera.View.WRIST);
        return (stampNs, joints) -> {
            if (wrist.subscribers() > 0) {
                wrist.publish(Map.of("header", Map.of("stamp", stampNs, "frame_id", "camera_wrist"),
                        "format", "rgb8; jpeg compressed bgr8", "data", camera.renderJpeg(joints)));
            }
        };
    }

    private void tick(long nowNs) {
        arm.drain(nowNs, armCommands);
        gripper.drain(nowNs, gripperCommands);
        gripperGoals.drain(gripperMotion);
        robot.advance(nowNs);
        if (resetRequested.getAndSet(false)) {
            arm.skip();
            gripper.skip();
            gripperGoals.skip();
            begin(nowNs);
        }
        robot.readPositions(positions);
        opening = positions[positions.length - 1];
        robot.readVelocities(velocities);
        jointStates.publish(jointWriter.write(nowNs, positions, velocities));
        if (cameraCadence.isDue(nowNs)) {
            sceneThread.offer(nowNs, positions);
            wristThread.offer(nowNs, positions);
        }
        if (violationCadence.isDue(nowNs)) {
            counts[0] = robot.limitViolations();
            counts[1] = robot.speedViolations();
            violations.publish(violationWriter.float64MultiArray(counts, counts.length));
        }
    }

    private void begin(long nowNs) {
        robot.reset(nowNs);
        cameraCadence.restart(nowNs);
        violationCadence.restart(nowNs);
    }

    /** Stops the world, then leaves its topics. */
    @Override
    public void close() throws Exception {
        resetService.close();
        thread.close();
        sceneThread.close();
        wristThread.close();
        arm.close();
        gripper.close();
        gripperGoals.close();
        for (Publication publication : List.of(jointStates, scene, wrist, violations)) {
            publication.close();
        }
        if (description != null) {
            description.close();
        }
    }
}
