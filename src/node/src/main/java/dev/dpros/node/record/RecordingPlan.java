package dev.dpros.node.record;

import dev.dpros.config.ActionLayout;
import dev.dpros.config.ActionSection;
import dev.dpros.config.RecordSection;
import dev.dpros.config.RobotConfig;
import dev.dpros.config.SourceSection;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.datasets.DatasetLayout;
import dev.dpros.messages.ControllerStateWriter;
import dev.dpros.observation.Interpolation;
import dev.dpros.observation.StampConfig;
import dev.dpros.recording.journal.SourceInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * Which topics a robot's configuration asks to record, and how they become a dataset. Immutable.
 *
 * @param topics what to subscribe to, each topic once
 * @param layout how to align it at export
 */
public record RecordingPlan(List<PlannedTopic> topics, DatasetLayout layout) {
    /**
     * One topic to record.
     *
     * @param key name of the source
     * @param role what it is to the policy
     * @param topic topic name, not yet resolved
     * @param type message type, or {@code *}
     * @param image whether its messages are pictures
     */
    public record PlannedTopic(String key, SourceInfo.Role role, String topic, String type, boolean image) {}

    /**
     * What a control node says of itself: its state, which tells at export when somebody drove, and as far as they are
     * published its chunks and plans. Without what the configuration has recorded anyway.
     *
     * @param resolve makes full names of the node's own
     */
    public static List<PlannedTopic> ofNode(RobotConfig config, UnaryOperator<String> resolve) {
        List<String> extra = config.record().extra().stream().map(resolve).toList();
        List<PlannedTopic> topics = new ArrayList<>();
        topics.add(new PlannedTopic("state", SourceInfo.Role.OTHER, resolve.apply("~state"), ControllerStateWriter.TYPE, false));
        if (config.outputs().chunk()) {
            topics.add(new PlannedTopic("chunk", SourceInfo.Role.OTHER, resolve.apply("~chunk"), "diffusion_policy_msgs/ActionChunk", false));
        }
        if (!config.outputs().plan().dims().isEmpty()) {
            topics.add(new PlannedTopic("plan", SourceInfo.Role.OTHER, resolve.apply("~plan"), "nav_msgs/Path", false));
        }
        topics.removeIf(topic -> extra.contains(topic.topic()));
        return List.copyOf(topics);
    }

    /** The plan for a configuration. @throws InputException if no action is to be recorded or a field is missing */
    public static RecordingPlan of(RobotConfig config) {
        List<PlannedTopic> topics = new ArrayList<>();
        List<DatasetLayout.Field> fields = new ArrayList<>();
        new TreeMap<>(config.observations()).forEach((key, source) -> {
            boolean image = source.field() == null || source.field().isBlank();
            topics.add(new PlannedTopic(key, SourceInfo.Role.OBSERVATION, source.topic(),
                    source.typeFor(image ? FeatureSpec.Kind.VISUAL : FeatureSpec.Kind.STATE), image));
            fields.add(observation(key, source, image));
        });
        addActions(config, topics, fields);
        for (String extra : config.record().extra()) {
            topics.add(new PlannedTopic(extra, SourceInfo.Role.OTHER, extra, "*", false));
        }
        return new RecordingPlan(List.copyOf(topics), new DatasetLayout(config.record().fps(), fields));
    }

    private static DatasetLayout.Field observation(String key, SourceSection source, boolean image) {
        FeatureSpec.Kind kind = image ? FeatureSpec.Kind.VISUAL
                : key.contains("environment_state") ? FeatureSpec.Kind.ENV : FeatureSpec.Kind.STATE;
        Interpolation usual = image ? Interpolation.NEAREST : Interpolation.LINEAR; // as the running policy sees it
        DatasetLayout.Align align = DatasetLayout.Align.valueOf((source.align() == null ? usual : source.align()).name());
        DatasetLayout.Stamp stamp =
                source.stamp() == StampConfig.Origin.HEADER ? DatasetLayout.Stamp.HEADER : DatasetLayout.Stamp.RECEIVED;
        return new DatasetLayout.Field(key, kind, key, image ? "" : source.field(), stamp, source.latencyMs(),
                align, List.of(), List.of(), source.grey());
    }

    private static void addActions(RobotConfig config, List<PlannedTopic> topics, List<DatasetLayout.Field> fields) {
        RecordSection.Topic commanded = config.record().commanded();
        if (commanded.topic().isEmpty() && !config.teleop().topic().isEmpty()) {
            // kept, but no column: it is silent while the policy drives
            topics.add(new PlannedTopic("command", SourceInfo.Role.COMMANDED_ACTION, config.teleop().topic(),
                    any(config.teleop().type()), false));
        }
        RecordSection.Topic sent = config.record().sent();
        List<String> names = config.layout().names();
        if (sent.topic().isEmpty()) {
            config.actions().stream().filter(ActionSection::server).findFirst().ifPresent(RecordingPlan::refuse);
        }
        if (sent.topic().isEmpty() && config.layout().several()) {
            addSent(config.layout(), topics, fields);
        } else if (sent.topic().isEmpty()) {
            sent = new RecordSection.Topic(config.action().topic(), config.action().type(), sent.field());
        }
        if (!sent.topic().isEmpty()) {
            add("action", "sent", SourceInfo.Role.SENT_ACTION, sent, names, topics, fields);
        }
        if (!commanded.topic().isEmpty() && !commanded.topic().equals(sent.topic())) {
            String key = fields.stream().anyMatch(field -> field.key().equals("action")) ? "action_commanded" : "action";
            add(key, "command", SourceInfo.Role.COMMANDED_ACTION, commanded, names, topics, fields);
        }
    }

    /** A goal is a plan, not what is commanded at each instant. */
    private static void refuse(ActionSection server) {
        throw InputException.of("record.sent", "topic", "one that has the commands, as " + server.topic() + " is an action's server", "none",
                "~state of the node has them: record.sent: {topic: /dpros/state, type: " + ControllerStateWriter.TYPE + "}");
    }

    /** What is sent to several outputs, as one vector in the policy's order. */
    private static void addSent(ActionLayout layout, List<PlannedTopic> topics, List<DatasetLayout.Field> fields) {
        List<DatasetLayout.Part> parts = new ArrayList<>();
        for (int i = 0; i < layout.entries().size(); i++) {
            ActionSection entry = layout.entries().get(i);
            String source = i == 0 ? "sent" : "sent_" + (i + 1);
            topics.add(new PlannedTopic(source, SourceInfo.Role.SENT_ACTION, entry.topic(), entry.type(), false));
            parts.add(new DatasetLayout.Part(source, usualField(new RecordSection.Topic(entry.topic(), entry.type(), ""), entry.joints()),
                    layout.dims(i)));
        }
        fields.add(new DatasetLayout.Field("action", FeatureSpec.Kind.ACTION, parts.get(0).source(), parts.get(0).path(),
                DatasetLayout.Stamp.HEADER, 0, DatasetLayout.Align.PREVIOUS, List.of(), layout.names(), false, parts));
    }

    private static void add(String key, String source, SourceInfo.Role role, RecordSection.Topic topic,
            List<String> names, List<PlannedTopic> topics, List<DatasetLayout.Field> fields) {
        topics.add(new PlannedTopic(source, role, topic.topic(), any(topic.type()), false));
        String path = topic.field().isEmpty() ? usualField(topic, names) : topic.field();
        fields.add(new DatasetLayout.Field(key, FeatureSpec.Kind.ACTION, source, path, DatasetLayout.Stamp.HEADER, 0,
                DatasetLayout.Align.PREVIOUS, List.of(), names));
    }

    /** Where a message of this type has the values. @throws InputException if that is not known */
    public static String usualField(RecordSection.Topic topic, List<String> names) {
        String joints = "[" + String.join(",", names) + "]";
        return switch (topic.type()) {
            case "trajectory_msgs/JointTrajectory" -> "points[0].positions[0:" + names.size() + "]";
            case "std_msgs/Float64" -> "data";
            case "control_msgs/GripperCommand" -> "position";
            case "sensor_msgs/JointState" -> "position" + joints;
            case "diffusion_policy_msgs/ActionChunk" -> "values[0:" + names.size() + "]";
            case "std_msgs/Float32MultiArray", "std_msgs/Float64MultiArray" -> "data[0:" + names.size() + "]";
            case "geometry_msgs/PoseStamped" -> "pose";
            case "geometry_msgs/TwistStamped" -> "twist";
            case ControllerStateWriter.TYPE -> "command[0:" + names.size() + "]";
            case "control_msgs/JointJog" -> "velocities[0:" + names.size() + "]";
            default -> throw InputException.of("record: " + topic.topic(), "field",
                    "a field path, such as position[joint1,joint2]", "none, and type '" + topic.type() + "' has no usual one",
                    "set record.commanded.field or record.sent.field");
        };
    }

    private static String any(String type) {
        return type.isEmpty() ? "*" : type;
    }
}
