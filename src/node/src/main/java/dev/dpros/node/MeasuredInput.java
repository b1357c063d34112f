package dev.dpros.node;

import dev.dpros.config.ActionSection;
import dev.dpros.config.MeasuredSection;
import dev.dpros.config.RobotConfig;
import dev.dpros.config.SourceSection;
import dev.dpros.control.Interpolation;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.FieldPath;
import dev.dpros.core.InputException;
import dev.dpros.diffusion.PolicyConfig;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;

/**
 * Which values are the measured position of an output: those that its {@code measured} names, else its joints by name in the
 * policy's joint states.
 *
 * @param section of the output, for messages
 * @param key of the policy's input that has these values, or null: a subscription of its own
 * @param at indices of the values in that input, or null where it has just these
 * @param topic topic
 * @param type message type
 * @param field path with one value per dimension of the action
 * @param staleAfterMs age beyond which they are stale
 */
record MeasuredInput(String section, String key, int[] at, String topic, String type, String field, double staleAfterMs) {
    private static final String JOINT_STATE = "sensor_msgs/JointState";
    private static final String POSITION = "position[";
    private static final double STALE_MS = 500;

    /**
     * Finds it.
     *
     * @param entry index of the output
     * @return null if there is none, which a robot that is commanded in steps may do without
     * @throws InputException in one line naming both sides, if there is none for smooth control, or it does not fit
     */
    static MeasuredInput of(RobotConfig config, int entry, PolicyConfig policy) {
        ActionSection action = config.actions().get(entry);
        MeasuredSection wanted = action.measured();
        List<String> joints = action.joints();
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
            return without(config, entry, key, state);
        }
        String section = config.layout().key(entry);
        requireOrder(section, field, joints);
        double staleMs = state == null ? STALE_MS : state.staleAfterMs();
        boolean same = state != null && state.field() != null && state.typeFor(FeatureSpec.Kind.STATE).equals(type)
                && FieldPath.parse(state.field()).text().replace(" ", "").equals(field.replace(" ", ""));
        boolean part = !same && state != null && config.layout().several();
        int[] at = !part || !state.typeFor(FeatureSpec.Kind.STATE).equals(type) ? null : places(state.field(), field);
        return new MeasuredInput(section, same || at != null ? key : null, at, topic, type, field, staleMs);
    }

    /** Where the names of one {@code position[...]} stand in another; null if it has not all of them, or a path is another. */
    private static int[] places(String in, String of) {
        if (in == null || !in.startsWith(POSITION) || !of.startsWith(POSITION)) {
            return null;
        }
        List<String> names = FieldPath.parse(in).names();
        int[] at = FieldPath.parse(of).names().stream().mapToInt(names::indexOf).toArray();
        return at.length == 0 || Arrays.stream(at).anyMatch(place -> place < 0) ? null : at;
    }

    private static MeasuredInput without(RobotConfig config, int entry, String key, SourceSection state) {
        ActionSection action = config.actions().get(entry);
        String section = config.layout().key(entry);
        if (action.interpolationOr(config.control().interpolation()) != Interpolation.ZERO_ORDER_HOLD) {
            throw InputException.of(section, "measured", "the measured position of joints " + action.joints(),
                    state == null ? "no joint states among the observations" : "observations." + key + " with "
                            + state.field() + " on " + state.topic(),
                    "add " + section + ".measured: {topic, type, field}");
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
    private static void requireOrder(String section, String field, List<String> joints) {
        List<String> names = FieldPath.parse(field).names();
        if (!names.equals(joints) && new HashSet<>(names).equals(new HashSet<>(joints))) {
            throw InputException.of(section + ".measured", "field " + field, "the order of action.joints " + joints,
                    names.toString(), "write the names in the action's order");
        }
    }

    /** Requires so many values. @throws InputException naming both sides */
    void requireSize(int found, List<String> joints) {
        if (found != joints.size()) {
            throw InputException.of(section + ".measured", "field " + field, joints.size() + " values (" + section + ".joints " + joints + ")",
                    found + " values", "");
        }
    }
}
