package dev.dpros.setup;

import dev.dpros.config.CheckMark;
import dev.dpros.core.FeatureSpec;
import java.util.List;
import java.util.stream.Collectors;

/** A draft as the commented YAML that {@code dpros run} reads. Stateless. */
final class RobotYaml {
    private static final String ROS2 = "ros2";
    private static final int REMARK_COLUMN = 44;
    private static final double TAKE_UP_RAD = 0.02;
    private static final double TRACKING_RAD = 0.2;
    private static final double TAKE_UP_SHARE = 0.02;
    private static final double TRACKING_SHARE = 0.1;
    private static final String PLAIN = "[A-Za-z_/][A-Za-z0-9_/.-]*";
    private static final List<String> WORDS = List.of("y", "n", "yes", "no", "on", "off", "true", "false", "null");

    private final StringBuilder out = new StringBuilder();
    private String indent = "";

    private RobotYaml() {}

    static String text(RobotDraft draft) {
        RobotYaml yaml = new RobotYaml();
        yaml.head(draft);
        yaml.observations(draft);
        yaml.actions(draft);
        yaml.control(draft);
        return yaml.out.toString();
    }

    /** A text as a YAML scalar: plain where that is safe. */
    static String quoted(String text) {
        boolean plain = text.matches(PLAIN) && WORDS.stream().noneMatch(text::equalsIgnoreCase);
        return plain ? text : '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private void head(RobotDraft draft) {
        line("# Written by dpros init; joints and limits from " + draft.source() + ".");
        line("# Every key is explained in docs/parameters.md. Lines marked 'check' are guesses: correct them, take the mark out.");
        line("#   ./dpros doctor --config FILE      what may still stand in the way");
        line("#   ./dpros run --config FILE         then: the service ~start; nothing moves before");
        line("policy: " + quoted(draft.policy()));
        line("");
        line("node:");
        if (!draft.transport().isEmpty()) {
            line("  transport: " + quoted(draft.transport()));
        }
        line("  autostart: false", "# nothing moves before ~start");
        line("  # enable_timeout_ms: 200", "# dead-man switch: ~enable must say true at least so often");
        line("");
        line("sampler:");
        draft.sampling().forEach(line -> line("  " + line));
        line("");
    }

    private void observations(RobotDraft draft) {
        line("observations:");
        for (InputDraft input : draft.inputs()) {
            line("  " + quoted(input.feature().key()) + ":");
            line("    topic: " + quoted(input.topic()), remark(input.remark(), input.guess()));
            line("    type: " + input.type());
            if (!input.field().isEmpty()) {
                line("    field: " + quoted(input.field()));
            }
            if (input.feature().kind() == FeatureSpec.Kind.VISUAL) {
                line("    fit: stretch", "# or crop, letterbox: as the policy's pictures were made");
            }
        }
        line("");
    }

    /** One output as {@code action}; several as the list {@code actions}. */
    private void actions(RobotDraft draft) {
        String order = draft.otherOrder() ? CheckMark.of("from the base outwards; in the policy's order?") : "# in the policy's order";
        boolean several = draft.actions().size() > 1;
        if (several) {
            line("dimensions: " + names(draft.joints()), order);
        }
        line(several ? "actions:" : "action:");
        for (RobotDraft.ActionDraft action : draft.actions()) {
            line((several ? "  - topic: " : "  topic: ") + quoted(action.topic()), remark(action.remark(), action.guess()));
            indent = several ? "    " : "  ";
            action(action, several ? "" : order, draft.transport().equals(ROS2));
            limits(action);
            indent = "";
        }
        line("");
    }

    private static String names(List<JointDraft> joints) {
        return "[" + joints.stream().map(joint -> quoted(joint.name())).collect(Collectors.joining(", ")) + "]";
    }

    private void action(RobotDraft.ActionDraft action, String order, boolean ros2) {
        line("type: " + action.type());
        line("joints: " + names(action.joints()), order);
        if (action.type().equals(ActionMatch.TRAJECTORY)) {
            line("stamp: zero", "# a trajectory begins on arrival");
            if (!ros2) { // whose controller takes a point at 0 s, and goes to a later one from where it is
                line("first_point: next", "# a joint_trajectory_controller drops a point at 0 s");
            }
        }
        if (!action.measured().isEmpty()) {
            line("measured: {topic: " + quoted(action.measured()) + "}");
        }
        String takeUp = LimitDraft.share(supervised(action.joints()), TAKE_UP_SHARE, TAKE_UP_RAD);
        if (!takeUp.isEmpty()) {
            line("take_up: " + takeUp, "# how far off the last command a start may go on from it");
        }
    }

    /** Those that nothing may block. */
    private static List<JointDraft> supervised(List<JointDraft> joints) {
        return joints.stream().filter(joint -> !TopicMatch.holds(joint.name())).toList();
    }

    private void limits(RobotDraft.ActionDraft action) {
        boolean ofGripper = ActionMatch.ofGripper(action.type());
        line("limits:");
        for (JointDraft joint : action.joints()) {
            line("  " + quoted(joint.name()) + ":", "# " + joint.unit());
            String remark = joint.upper().remark().isEmpty() ? joint.lower().remark() : joint.upper().remark();
            line("    position: [" + LimitDraft.plain(joint.lower().number()) + ", " + LimitDraft.plain(joint.upper().number()) + "]", remark);
            value("velocity", joint.velocity());
            if (!ofGripper) {
                value("acceleration", joint.acceleration());
                value("jerk", joint.jerk());
            }
            if (!ofGripper && TopicMatch.holds(joint.name())) {
                line("    contact: true", "# may be blocked, as by what it holds");
            }
        }
    }

    private void value(String key, JointDraft.Value value) {
        line("    " + key + ": " + LimitDraft.plain(value.number()), value.remark());
    }

    private void control(RobotDraft draft) {
        line("control:");
        line("  rate_hz: 100");
        line("  policy_rate_hz: " + LimitDraft.plain(draft.rateHz().hz()), draft.rateHz().guess() ? CheckMark.of("not in the policy")
                : "# of the policy's training data");
        line("  interpolation: cubic");
        line("  replan: {trigger: every_k_steps, every_steps: " + draft.actionSteps() + "}");
        String tracking = LimitDraft.share(supervised(draft.joints()), TRACKING_SHARE, TRACKING_RAD);
        if (!tracking.isEmpty()) {
            line("  max_tracking_error: " + tracking, "# a joint that stays farther from its command: hold");
        }
    }

    private static String remark(String text, boolean guess) {
        return text.isEmpty() ? "" : guess ? CheckMark.of(text) : "# " + text;
    }

    private void line(String text) {
        out.append(text.isEmpty() ? "" : indent).append(text).append('\n');
    }

    private void line(String text, String remark) {
        line(remark.isEmpty() ? text : text + " ".repeat(Math.max(1, REMARK_COLUMN - indent.length() - text.length())) + remark);
    }
}
