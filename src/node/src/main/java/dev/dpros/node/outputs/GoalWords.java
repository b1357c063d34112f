package dev.dpros.node.outputs;

import dev.dpros.core.ActionClient.Progress;
import dev.dpros.core.CommandFrame;
import java.util.Map;

/** The goals of one type of action: what is said in them, and what is said of them. One thread; allocates. */
interface GoalWords {
    /** The action's type, {@code package/Name}. */
    String type();

    /** The fields of the goal for this motion. */
    Map<String, Object> goal(CommandFrame frame);

    /** Whether a goal that ended so, though not well, did what is wanted all the same. */
    boolean willDo(Progress ended);

    /** What the result says of how the goal ended; empty if nothing. Foreign text. */
    String result(Progress ended);
}
