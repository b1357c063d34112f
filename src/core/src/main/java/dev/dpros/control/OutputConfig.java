package dev.dpros.control;

import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One output of the control loop: which dimensions of the action it takes, and how. Immutable.
 *
 * @param name what people know it by; empty for the only one
 * @param dims {@code [a]} indices of its dimensions in the action, in the order in which its receiver has them
 * @param interpolation what a waypoint means to it until the next
 * @param atRest what it is sent once a motion has ended
 * @param measuredSource index of the source that delivers its measured position, or -1
 * @param openAt where its only dimension goes at an operator's stop, robot units; null: it stays
 */
public record OutputConfig(String name, List<Integer> dims, Interpolation interpolation, AtRest atRest, int measuredSource,
        @Nullable Double openAt) {
    /** Most outputs of one loop. */
    public static final int MOST = 8;

    /** @throws IllegalArgumentException naming the field, its value and the bound */
    public OutputConfig {
        dims = List.copyOf(dims);
        ControlConfig.require(!dims.isEmpty(), "outputs.dims", dims, "one or more");
        ControlConfig.require(openAt == null || dims.size() == 1, "outputs.dims", dims, "one, where open_at is given");
    }

    /** The output that takes the whole action, as the loop's own settings say. */
    static OutputConfig whole(ControlConfig config) {
        return new OutputConfig("", IntStream.range(0, config.dims()).boxed().toList(), config.interpolation(), config.rules().atRest(),
                config.rules().measuredSource(), null);
    }

    /** Whether it is commanded in steps. */
    public boolean stepped() {
        return interpolation == Interpolation.ZERO_ORDER_HOLD;
    }

    /** Its dimensions' names. @param names of the whole action */
    public List<String> names(List<String> names) {
        return dims.stream().map(names::get).toList();
    }

    /** {@code [a]}. */
    int[] dimArray() {
        return dims.stream().mapToInt(Integer::intValue).toArray();
    }
}
