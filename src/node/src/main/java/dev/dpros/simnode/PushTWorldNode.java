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
import dev.dpros.sim.PushTCamera;
import dev.dpros.sim.PushTEnv;
import dev.dpros.sim.PushTRobot;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * PushT as a robot on ROS. The world runs on thread {@code pusht-world} at 100 Hz of world time.
 *
 * <p>Publishes {@code /camera/image_raw} (sensor_msgs/Image, rgb8, 96 x 96), {@code /joint_states} (joints x, y in px
 * and px/s), {@code /keypoints} (sensor_msgs/JointState: position has the block's nine keypoints, x before y, px),
 * {@code ~reward} and {@code ~coverage} (std_msgs/Float64, every 0.1 s of an episode, where the reference scores), and
 * {@code ~episode} (std_msgs/String, latched: its number since the start, with its seed). Stamps
 * are the time of the state that was measured. Obeys {@code /arm_controller/command} (trajectory_msgs/JointTrajectory)
 * by its stamps. {@code ~reset} (std_srvs/Trigger) starts the episode of the parameter {@code ~seed}, or of the next seed
 * if it is unset; it answers when the new episode has begun and its first frame and scores are published.
 */
public final class PushTWorldNode implements WorldNode {
    private static final List<String> JOINTS = List.of("x", "y");
    private static final String COMMANDS = "/arm_controller/command";
    private static final String WORLD_FRAME = "world";
    private static final double SCORE_HZ = 10;
    private static final double STILL_SPEED = 0.05; // px/s; the agent's spring and damper approach rest exponentially

    /**
     * What the node does.
     *
     * @param robot how commands are followed
     * @param pace how time passes
     * @param cameraHz frames a second of world time, 1 to 100
     * @param jointStateHz joint and keypoint messages a second of world time, 1 to 100
     * @param firstSeed of the episode at the start
     */
    public record Options(PushTRobot.Options robot, WorldPace pace, double cameraHz, double jointStateHz, long firstSeed) {
        /** As the demonstration needs it: the reference's robot in real time, 30 frames and 100 joint states a second. */
        public static final Options DEFAULT = new Options(PushTRobot.Options.REFERENCE, WorldPace.REAL_TIME, 30, 100, 0);

        /** @throws IllegalArgumentException if a rate or the seed is out of bounds */
        public Options {
            requireRate("camera rate", cameraHz);
            requireRate("joint state rate", jointStateHz);
            EpisodeResets.require(firstSeed);
        }

        private static void requireRate(String what, double hz) {
            if (!(hz >= 1 && hz <= 100)) {
                throw new IllegalArgumentException(what + " " + hz + " Hz: expected 1 to 100");
            }
        }
    }

    private final PushTRobot robot;
    private final PushTCamera camera = new PushTCamera();
    private final TrajectoryInbox.Robot commands;
    private final TrajectoryInbox inbox;
    private final WorldThread thread;
    private final EpisodeResets resets;
    private final Publication image;
    private final Publication jointStates;
    private final Publication keypoints;
    private final Publication reward;
    private final Publication coverage;
    private final Publication episode;
    private final ImageWriter imageWriter;
    private final JointStateWriter jointWriter;
    private final JointStateWriter keypointWriter;
    private final SimpleWriters scoreWriter;
    private final Cadence cameraCadence;
    private final Cadence jointCadence;
    private final Cadence scoreCadence = new Cadence(SCORE_HZ);
    private final byte[] pixels = new byte[PushTCamera.BYTES];
    private final double[] position = new double[2];
    private final double[] velocity = new double[2];
    private final double[] points = new double[2 * PushTEnv.KEYPOINTS];
    private long episodes;
    private volatile long stillNs;

    /** A node on this machine's clock; it is still until {@link #start}. */
    public PushTWorldNode(Transport transport, Options options) {
        this(transport, options, new SystemClock());
    }

    PushTWorldNode(Transport transport, Options options, Clock clock) {
        robot = new PushTRobot(options.robot());
        commands = robot::command;
        cameraCadence = new Cadence(options.cameraHz());
        jointCadence = new Cadence(options.jointStateHz());
        MessageTypes types = transport.messages();
        imageWriter = new ImageWriter(types, PushTCamera.SIZE, PushTCamera.SIZE, "rgb8", 3, "camera");
        jointWriter = new JointStateWriter(types, JOINTS, WORLD_FRAME);
        keypointWriter = new JointStateWriter(types,
                IntStream.range(0, 2 * PushTEnv.KEYPOINTS).mapToObj(i -> "k" + i / 2 + JOINTS.get(i % 2)).toList(), WORLD_FRAME);
        scoreWriter = new SimpleWriters(types);
        PublicationOptions newest = new PublicationOptions(false, 2);
        image = transport.advertise("/camera/image_raw", "sensor_msgs/Image", newest);
        jointStates = transport.advertise("/joint_states", "sensor_msgs/JointState", newest);
        keypoints = transport.advertise("/keypoints", "sensor_msgs/JointState", newest);
        reward = transport.advertise("~reward", "std_msgs/Float64", new PublicationOptions(false, 10));
        coverage = transport.advertise("~coverage", "std_msgs/Float64", new PublicationOptions(false, 10));
        episode = transport.advertise("~episode", "std_msgs/String", new PublicationOptions(true, 1));
        inbox = new TrajectoryInbox(transport, COMMANDS, JOINTS, PushTRobot.LARGEST_TRAJECTORY);
        thread = new WorldThread("pusht-world", transport, options.pace(), clock, PushTRobot.STEP_NS, this::tick);
        begin(options.firstSeed(), thread.startNs());
        resets = new EpisodeResets(transport, options.firstSeed());
    }

    @Override
    public void start() {
        thread.start();
    }

    /** Trajectories that were obeyed. Any thread. */
    public long commandsAccepted() {
        return inbox.accepted();
    }

    /** Trajectories that were refused: malformed, of other joints, or stamps that do not increase. Any thread. */
    public long commandsRefused() {
        return inbox.refused();
    }

    /** Ticks run since the start. Any thread. */
    public long ticks() {
        return thread.ticks();
    }

    @Override
    public long stillNs() {
        return stillNs;
    }

    /** Steps of 10 ms that the world took in one with the next, because the machine was late. Any thread. */
    public long missedTicks() {
        return thread.missed();
    }

    private void tick(long nowNs) {
        inbox.drain(nowNs, commands);
        long steps = robot.advance(nowNs);
        robot.readVelocity(velocity, 0);
        stillNs = Math.hypot(velocity[0], velocity[1]) < STILL_SPEED ? stillNs + steps * PushTRobot.STEP_NS : 0;
        EpisodeResets.Request request = resets.take();
        if (request != null) {
            inbox.skip();
            begin(request.seed(), nowNs);
        }
        publishDue(nowNs);
        if (request != null) {
            request.answer();
        }
    }

    private void begin(long seed, long nowNs) {
        robot.reset(seed, nowNs);
        episode.publish(Map.of("data", episodes++ + ", seed " + seed));
        cameraCadence.restart(nowNs);
        jointCadence.restart(nowNs);
        scoreCadence.restart(nowNs);
    }

    private void publishDue(long nowNs) {
        if (jointCadence.isDue(nowNs)) {
            robot.readPosition(position, 0);
            robot.readVelocity(velocity, 0);
            jointStates.publish(jointWriter.write(nowNs, position, velocity));
            robot.readKeypoints(points, 0);
            keypoints.publish(keypointWriter.write(nowNs, points, null));
        }
        if (cameraCadence.isDue(nowNs)) {
            camera.render(robot.world(), pixels, 0);
            image.publish(imageWriter.write(nowNs, pixels));
        }
        if (scoreCadence.isDue(nowNs)) {
            reward.publish(scoreWriter.float64(robot.reward()));
            coverage.publish(scoreWriter.float64(robot.coverage()));
        }
    }

    /** Stops the world, then leaves its topics. */
    @Override
    public void close() throws Exception {
        resets.close();
        thread.close();
        inbox.close();
        for (Publication publication : List.of(image, jointStates, keypoints, reward, coverage, episode)) {
            publication.close();
        }
    }
}
