package dev.dpros.config;

import dev.dpros.control.Interpolation;
import dev.dpros.control.OutputConfig;
import dev.dpros.core.NearestName;
import dev.dpros.safety.JointLimits;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * How the policy's action is shared out among the outputs: each dimension has a name, and is one output's. Immutable.
 *
 * @param names of the action's dimensions, in the policy's order
 * @param entries the outputs
 */
public record ActionLayout(List<String> names, List<ActionSection> entries) {
    /**
     * Shares them out.
     *
     * @param dimensions names in the policy's order; empty: those of the entries one after the other
     * @param several whether the entries were given as {@code actions}, for messages
     * @throws IllegalArgumentException naming the key, what was expected and found
     */
    static ActionLayout of(List<String> dimensions, List<ActionSection> entries, boolean several) {
        if (dimensions.stream().distinct().count() != dimensions.size()) {
            throw new IllegalArgumentException("dimensions: expected distinct names, found " + dimensions);
        }
        Map<String, String> takenBy = new HashMap<>();
        for (int i = 0; i < entries.size(); i++) {
            String key = several ? "actions." + i : "action";
            for (String name : entries.get(i).joints()) {
                if (!dimensions.isEmpty() && !dimensions.contains(name)) {
                    throw new IllegalArgumentException(key + ".joints: '" + name + "': expected one of dimensions " + dimensions
                            + NearestName.hint(name, dimensions));
                }
                String first = takenBy.putIfAbsent(name, key);
                if (first != null) {
                    throw new IllegalArgumentException(key + ".joints: '" + name + "': expected each dimension once, " + first + " takes it already");
                }
            }
        }
        List<String> left = dimensions.stream().filter(name -> !takenBy.containsKey(name)).toList();
        if (!left.isEmpty()) {
            throw new IllegalArgumentException("dimensions: expected an output for each, found none that takes " + left
                    + "; add it to the joints of one");
        }
        return new ActionLayout(dimensions.isEmpty() ? entries.stream().flatMap(entry -> entry.joints().stream()).toList()
                : List.copyOf(dimensions), List.copyOf(entries));
    }

    /** Whether there are several outputs. */
    public boolean several() {
        return entries.size() > 1;
    }

    /** Indices of an entry's dimensions in the action, in its own order. */
    public List<Integer> dims(int entry) {
        return entries.get(entry).joints().stream().map(names::indexOf).toList();
    }

    /** Which entry takes a dimension. */
    public int entryOf(int dim) {
        return IntStream.range(0, entries.size()).filter(i -> entries.get(i).joints().contains(names.get(dim))).findFirst().orElseThrow();
    }

    /** A key of an entry, as a message names it. */
    public String key(int entry) {
        return several() ? "actions." + entry : "action";
    }

    /** Limits in the policy's order. @throws IllegalArgumentException naming the joint, its value and the bound */
    public List<JointLimits> limits() {
        return inOrder(ActionSection::jointLimits);
    }

    /** How far a robot may be from its last command, in the policy's order. */
    List<Double> takeUp() {
        return inOrder(ActionSection::takeUpPerJoint);
    }

    /** Which dimensions may be blocked, in the policy's order. */
    List<Boolean> contacts() {
        return inOrder(ActionSection::contacts);
    }

    /** What a waypoint means to each dimension. @param common where an entry does not say */
    public List<Interpolation> interpolations(Interpolation common) {
        return inOrder(entry -> entry.joints().stream().map(name -> entry.interpolationOr(common)).toList());
    }

    /** Frame of the first entry's commands. */
    public String frameId() {
        return entries.get(0).frameId();
    }

    /** Their topics, for people. */
    public String topics() {
        return String.join(" and ", entries.stream().map(ActionSection::topic).toList());
    }

    private <T> List<T> inOrder(Function<ActionSection, List<T>> perEntry) {
        Map<String, T> byName = new HashMap<>();
        for (ActionSection entry : entries) {
            List<T> own = perEntry.apply(entry);
            for (int d = 0; d < own.size(); d++) {
                byName.put(entry.joints().get(d), own.get(d));
            }
        }
        return names.stream().map(byName::get).toList();
    }

    /** Whether one output takes the whole action in the policy's order. */
    private boolean whole() {
        return !several() && entries.get(0).joints().equals(names) && entries.get(0).openTarget() == null;
    }

    /**
     * The loop's outputs; empty where one takes the whole action.
     *
     * @param common interpolation where an entry does not say
     * @param measuredSource index of the source of an entry's measured position, or -1
     */
    public List<OutputConfig> outputs(Interpolation common, IntUnaryOperator measuredSource) {
        return whole() ? List.of() : IntStream.range(0, entries.size()).mapToObj(i -> {
            ActionSection entry = entries.get(i);
            return new OutputConfig(entry.topic(), dims(i), entry.interpolationOr(common), entry.atRest(), measuredSource.applyAsInt(i),
                    entry.openTarget());
        }).toList();
    }
}
