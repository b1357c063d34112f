package dev.dpros.core;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Elements of an input (channels, of an image) that had one value throughout the training data. Immutable; any thread;
 * looking allocates nothing.
 */
public final class ConstantElements {
    /** An input without such elements. */
    public static final ConstantElements NONE = new ConstantElements("", 1, new double[1], new int[0], List.of());
    private static final double TOLERANCE = 1e-4;

    private final String key;
    private final int size;
    private final double[] constants;
    private final int[] elements;
    private final List<String> names;

    private ConstantElements(String key, int size, double[] constants, int[] elements, List<String> names) {
        this.key = key;
        this.size = size;
        this.constants = constants;
        this.elements = elements;
        this.names = names;
    }

    /**
     * Those of a feature.
     *
     * @param constants one per element of a vector, or per channel of an image, robot units; NaN where the data varied
     */
    public static ConstantElements of(FeatureSpec feature, double[] constants) {
        int[] elements = IntStream.range(0, constants.length).filter(i -> !Double.isNaN(constants[i])).toArray();
        return elements.length == 0 ? NONE : new ConstantElements(feature.key(), feature.size(), constants.clone(), elements, List.of());
    }

    /** The same, with names for people, such as joint names; ignored unless there is one per element. */
    public ConstantElements named(List<String> newNames) {
        return newNames.size() == constants.length ? new ConstantElements(key, size, constants, elements, List.copyOf(newNames)) : this;
    }

    /** How far a live value may lie from this constant, robot units: a ten-thousandth, or of the constant where that is more. */
    public static double tolerance(double constant) {
        return TOLERANCE * Math.max(1, Math.abs(constant));
    }

    /** Whether a live value counts as this constant. */
    public static boolean same(double constant, double value) {
        return Math.abs(value - constant) <= tolerance(constant);
    }

    /** Whether there are none. */
    public boolean isEmpty() {
        return elements.length == 0;
    }

    /**
     * Looks for a value that is not its constant.
     *
     * @param values whole samples of the feature, one after another
     * @return its index in {@code values}, or -1
     */
    public int firstOff(float[] values) {
        if (elements.length == 0) {
            return -1;
        }
        int each = size / constants.length;
        for (int start = 0; start + size <= values.length; start += size) {
            for (int element : elements) {
                for (int at = start + element * each; at < start + (element + 1) * each; at++) {
                    if (!same(constants[element], values[at])) {
                        return at;
                    }
                }
            }
        }
        return -1;
    }

    /** The element (or channel) that an index of {@link #firstOff} belongs to. */
    public int element(int index) {
        return index % size / (size / constants.length);
    }

    /** Value of an element in the training data, robot units; NaN if it varied. */
    public double constant(int element) {
        return constants[element];
    }

    /** {@code observation.state[6] (gripper) is 0.3, was 0.04 throughout the training data (allowed: 0.0001 off)}. */
    public String text(int element, double value) {
        return label(element) + " is " + number(value) + ", was " + number(constants[element]) + " throughout the training data (allowed: "
                + number(tolerance(constants[element])) + " off)";
    }

    /** What to know of each, before anything runs. */
    public List<String> warnings() {
        List<String> lines = new ArrayList<>();
        for (int element : elements) {
            lines.add(label(element) + " was " + number(constants[element]) + " throughout the training data: another value would reach the "
                    + "network blown up; a live one that is more than " + number(tolerance(constants[element])) + " off is not driven on");
        }
        return lines;
    }

    private static String number(double value) {
        return Double.isFinite(value) ? BigDecimal.valueOf(value).round(new MathContext(6)).stripTrailingZeros().toPlainString()
                : String.valueOf(value);
    }

    private String label(int element) {
        return key + "[" + element + "]" + (names.isEmpty() ? "" : " (" + names.get(element) + ")");
    }
}
