package dev.dpros.node.audit;

import dev.dpros.config.ActionSection;
import dev.dpros.config.MeasuredSection;
import dev.dpros.config.RecordSection;
import dev.dpros.config.RobotConfig;
import dev.dpros.config.SourceSection;
import dev.dpros.control.Interpolation;
import dev.dpros.control.MotionRules;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.FieldPath;
import dev.dpros.core.InputException;
import dev.dpros.core.MessageType;
import dev.dpros.core.VectorReader;
import dev.dpros.messages.ControllerStateWriter;
import dev.dpros.node.record.RecordingPlan;
import dev.dpros.safety.JointLimits;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * Takes a robot's messages, live or recorded, to what judges them: commands, {@code ~state} and the measured position.
 * Any thread, one after the other; allocates.
 */
public final class AuditFeed {
    /** Type of {@code ~state}. */
    public static final String STATE = ControllerStateWriter.TYPE;
    /** The only type whose limits are checked. */
    public static final String TRAJECTORY = "trajectory_msgs/JointTrajectory";
    private static final int DRIVING = 1;

    /** A topic that is read. */
    public record Topic(String name, String type, String field) {}

    private final Topic command;
    private final Topic measured;
    private String stateTopic;
    private final CommandAudit limits;
    private final MotionAudit motion;
    private final String section;
    private final int dims;
    private final int[] own;
    private final Map<String, VectorReader> readers = new HashMap<>();
    private long counted;
    private boolean stateSeen;
    private boolean measuredSeen;

    /**
     * A feed of one output.
     *
     * @param entry its index among the configuration's
     * @param resolve makes a topic's full name of the configuration's
     * @param stateTopic full name of {@code ~state}; empty until {@link #stateOn}
     */
    public AuditFeed(RobotConfig robot, int entry, UnaryOperator<String> resolve, String stateTopic) {
        ActionSection action = robot.actions().get(entry);
        section = robot.layout().key(entry);
        List<String> joints = action.joints();
        dims = robot.layout().names().size();
        own = robot.layout().dims(entry).stream().mapToInt(Integer::intValue).toArray();
        command = new Topic(resolve.apply(action.topic()), action.type(),
                RecordingPlan.usualField(new RecordSection.Topic(action.topic(), action.type(), ""), joints));
        measured = measured(robot, action, resolve);
        this.stateTopic = stateTopic;
        List<JointLimits> jointLimits = action.jointLimits();
        limits = new CommandAudit(jointLimits);
        motion = new MotionAudit(rules(robot, action, jointLimits, own));
    }

    /** The configured input, else one that has all the output's joints by name; an empty name if there is none. */
    private static Topic measured(RobotConfig robot, ActionSection action, UnaryOperator<String> resolve) {
        MeasuredSection wanted = action.measured();
        List<String> joints = action.joints();
        String byName = "position[" + String.join(",", joints) + "]";
        if (!wanted.topic().isEmpty()) {
            return new Topic(resolve.apply(wanted.topic()), wanted.type().isEmpty() ? "sensor_msgs/JointState" : wanted.type(),
                    wanted.field().isEmpty() ? byName : wanted.field());
        }
        for (SourceSection source : new TreeMap<>(robot.observations()).values()) {
            boolean vector = source.field() != null && !source.field().isBlank();
            if (vector && new HashSet<>(FieldPath.parse(source.field()).names()).containsAll(joints)) {
                return new Topic(resolve.apply(source.topic()), source.typeFor(FeatureSpec.Kind.STATE), byName);
            }
        }
        return new Topic("", "", "");
    }

    private static MotionAudit.Rules rules(RobotConfig robot, ActionSection action, List<JointLimits> limits, int[] own) {
        MotionRules rules = robot.motionRules(-1);
        boolean velocities = action.velocities();
        boolean steps = action.interpolationOr(robot.control().interpolation()) == Interpolation.ZERO_ORDER_HOLD;
        double[] takeUp = new double[limits.size()];
        double stop = 0;
        for (int d = 0; d < takeUp.length; d++) {
            JointLimits joint = limits.get(d);
            boolean contact = rules.contact().get(own[d]);
            // A robot that is commanded in steps may be sent as far as its velocity allows at once.
            double step = steps ? joint.maxVelocity() / robot.control().policyRateHz() : 0;
            takeUp[d] = contact || velocities ? Double.POSITIVE_INFINITY : rules.takeUp().get(own[d]) + step;
            double seconds = steps ? 1 / robot.control().policyRateHz()
                    : joint.maxVelocity() / joint.maxAcceleration() + 2 * joint.maxAcceleration() / joint.maxJerk();
            stop = Double.isFinite(seconds) ? Math.max(stop, seconds) : stop;
        }
        return new MotionAudit.Rules(action.joints().toArray(new String[0]), takeUp, action.atRest(),
                Math.round(1e9 / robot.control().rateHz()), Math.round(stop * 1e9));
    }

    /** Sets the full name of {@code ~state}; before its first message. */
    synchronized void stateOn(String topic) {
        stateTopic = topic;
    }

    /** What to read; the command topic first. */
    public List<Topic> topics() {
        Topic state = new Topic(stateTopic, STATE, "");
        return measured.name.isEmpty() ? List.of(command, state) : List.of(command, state, measured);
    }

    /** Takes a message of one of the topics. @throws InputException if it does not have what the configuration says */
    public synchronized void take(String topic, MessageType type, ByteBuffer message, long receivedNs) {
        if (topic.equals(command.name)) {
            command(type, message, receivedNs);
        }
        if (topic.equals(stateTopic)) {
            state(type.decode(message), receivedNs);
        }
        if (topic.equals(measured.name)) {
            double[] values = vector(measured, type, message);
            if (values != null) {
                measuredSeen = true;
                motion.measured(receivedNs, values);
            }
        }
    }

    private void command(MessageType type, ByteBuffer message, long receivedNs) {
        if (!type.type().equals(command.type)) {
            throw InputException.of("topic " + command.name, "type", command.type + " (" + section + ".type)", type.type(), "");
        }
        double[] values = vector(command, type, message);
        boolean anew = command.type.equals(TRAJECTORY) && limits.check(trajectory(type.decode(message)));
        motion.command(receivedNs, values == null ? new double[0] : values, anew);
    }

    /** Null if the message does not have the values. */
    private double[] vector(Topic topic, MessageType type, ByteBuffer message) {
        VectorReader reader = readers.computeIfAbsent(topic.name + " " + topic.field, key -> type.vector(topic.field));
        float[] values = new float[reader.size()];
        if (!reader.read(message, values, 0)) {
            return null;
        }
        double[] wide = new double[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }

    private void state(Map<String, Object> state, long receivedNs) {
        stateSeen = true;
        boolean human = Boolean.TRUE.equals(state.get("intervention"));
        boolean policy = ((Number) state.get("state")).intValue() <= DRIVING;
        motion.state(receivedNs, (Boolean) state.get("commanding"), human || policy);
        if (!measuredSeen && state.get("measured") instanceof double[] values && values.length == dims) {
            double[] position = Arrays.stream(own).mapToDouble(d -> values[d]).toArray();
            if (Arrays.stream(position).allMatch(Double::isFinite)) {
                motion.measured(receivedNs, position);
            }
        }
    }

    /** Where headers have no number, none is missed. */
    private CommandAudit.Trajectory trajectory(Map<String, Object> message) {
        List<?> points = (List<?>) message.get("points");
        int dims = points.isEmpty() ? 0 : ((double[]) ((Map<?, ?>) points.get(0)).get("positions")).length;
        long[] times = new long[points.size()];
        double[] positions = new double[points.size() * dims];
        double[] velocities = new double[points.size() * dims];
        for (int i = 0; i < times.length; i++) {
            Map<?, ?> point = (Map<?, ?>) points.get(i);
            times[i] = ((Number) point.get("time_from_start")).longValue();
            copy(point.get("positions"), positions, i * dims, dims);
            copy(point.get("velocities"), velocities, i * dims, dims);
        }
        Map<?, ?> header = (Map<?, ?>) message.get("header");
        counted++;
        return new CommandAudit.Trajectory(header.get("seq") instanceof Number sequence ? sequence.longValue() : counted,
                ((Number) header.get("stamp")).longValue(), times, positions, velocities);
    }

    /** Of another number of values, as another node's messages may be, nothing can be said: not a number. */
    private static void copy(Object values, double[] out, int offset, int dims) {
        double[] from = (double[]) values;
        for (int d = 0; d < dims; d++) {
            out[offset + d] = from.length == dims ? from[d] : Double.NaN;
        }
    }

    /** Judges what is left, and says what was found. */
    public synchronized Result result() {
        motion.finish();
        Map<String, Long> findings = new LinkedHashMap<>();
        limits.findings().forEach((kind, count) -> findings.put(kind.name(), count));
        motion.findings().forEach((kind, count) -> findings.put(kind.name(), count));
        return new Result(findings, limits, motion, command.type.equals(TRAJECTORY), stateSeen);
    }

    /**
     * What was found.
     *
     * @param findings how often each
     * @param trajectories whether limits could be checked
     * @param state whether {@code ~state} was seen
     */
    public record Result(Map<String, Long> findings, CommandAudit limits, MotionAudit motion, boolean trajectories, boolean state) {
        /** Whether something was commanded, and all of it as it should be. */
        public boolean good() {
            return findings.isEmpty() && motion.commands() > 0;
        }
    }
}
