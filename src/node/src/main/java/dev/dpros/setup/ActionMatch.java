package dev.dpros.setup;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.FieldPath;
import dev.dpros.core.TopicInfo;
import dev.dpros.setup.RobotDraft.ActionDraft;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds where commands go: to one topic, or, where somebody listens to commands of a gripper alone, to one for the arm and one for that.
 * One thread; asks where names and types do not decide.
 */
final class ActionMatch {
    static final String TRAJECTORY = "trajectory_msgs/JointTrajectory";
    /** A gripper's own type; its server's goals, which are a topic in ROS 1; and the server. */
    private static final String GRIPPER = "control_msgs/GripperCommand";
    private static final String GRIPPER_GOALS = "control_msgs/GripperCommandActionGoal";
    private static final String GRIPPER_SERVER = "control_msgs/GripperCommandAction";
    private static final String GOALS = "/goal";

    /** Name of topic or action, and type, of all to which somebody listens and nobody publishes. */
    private final Map<String, String> heard = new LinkedHashMap<>();
    private final List<SeenTopic> seen;
    private final Questions questions;

    ActionMatch(Map<String, TopicInfo> topics, List<SeenTopic> seen, Questions questions) {
        this.seen = seen;
        this.questions = questions;
        topics.forEach((name, info) -> {
            boolean open = info.subscribers() != 0 && info.publishers() == 0;
            if (open && List.of(TRAJECTORY, SeenTopic.ARRAY, GRIPPER).contains(info.type())) {
                heard.put(name, info.type());
            } else if (open && info.type().equals(GRIPPER_GOALS) && name.endsWith(GOALS)) {
                heard.put(name.substring(0, name.length() - GOALS.length()), GRIPPER_SERVER);
            }
        });
    }

    /** Whether a type is one of a single gripper, which makes its own motion. */
    static boolean ofGripper(String type) {
        return type.equals(GRIPPER) || type.equals(GRIPPER_SERVER);
    }

    /** One draft, or the arm's and the gripper's. */
    List<ActionDraft> of(List<JointDraft> joints, List<InputDraft> inputs) {
        List<JointDraft> hand = joints.stream().filter(joint -> TopicMatch.holds(joint.name())).toList();
        List<JointDraft> arm = joints.stream().filter(joint -> !hand.contains(joint)).toList();
        List<String> ofHand = heard.keySet().stream().filter(TopicMatch::holds)
                .filter(topic -> !ofGripper(heard.get(topic)) || hand.size() == 1).toList();
        List<String> others = heard.keySet().stream().filter(topic -> !ofGripper(heard.get(topic))).toList();
        if (arm.isEmpty() || hand.isEmpty() || ofHand.isEmpty()) {
            return List.of(one(joints, arm.isEmpty() && hand.size() == 1 && !ofHand.isEmpty() ? ofHand : others, inputs));
        }
        return List.of(one(arm, others.stream().filter(topic -> !ofHand.contains(topic)).toList(), inputs), one(hand, ofHand, inputs));
    }

    private ActionDraft one(List<JointDraft> joints, List<String> topics, List<InputDraft> inputs) {
        List<String> names = joints.stream().map(JointDraft::name).toList();
        String measured = inputs.stream().anyMatch(input -> input.feature().kind() == FeatureSpec.Kind.STATE && !input.field().isEmpty()
                && FieldPath.parse(input.field()).names().containsAll(names)) ? "" : seen.stream()
                .filter(topic -> topic.names().containsAll(names)).map(SeenTopic::name).findFirst().orElse("");
        List<String> best = topics.stream().sorted(Comparator.comparingInt((String topic) -> -fits(topic, names)).thenComparing(topic -> topic)).toList();
        if (best.isEmpty()) {
            questions.assume("nobody was seen to listen to commands: /arm_controller/command stands in their place");
            return new ActionDraft("/arm_controller/command", TRAJECTORY, joints, measured, "nobody listens there now", true);
        }
        boolean clear = best.size() == 1 || fits(best.get(0), names) > fits(best.get(1), names);
        String topic = clear ? best.get(0) : questions.choose("Which topic takes the commands of " + String.join(", ", names) + "?", best);
        return new ActionDraft(topic, heard.get(topic), joints, measured, "", false);
    }

    /** A gripper's topic for those that hold, else any other; a gripper's own type before a trajectory, that before an array; a controller's first. */
    private int fits(String topic, List<String> joints) {
        boolean holds = joints.stream().allMatch(TopicMatch::holds);
        int type = ofGripper(heard.get(topic)) ? 4 : heard.get(topic).equals(TRAJECTORY) ? 2 : 0;
        return (TopicMatch.holds(topic) == holds ? 8 : 0) + type + (topic.contains("controller") ? 1 : 0);
    }
}
