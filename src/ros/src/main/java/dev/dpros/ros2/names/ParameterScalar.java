package dev.dpros.ros2.names;

import java.util.Set;
import java.util.regex.Pattern;

/** A plain YAML scalar as rcl's parameter parser reads it: truth, whole number as C's strtol, number as strtod, else text. */
final class ParameterScalar {
    private static final Set<String> TRUE = Set.of("Y", "y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON");
    private static final Set<String> FALSE = Set.of("N", "n", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF");
    private static final Pattern WHOLE = Pattern.compile("([-+]?)(0[xX][0-9a-fA-F]+|[0-9]+)");
    private static final Pattern NUMBER = Pattern.compile(
            "[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]+)?|[-+]?0[xX][0-9a-fA-F]*\\.?[0-9a-fA-F]*[pP][-+]?[0-9]+");
    private static final Pattern INFINITE = Pattern.compile("(?i)[-+]?\\.?inf(inity)?");
    private static final Pattern NAN = Pattern.compile("(?i)[-+]?\\.?nan");

    private ParameterScalar() {}

    /** Boolean, Long, Double or the text itself. */
    static Object read(String text) {
        if (TRUE.contains(text) || FALSE.contains(text)) {
            return TRUE.contains(text);
        }
        var whole = WHOLE.matcher(text);
        if (whole.matches()) {
            Long value = whole(whole.group(1).equals("-") ? "-" : "", whole.group(2));
            if (value != null) {
                return value;
            }
        }
        if (NUMBER.matcher(text).matches()) {
            return Double.valueOf(text);
        }
        if (INFINITE.matcher(text).matches()) {
            return text.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
        return NAN.matcher(text).matches() ? (Object) Double.NaN : text;
    }

    /** A leading 0 means octal; null for what has an 8 or 9 then, or does not fit 64 bits. */
    private static Long whole(String sign, String digits) {
        boolean hex = digits.startsWith("0x") || digits.startsWith("0X");
        int radix = hex ? 16 : digits.length() > 1 && digits.startsWith("0") ? 8 : 10;
        try {
            return Long.parseLong(sign + (hex ? digits.substring(2) : digits), radix);
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
