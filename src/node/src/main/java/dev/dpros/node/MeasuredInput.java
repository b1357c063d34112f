package dev.dpros.node;

import dev.dpros.config.MeasuredSection;
import dev.dpros.config.RobotConfig;
import dev.dpros.config.SourceSection;
import dev.dpros.control.Interpolation;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.FieldPath;
import dev.dpros.core.InputException;
import dev.dpros.diffusion.PolicyConfig;
import java.util.HashSet;
import java.util.List;

/**
 * Which values are the robot's measured position: those that {@code action.measured} names, else the action's joints by
 * name in the policy's joint states.
 *
 * @param key of the policy's input that has just these values, or null: a subscription of its own
 * @param topic topic
 * @param type message type
 * @param field path with one value per dimension of the action
 * @param staleAfterMs age beyond which they are stale
 */
record MeasuredInput(String key, String topic, String type, String field, double staleAfterMs) {
    private static final String JOINT_STATE = "sensor_msgs/JointState";
    private static final double STALE_MS = 500;

    /**
     * Finds it.
     *
     * @return null if there is none, which a robot that is commanded in steps may do without
     * @throws InputException in one line naming both sides, if there is none for smooth control, or it does not fit
     */
    static MeasuredInput of(RobotConfig config, PolicyConfig policy) {
        MeasuredSection wanted = config.action().measured();
        List<String> joints = config.action().joints();
        String key = stateKey(config, policy, wanted.topic());
        SourceSection state = key == null ? null : config.observations().get(key);
        String topic = !wanted.topic().isEmpty() ? wanted.topic() : state == null ? "" : state.topic();
        String type = !wanted.type().isEmpty() ? wanted.type()
                : state == null ? JOINT_STATE : state.typeFor(FeatureSpec.Kind.STATE);
        String field = wanted.field();
        if (field.isEmpty() && !(wanted.topic().isEmpty() && !hasAll(state, joints))) {
            field = "position[" + String.join(",", joints) + "]";
        }
        if (topic.isEmpty() || field.isEmpty()) {
            return without(config, key, state);
        }
        requireOrder(field, joints);
        double staleMs = state == null ? STALE_MS : state.staleAfterMs();
        boolean same = state != null && state.field() != null && state.typeFor(FeatureSpec.Kind.STATE).equals(type)
                && FieldPath.parse(state.field()).text().replace(" ", "").equals(field.replace(" ", ""));
        return new MeasuredInput(same ? key : null, topic, type, field, staleMs);
    }

    private static MeasuredInput without(RobotConfig config, String key, SourceSection state) {
        if (config.control().interpolation() != Interpolation.ZERO_ORDER_HOLD) {
            throw InputException.of("action", "measured", "the measured position of joints " + config.action().joints(),
                    state == null ? "no joint states among the observations" : "observations." + key + " with "
                            + state.field() + " on " + state.topic(),
                    "add action.measured: {topic, type, field}");
        }
        return null;
    }

    /** The policy's first state input, of this topic if one is given; its key, or null. */
    private static String stateKey(RobotConfig config, PolicyConfig policy, String topic) {
        return policy.inputs().stream().filter(f -> f.kind() == FeatureSpec.Kind.STATE).map(FeatureSpec::key)
                .filter(key -> topic.isEmpty() || topic.equals(config.observations().get(key).topic())).findFirst().orElse(null);
    }

    private static boolean hasAll(SourceSection state, List<String> joints) {
        return state != null && state.field() != null && !state.field().isBlank()
                && new HashSet<>(FieldPath.parse(state.field()).names()).containsAll(joints);
    }

    /** The same joints in another order would move the wrong ones. */
    private static void requireOrder(String field, List<String> joints) {
        List<String> names = FieldPath.parse(field).names();
        if (!names.equals(joints) && new HashSet<>(names).equals(new HashSet<>(joints))) {
            throw InputException.of("action.measured", "field " + field, "the order of action.joints " + joints,
                    names.toString(), "write the names in the action's order");
        }
    }

    /** Requires so many values. @throws InputException naming both sides */
    void requireSize(int found, List<String> joints) {
        if (found != joints.size()) {
            throw InputException.of("action.measured", "field " + field, joints.size() + " values (action.joints " + joints + ")",
                    found + " values", "");
        }
    }
}
