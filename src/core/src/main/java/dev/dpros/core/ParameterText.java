package dev.dpros.core;

import java.math.BigInteger;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The text of a parameter, as in {@code _name:=text}, as roscpp and as rospy read it: roscpp tries a 32-bit whole number, a
 * number, true/false, each as C++ streams read them; rospy reads a plain YAML 1.1 scalar. The two differ: {@code 017} is 17
 * for the one and 15 for the other, {@code yes} text for the one and true for the other. Stateless; not for hot paths.
 */
public final class ParameterText {
    private static final Pattern CPP_WHOLE = Pattern.compile("[-+]?[0-9]+");
    private static final Pattern CPP_NUMBER = Pattern.compile("[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]+)?");
    private static final Pattern CPP_INFINITE = Pattern.compile("(?i)[-+]?inf(inity)?");
    private static final Pattern CPP_NAN = Pattern.compile("(?i)[-+]?nan");
    private static final Pattern YAML_WHOLE = Pattern.compile("[-+]?(0b[01_]+|0[0-7_]+|0|[1-9][0-9_]*|0x[0-9a-fA-F_]+)");
    private static final Pattern YAML_CLOCK = Pattern.compile("[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\\.[0-9_]*)?");
    private static final Pattern YAML_NUMBER =
            Pattern.compile("[-+]?[0-9][0-9_]*\\.[0-9_]*([eE][-+][0-9]+)?|\\.[0-9][0-9_]*([eE][-+][0-9]+)?");
    private static final Pattern YAML_INFINITE = Pattern.compile("[-+]?\\.(inf|Inf|INF)");
    private static final Pattern YAML_NAN = Pattern.compile("\\.(nan|NaN|NAN)");
    private static final Set<String> CPP_TRUE = Set.of("true", "True", "TRUE");
    private static final Set<String> CPP_FALSE = Set.of("false", "False", "FALSE");
    private static final Set<String> YAML_TRUE = Set.of("true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON");
    private static final Set<String> YAML_FALSE = Set.of("false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF");

    private ParameterText() {}

    /** As roscpp reads it: Integer, Double, Boolean or the text itself. */
    public static Object roscpp(String text) {
        if (CPP_WHOLE.matcher(text).matches() && new BigInteger(text).bitLength() < Integer.SIZE) {
            return Integer.valueOf(text);
        }
        if (CPP_NUMBER.matcher(text).matches()) {
            double value = Double.parseDouble(text);
            return Double.isInfinite(value) ? (Object) text : (Object) value;
        }
        if (CPP_INFINITE.matcher(text).matches()) {
            return text.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
        if (CPP_NAN.matcher(text).matches()) {
            return Double.NaN;
        }
        return CPP_TRUE.contains(text) ? (Object) true : CPP_FALSE.contains(text) ? (Object) false : text;
    }

    /** As rospy reads a plain scalar: Integer, BigInteger (what no parameter server holds), Double, Boolean or the text itself. */
    public static Object rospy(String given) {
        String text = given.strip();
        if (YAML_WHOLE.matcher(text).matches()) {
            BigInteger value = whole(text);
            return value == null ? text : value.bitLength() < Integer.SIZE ? (Object) value.intValue() : value;
        }
        if (YAML_CLOCK.matcher(text).matches()) {
            return clock(text.replace("_", ""));
        }
        if (YAML_NUMBER.matcher(text).matches()) {
            return Double.valueOf(text.replace("_", ""));
        }
        if (YAML_INFINITE.matcher(text).matches()) {
            return text.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
        if (YAML_NAN.matcher(text).matches()) {
            return Double.NaN;
        }
        return YAML_TRUE.contains(text) ? (Object) true : YAML_FALSE.contains(text) ? (Object) false : text;
    }

    /** A number where either reads one; else the text. @throws InputException with both readings where they differ */
    public static Object number(String where, String text) {
        return either(where, text, value -> value instanceof Number);
    }

    /** True or false where either reads one; else the text. @throws InputException with both readings where they differ */
    public static Object truth(String where, String text) {
        return either(where, text, value -> value instanceof Boolean);
    }

    /** Whether both read the same. */
    public static boolean agreed(String text) {
        return same(roscpp(text), rospy(text));
    }

    private static Object either(String where, String text, Predicate<Object> fits) {
        Object one = roscpp(text);
        Object other = rospy(text);
        if (fits.test(one) && fits.test(other) && !same(one, other)) {
            throw InputException.of(where, "value", "a value that roscpp and rospy read alike", "'" + text + "': " + one
                    + " for roscpp, " + other + " for rospy", "write it in plain decimal digits");
        }
        return fits.test(one) ? one : fits.test(other) ? other : text;
    }

    private static boolean same(Object one, Object other) {
        return one instanceof Number a && other instanceof Number b
                ? Double.compare(a.doubleValue(), b.doubleValue()) == 0 : one.equals(other);
    }

    private static @Nullable BigInteger whole(String text) {
        String digits = text.replace("_", "");
        boolean negative = digits.startsWith("-");
        digits = digits.replaceFirst("^[-+]", "");
        int radix = digits.startsWith("0b") ? 2 : digits.startsWith("0x") ? 16 : digits.length() > 1 && digits.startsWith("0") ? 8 : 10;
        digits = radix == 2 || radix == 16 ? digits.substring(2) : digits;
        if (digits.isEmpty()) {
            return null;
        }
        BigInteger value = new BigInteger(digits, radix);
        return negative ? value.negate() : value;
    }

    /** 1:30 is 90 in YAML 1.1. */
    private static Object clock(String text) {
        double value = 0;
        for (String part : text.replaceFirst("^[-+]", "").split(":")) {
            value = value * 60 + Double.parseDouble(part);
        }
        value = text.startsWith("-") ? -value : value;
        return text.contains(".") || value != (int) value ? (Object) value : (Object) (int) value;
    }
}
