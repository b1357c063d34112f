package dev.dpros.node;

import dev.dpros.core.PositionSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The measured positions of several outputs as those of the whole action, each from a source of its own: not a number where
 * nothing is known. Built by one thread, then read by the control thread; allocates nothing.
 */
final class MeasuredPositions implements PositionSource {
    private record Part(PositionSource source, int[] dims, double[] values) {}

    private final List<Part> parts = new ArrayList<>();

    /** Adds an output's. @param dims indices of its dimensions in the action */
    void add(PositionSource source, List<Integer> dims) {
        parts.add(new Part(source, dims.stream().mapToInt(Integer::intValue).toArray(), new double[dims.size()]));
    }

    @Override
    public boolean read(double[] out) {
        boolean any = false;
        for (int i = 0; i < parts.size(); i++) {
            Part part = parts.get(i);
            boolean known = part.source.read(part.values) && finite(part.values);
            for (int d = 0; d < part.dims.length; d++) {
                out[part.dims[d]] = known ? part.values[d] : Double.NaN;
            }
            any |= known;
        }
        return any;
    }

    private static boolean finite(double[] values) {
        for (double value : values) {
            if (!Double.isFinite(value)) {
                return false;
            }
        }
        return true;
    }

    /** Some of the values of a source of {@code size}, by index. */
    static PositionSource picked(PositionSource source, int size, int[] at) {
        double[] all = new double[size];
        int[] indices = Arrays.copyOf(at, at.length);
        return out -> {
            boolean known = source.read(all);
            for (int i = 0; known && i < indices.length; i++) {
                out[i] = all[indices[i]];
            }
            return known;
        };
    }
}
