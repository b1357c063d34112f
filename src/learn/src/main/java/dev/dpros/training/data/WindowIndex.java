package dev.dpros.training.data;

import java.util.Collections;
import java.util.List;
import java.util.function.IntUnaryOperator;

/** The windows of several data sets, numbered one after the other, each as often as it is repeated. Immutable; any thread. */
public final class WindowIndex {
    private final List<WindowBatches.Part> parts;
    private final List<IntUnaryOperator> recorded;
    private final int[] ends;

    /** @throws ArithmeticException if there are more than an int can count */
    public WindowIndex(List<WindowBatches.Part> parts) {
        this(parts, Collections.nCopies(parts.size(), IntUnaryOperator.identity()));
    }

    /**
     * Of parts that were made of recorded ones.
     *
     * @param recorded by part, the row for one of its own
     * @throws ArithmeticException if there are more than an int can count
     */
    public WindowIndex(List<WindowBatches.Part> parts, List<IntUnaryOperator> recorded) {
        this.parts = List.copyOf(parts);
        this.recorded = List.copyOf(recorded);
        ends = new int[parts.size()];
        int end = 0;
        for (int p = 0; p < ends.length; p++) {
            end = Math.addExact(end, Math.multiplyExact(parts.get(p).windows().count(), parts.get(p).repeats()));
            ends[p] = end;
        }
    }

    /** Number of windows. */
    public int count() {
        return ends.length == 0 ? 0 : ends[ends.length - 1];
    }

    /** Which data set one is of. */
    public int part(int number) {
        int part = 0;
        while (number >= ends[part]) {
            part++;
        }
        return part;
    }

    /** Its number within its data set. */
    int window(int number) {
        int part = part(number);
        return (number - (part == 0 ? 0 : ends[part - 1])) % parts.get(part).windows().count();
    }

    /** Recorded row of its step {@code t} within its data set, clipped to its episode. */
    public int row(int number, int t) {
        int part = part(number);
        return recorded.get(part).applyAsInt(parts.get(part).windows().row(window(number), t));
    }
}
