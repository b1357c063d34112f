package dev.dpros.faults;

import dev.dpros.core.Transport;
import dev.dpros.faults.MessageLog.Entry;
import dev.dpros.messages.ControllerStateWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Sees, from a node of its own, what a control node says and commands and what the robot does, and judges it. Any thread;
 * allocates.
 */
public final class Witness implements AutoCloseable {
    private static final double LARGEST_PX = 512;
    private static final double STILL_PX = 2;
    private static final long LONGEST_GAP_NS = 250_000_000;

    /** What {@code ~state} says. */
    public record NodeState(long stampNs, int state, String reason, String source, long chunkId, boolean commanding, boolean human) {
        /** The policy drives. */
        public static final int NOMINAL = 0;
        /** The tail of the horizon drives. */
        public static final int DEGRADED = 1;
        /** Latched until reset. */
        public static final int FAULT = 3;
    }

    /** A command: its stamp, {@code [points, joints]} positions, px, and whether their times increase. */
    public record Command(long stampNs, List<double[]> points, boolean ordered) {
        /** Whether every point is finite, within the picture, and later than the one before. */
        public boolean bounded() {
            boolean good = ordered && !points.isEmpty();
            for (double[] point : points) {
                for (double value : point) {
                    good &= value >= 0 && value <= LARGEST_PX;
                }
            }
            return good;
        }
    }

    /** A joint state: position px, speed px/s. */
    public record Motion(double[] position, double speed) {}

    private final MessageLog<NodeState> states;
    private final MessageLog<Command> commands;
    private final MessageLog<Motion> motions;

    /** Subscribes. @param node full name of the control node @param joints where the robot itself says where it is */
    public Witness(Transport transport, String node, String commandTopic, String joints) {
        states = new MessageLog<>(transport, ControllerStateWriter.TYPE, node + "/state", Witness::state);
        commands = new MessageLog<>(transport, "trajectory_msgs/JointTrajectory", commandTopic, Witness::command);
        motions = new MessageLog<>(transport, "sensor_msgs/JointState", joints, Witness::motion);
    }

    private static long stampNs(Map<String, Object> message) {
        return ((Number) ((Map<?, ?>) message.get("header")).get("stamp")).longValue();
    }

    private static NodeState state(Map<String, Object> message) {
        return new NodeState(stampNs(message), ((Number) message.get("state")).intValue(), (String) message.get("reason"),
                (String) message.get("source"), ((Number) message.get("chunk_id")).longValue(),
                Boolean.TRUE.equals(message.get("commanding")), Boolean.TRUE.equals(message.get("intervention")));
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
        return new Command(stampNs(message), points.stream().map(point -> (double[]) ((Map<?, ?>) point).get("positions")).toList(), ordered);
    }

    private static Motion motion(Map<String, Object> message) {
        double[] velocity = (double[]) message.get("velocity");
        return new Motion((double[]) message.get("position"), Math.hypot(velocity[0], velocity[1]));
    }

    /** The node's states. */
    public MessageLog<NodeState> states() {
        return states;
    }

    /** The node's commands. */
    public MessageLog<Command> commands() {
        return commands;
    }

    /** The robot's motion as the robot itself publishes it. */
    public MessageLog<Motion> motions() {
        return motions;
    }

    /** The newest state since a monotonic time, or null. */
    public NodeState last(long sinceNs) {
        return newest(states.since(sinceNs));
    }

    /** The robot's newest motion since a monotonic time, or null. */
    public Motion motion(long sinceNs) {
        return newest(motions.since(sinceNs));
    }

    private static <T> T newest(List<Entry<T>> seen) {
        return seen.isEmpty() ? null : seen.get(seen.size() - 1).value();
    }

    /** Distance in px. */
    public static double distance(double[] a, double[] b) {
        return Math.hypot(a[0] - b[0], a[1] - b[1]);
    }

    /** Whether every command is bounded. */
    public boolean withinLimits(long sinceNs) {
        return commands.since(sinceNs).stream().allMatch(entry -> entry.value().bounded());
    }

    /** The same, and none is missing while the node says that it commands. Both are judged by their stamps, however late they came. */
    public boolean bounded(long sinceNs) {
        List<Entry<Command>> sent = commands.since(sinceNs);
        boolean good = withinLimits(sinceNs);
        for (int i = 1; i < sent.size(); i++) {
            long fromNs = sent.get(i - 1).value().stampNs();
            long toNs = sent.get(i).value().stampNs();
            good &= toNs - fromNs <= LONGEST_GAP_NS || !commanding(sinceNs, fromNs, toNs);
        }
        return good;
    }

    /** Whether the node said that it commands at some time in a gap, its edges left out; at rest it is silent. */
    private boolean commanding(long sinceNs, long fromNs, long toNs) {
        long edgeNs = LONGEST_GAP_NS / 2;
        return states.since(sinceNs).stream().map(Entry::value)
                .anyMatch(seen -> seen.commanding() && seen.stampNs() > fromNs + edgeNs && seen.stampNs() < toNs - edgeNs);
    }

    /** What moved, or was told to, though nothing should since these monotonic times. */
    public List<String> unrest(long silentNs, long stillNs) {
        int sent = commands.since(silentNs).size();
        List<Entry<Motion>> seen = motions.since(stillNs);
        double moved = seen.isEmpty() ? Double.NaN : 0;
        for (Entry<Motion> entry : seen) {
            moved = Math.max(moved, distance(entry.value().position(), seen.get(0).value().position()));
        }
        List<String> found = new ArrayList<>();
        if (sent > 0) {
            found.add(sent + " commands at rest");
        }
        if (!(moved <= STILL_PX)) {
            found.add("the robot at rest moved by " + moved + " px");
        }
        return found;
    }

    /** By how much the commands since a monotonic time lead on from the first of them, px. */
    public double ledOn(long sinceNs) {
        List<Entry<Command>> sent = commands.since(sinceNs);
        double most = 0;
        for (Entry<Command> entry : sent) {
            for (double[] point : entry.value().points()) {
                most = Math.max(most, distance(point, sent.get(0).value().points().get(0)));
            }
        }
        return most;
    }

    @Override
    public void close() {
        states.close();
        commands.close();
        motions.close();
    }
}
