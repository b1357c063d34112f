package dev.dpros.setup;

import dev.dpros.config.CheckMark;
import dev.dpros.diffusion.Normalizer;
import dev.dpros.setup.JointDraft.Value;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * First limits of the action's joints: positions as the URDF says, a quarter of its velocity; what it does not say follows from
 * that and is marked. Of joints that no URDF has, from the range of the policy's own data. Stateless.
 */
final class LimitDraft {
    /** Share of the robot's greatest velocity. */
    private static final double SHARE = 0.25;
    private static final double REACHED_IN_S = 1;
    private static final double JERK_PER_ACCELERATION = 10;
    private static final double UNKNOWN_VELOCITY = 1;
    private static final int DIGITS = 9;
    private static final double TURN = 2 * Math.PI;
    private static final String NOT_IN_URDF = CheckMark.of("not in the URDF");
    private static final String SOFT = "# the soft limits of the URDF's safety controller";
    private static final String FROM_MOVEIT = "# as joint_limits.yaml says";

    private final RobotJoints robot;
    private final MoveItLimits moveIt;
    private final Questions questions;

    LimitDraft(RobotJoints robot, MoveItLimits moveIt, Questions questions) {
        this.robot = robot;
        this.moveIt = moveIt;
        this.questions = questions;
    }

    /**
     * One joint's.
     *
     * @param position measured now; NaN if not known
     * @param data the policy's normalizer of the action; may be null
     * @param dim which dimension of the action
     */
    JointDraft of(String name, double position, @Nullable Normalizer data, int dim) {
        RobotJoints.Joint joint = robot.joint(name);
        MoveItLimits.Limits more = moveIt.of(name);
        Value[] range = joint == null ? dataRange(name, data, dim) : joint.endless() ? turns(name, position)
                : new Value[] {new Value(joint.lower(), ""), new Value(joint.upper(), joint.soft() ? SOFT : "")};
        range = narrowed(range, more);
        Value velocity = velocity(joint, more, range[1].number() - range[0].number());
        Value acceleration = more.acceleration() > 0 ? new Value(more.acceleration(), FROM_MOVEIT)
                : guess(velocity.number() / REACHED_IN_S, joint == null ? CheckMark.of("velocity / 1 s") : NOT_IN_URDF);
        Value jerk = more.jerk() > 0 ? new Value(more.jerk(), FROM_MOVEIT)
                : guess(JERK_PER_ACCELERATION * acceleration.number(), joint == null ? CheckMark.of("ten times the acceleration") : NOT_IN_URDF);
        return new JointDraft(name, joint == null ? "units" : joint.unit(), range[0], range[1], velocity, acceleration, jerk);
    }

    private static Value[] narrowed(Value[] range, MoveItLimits.Limits more) {
        Value lower = more.lower() > range[0].number() ? new Value(more.lower(), FROM_MOVEIT) : range[0];
        Value upper = more.upper() < range[1].number() ? new Value(more.upper(), FROM_MOVEIT) : range[1];
        return lower.number() < upper.number() ? new Value[] {lower, upper} : range;
    }

    private Value[] turns(String name, double position) {
        double turn = Double.isNaN(position) ? 0 : Math.round(position / TURN) * TURN;
        String remark = "# turns without an end: +-2 pi around " + (Double.isNaN(position) ? "0" : "its turn now");
        questions.assume(name + " turns without an end: its limits are +-2 pi around " + (turn == 0 ? "0" : plain(turn)));
        return new Value[] {new Value(turn - TURN, ""), new Value(turn + TURN, remark)};
    }

    private Value[] dataRange(String name, @Nullable Normalizer data, int dim) {
        double low = data == null ? -1 : Math.min(data.unnormalize(dim, -1), data.unnormalize(dim, 1));
        double high = data == null ? 1 : Math.max(data.unnormalize(dim, -1), data.unnormalize(dim, 1));
        if (!(low < high)) {
            low -= 1;
            high += 1;
        }
        Value lower = guess(low, "");
        Value upper = guess(high, CheckMark.of("in no URDF; range of the policy's data"));
        questions.assume(name + " is in no URDF: its limits are the range of the policy's data, " + plain(lower.number()) + " to " + plain(upper.number()));
        return new Value[] {lower, upper};
    }

    private static Value velocity(RobotJoints.@Nullable Joint joint, MoveItLimits.Limits more, double range) {
        double known = joint == null ? Double.NaN : joint.velocity();
        if (more.velocity() > 0) {
            known = Double.isNaN(known) ? more.velocity() : Math.min(known, more.velocity());
        }
        if (Double.isNaN(known)) {
            return joint == null ? guess(SHARE * range / REACHED_IN_S, CheckMark.of("a quarter of the range in 1 s"))
                    : new Value(SHARE * UNKNOWN_VELOCITY, NOT_IN_URDF);
        }
        return guess(SHARE * known, "# a quarter of the robot's " + plain(known));
    }

    /** A number that was computed, without the digits that computing made. */
    private static Value guess(double number, String remark) {
        return new Value(new BigDecimal(number, new MathContext(DIGITS)).doubleValue(), remark);
    }

    /** A number as YAML has it, without an exponent. */
    static String plain(double value) {
        return BigDecimal.valueOf(value).toPlainString();
    }

    /** How far a joint may be off, for one that is not measured in rad: a share of its range. */
    static String share(List<JointDraft> joints, double share, double radians) {
        if (joints.stream().allMatch(joint -> joint.unit().equals("rad"))) {
            return "";
        }
        StringBuilder text = new StringBuilder("{default: ").append(plain(radians));
        joints.stream().filter(joint -> !joint.unit().equals("rad")).forEach(joint -> text.append(", ").append(RobotYaml.quoted(joint.name()))
                .append(": ").append(String.format(Locale.ROOT, "%.4f", Math.max(1e-4, share * joint.range()))));
        return text.append('}').toString();
    }
}
