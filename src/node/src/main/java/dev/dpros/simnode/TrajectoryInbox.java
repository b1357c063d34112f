package dev.dpros.simnode;

import dev.dpros.core.Transport;
import dev.dpros.core.Transport.Subscription;
import dev.dpros.observation.MessageCopy;
import dev.dpros.observation.MessageRing;
import java.util.List;

/**
 * The command topic of a simulated robot: trajectories go from the transport's thread through a ring to the world's
 * thread, which takes them at the start of a tick in order of arrival. Allocates nothing once warm.
 */
final class TrajectoryInbox implements AutoCloseable {
    private static final int SLOTS = 64;
    private static final int LARGEST_MESSAGE_BYTES = 1 << 20;

    /** Obeys a trajectory, or refuses it. */
    interface Robot {
        /** @return false if the trajectory cannot be followed */
        boolean command(int points, long[] stampsNs, double[] positions);
    }

    private final MessageRing ring = new MessageRing(SLOTS, LARGEST_MESSAGE_BYTES);
    private final MessageCopy copy = new MessageCopy();
    private final TrajectoryReader reader;
    private final Subscription subscription;
    private long taken;
    private volatile long accepted;
    private volatile long refused;

    /** Subscribes to a topic of trajectory_msgs/JointTrajectory. */
    TrajectoryInbox(Transport transport, String topic, List<String> joints, int largestTrajectory) {
        reader = new TrajectoryReader(transport.messages().reader(), joints, largestTrajectory);
        subscription = transport.subscribe(topic, "trajectory_msgs/JointTrajectory", ring);
    }

    /** Hands all trajectories that have arrived to the robot. World thread. */
    void drain(long nowNs, Robot robot) {
        long newest = ring.newest();
        taken = Math.max(taken, newest - SLOTS + 1);
        while (taken < newest) {
            taken++;
            if (ring.copy(taken, copy)) {
                int points = reader.read(copy.bytes(), nowNs);
                if (points > 0 && robot.command(points, reader.stampsNs(), reader.positions())) {
                    accepted++;
                } else {
                    refused++;
                }
            }
        }
    }

    /** Forgets what has arrived so far. World thread. */
    void skip() {
        taken = ring.newest();
    }

    /** Trajectories obeyed. Any thread. */
    long accepted() {
        return accepted;
    }

    /** Trajectories refused. Any thread. */
    long refused() {
        return refused;
    }

    @Override
    public void close() {
        subscription.close();
    }
}
