package dev.dpros.safety;

import java.util.ArrayList;
import java.util.List;

/**
 * A box that a commanded pose must stay in, for policies whose actions are positions in space: the named action
 * dimensions (for instance x, y, z) within {@code [min, max]}, in the frame of the action. Immutable.
 *
 * @param axes names of the action dimensions that span the box
 * @param min lower corner, m, frame of the action
 * @param max upper corner
 */
public record WorkspaceBox(List<String> axes, List<Double> min, List<Double> max) {
    /** No box. */
    public static final WorkspaceBox NONE = new WorkspaceBox(List.of(), List.of(), List.of());

    /** @throws IllegalArgumentException if the corners do not fit the axes or are in the wrong order */
    public WorkspaceBox {
        axes = List.copyOf(axes);
        min = List.copyOf(min);
        max = List.copyOf(max);
        if (min.size() != axes.size() || max.size() != axes.size()) {
            throw new IllegalArgumentException("workspace_box: expected " + axes.size() + " values per corner, found "
                    + min.size() + " and " + max.size());
        }
        for (int i = 0; i < axes.size(); i++) {
            if (!(min.get(i) < max.get(i))) {
                throw new IllegalArgumentException("workspace_box: " + axes.get(i) + ": expected min below max, found "
                        + min.get(i) + " and " + max.get(i));
            }
        }
    }

    /** The joint limits, narrowed to this box. @throws IllegalArgumentException if an axis is not among them */
    public List<JointLimits> narrow(List<JointLimits> limits) {
        List<JointLimits> out = new ArrayList<>(limits);
        for (int axis = 0; axis < axes.size(); axis++) {
            String name = axes.get(axis);
            int at = -1;
            for (int i = 0; i < out.size(); i++) {
                at = out.get(i).name().equals(name) ? i : at;
            }
            if (at < 0) {
                throw new IllegalArgumentException("workspace_box: axis: expected one of "
                        + limits.stream().map(JointLimits::name).toList() + ", found " + name);
            }
            out.set(at, out.get(at).within(min.get(axis), max.get(axis)));
        }
        return List.copyOf(out);
    }
}
