package dev.dpros.bench.ingest;

import dev.dpros.core.Transport;
import dev.dpros.core.Transport.Publication;
import dev.dpros.core.Transport.PublicationOptions;
import dev.dpros.messages.ImageWriter;
import dev.dpros.messages.JointStateWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * A robot's worth of messages: four cameras (sensor_msgs/Image, 640x480 rgb8, 30 Hz, evenly staggered) and joint states
 * of seven joints (500 Hz), from one thread at absolute deadlines.
 */
public final class IngestSource implements AutoCloseable {
    /** The topics, cameras first. */
    public static final List<String> TOPICS = List.of("/ingest/camera0", "/ingest/camera1", "/ingest/camera2",
            "/ingest/camera3", "/ingest/joint_states");
    private static final int CAMERAS = 4;
    private static final int CAMERA_HZ = 30;
    private static final int JOINT_HZ = 500;
    private static final int WIDTH = 640;
    private static final int HEIGHT = 480;
    private static final List<String> JOINTS = List.of("j1", "j2", "j3", "j4", "j5", "j6", "j7");

    private final Transport transport;
    private final List<Publication> cameras = new ArrayList<>();
    private final List<ImageWriter> images = new ArrayList<>();
    private final Publication joints;
    private final JointStateWriter jointWriter;
    private final byte[] pixels = new byte[3 * WIDTH * HEIGHT];
    private final double[] positions = new double[JOINTS.size()];
    private final Thread thread = new Thread(this::run, "ingest-source");
    private volatile boolean running = true;

    /** Advertises and starts. */
    public IngestSource(Transport transport) {
        this.transport = transport;
        jointWriter = new JointStateWriter(transport.messages(), JOINTS, "");
        for (int c = 0; c < CAMERAS; c++) {
            cameras.add(transport.advertise(TOPICS.get(c), "sensor_msgs/Image", new PublicationOptions(false, 2)));
            images.add(new ImageWriter(transport.messages(), WIDTH, HEIGHT, "rgb8", 3, "camera" + c));
        }
        joints = transport.advertise(TOPICS.get(CAMERAS), "sensor_msgs/JointState", new PublicationOptions(false, 10));
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        long startNs = transport.clock().monotonicNs();
        for (long tick = 0; running; tick++) {
            long deadlineNs = startNs + tick * 1_000_000_000L / JOINT_HZ;
            for (long leftNs = 1; running && leftNs > 0;) {
                leftNs = deadlineNs - transport.clock().monotonicNs();
                LockSupport.parkNanos(this, leftNs);
            }
            for (int c = 0; c < CAMERAS; c++) {
                if (isCameraDue(tick, c)) {
                    cameras.get(c).publish(images.get(c).write(transport.clock().rosNs(), pixels));
                }
            }
            joints.publish(jointWriter.write(transport.clock().rosNs(), positions, positions));
        }
    }

    /** Thirty times in 500 ticks, each camera a quarter of its period after the one before. */
    static boolean isCameraDue(long tick, int camera) {
        return (tick * CAMERA_HZ + (long) camera * JOINT_HZ / CAMERAS) % JOINT_HZ < CAMERA_HZ;
    }

    @Override
    public void close() throws InterruptedException {
        running = false;
        LockSupport.unpark(thread);
        thread.join(1000);
    }
}
