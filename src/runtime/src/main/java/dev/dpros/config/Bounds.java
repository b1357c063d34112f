package dev.dpros.config;

/** Range checks of configuration values, with messages that name field, bound and value. */
final class Bounds {
    private Bounds() {}

    /** @throws IllegalArgumentException if the value is outside {@code [min, max]} or NaN */
    static void inRange(String field, double value, double min, double max) {
        if (!(value >= min && value <= max)) {
            throw new IllegalArgumentException(field + ": expected " + number(min) + " to " + number(max) + ", found "
                    + number(value));
        }
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15 ? Long.toString((long) value) : Double.toString(value);
    }
}
