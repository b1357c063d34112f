package dev.dpros.faults;

import dev.dpros.core.Transport;
import dev.dpros.core.Transport.Publication;
import dev.dpros.core.Transport.PublicationOptions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The person beside a robot with two joints: holds the dead-man switch, leads the robot by a device, pushes it by hand (as
 * another program would: past the control node). Any thread; a thread of its own publishes. Allocates per message.
 */
public final class Operator implements AutoCloseable {
    private static final long PERIOD_MS = 20;

    private final List<String> joints;
    private final Publication enable;
    private final Publication device;
    private final Publication hand;
    private final ScheduledExecutorService ticker = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "operator");
        thread.setDaemon(true);
        return thread;
    });
    /** Null until the switch is touched. */
    private volatile Boolean pressed;
    private volatile double[] target;

    /**
     * Touches nothing yet.
     *
     * @param enableTopic the dead-man switch's
     * @param deviceTopic the device's
     * @param controllerTopic from which the robot itself takes commands
     */
    public Operator(Transport transport, List<String> joints, String enableTopic, String deviceTopic, String controllerTopic) {
        this.joints = joints;
        PublicationOptions newest = new PublicationOptions(false, 1);
        enable = transport.advertise(enableTopic, "std_msgs/Bool", newest);
        device = transport.advertise(deviceTopic, "sensor_msgs/JointState", newest);
        hand = transport.advertise(controllerTopic, "trajectory_msgs/JointTrajectory", newest);
        ticker.scheduleAtFixedRate(this::publish, PERIOD_MS, PERIOD_MS, TimeUnit.MILLISECONDS);
    }

    private void publish() {
        Boolean held = pressed;
        if (held != null) {
            enable.publish(Map.of("data", held));
        }
        double[] to = target;
        if (to != null) {
            device.publish(Map.of("name", joints, "position", to));
        }
    }

    /** Presses the dead-man switch and holds it. */
    public void press() {
        pressed = true;
    }

    /** Lets go of the dead-man switch, which says so. */
    public void release() {
        pressed = false;
    }

    /** Takes the device and leads the robot to a position. */
    public void lead(double[] to) {
        target = to.clone();
    }

    /** Lets go of the device. */
    public void letGo() {
        target = null;
    }

    /** Pushes the robot to a position, once. */
    public void push(double[] to) {
        hand.publish(Map.of("joint_names", joints, "points", List.of(Map.of("positions", to, "time_from_start", 0L))));
    }

    @Override
    public void close() {
        ticker.shutdownNow();
        enable.close();
        device.close();
        hand.close();
    }
}
