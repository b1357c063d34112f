package dev.dpros.node.outputs;

import dev.dpros.control.TickListener;
import dev.dpros.control.TickReport;
import dev.dpros.safety.CauseText;
import java.util.List;

/**
 * Whether the loop commands, whether the dead-man switch is held, and why it no longer repeats a position at rest. The
 * control thread writes, without allocating;
 * any thread reads.
 */
public final class RestWatch implements TickListener {
    private final List<String> joints;
    private volatile boolean commanding;
    private volatile boolean enabled;
    private volatile double leftBy;
    private volatile int leftDim = -1;

    /** Of a loop that has not ticked. @param joints names of the action's dimensions */
    public RestWatch(List<String> joints) {
        this.joints = List.copyOf(joints);
    }

    @Override
    public void ticked(TickReport report) {
        commanding = report.commanding;
        enabled = report.inputs.enabled;
        if (report.leftDim != leftDim) {
            leftBy = report.leftBy;
            leftDim = report.leftDim;
        }
    }

    /** Whether a command was sent at the last tick. */
    public boolean commanding() {
        return commanding;
    }

    /** Whether the dead-man switch was held at the last tick; true where there is none. */
    public boolean enabled() {
        return enabled;
    }

    /** Why a position is no longer repeated, with joint and difference; empty while there is no such reason. */
    public String left() {
        int dim = leftDim;
        return dim < 0 ? "" : CauseText.left(joints.get(dim), leftBy);
    }
}
