package dev.dpros.training.data;

import java.util.List;

/** The windows of several data sets, numbered one after the other, each as often as it is repeated. Immutable; any thread. */
public final class WindowIndex {
    private final List<WindowBatches.Part> parts;
    private final int[] ends;

    /** @throws ArithmeticException if there are more than an int can count */
    public WindowIndex(List<WindowBatches.Part> parts) {
        this.parts = List.copyOf(parts);
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

    /** Row of its step {@code t} within its data set, clipped to its episode. */
    public int row(int number, int t) {
        return parts.get(part(number)).windows().row(window(number), t);
    }
}
