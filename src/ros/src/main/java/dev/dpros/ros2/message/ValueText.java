package dev.dpros.ros2.message;

import dev.dpros.ros.message.FieldType;
import dev.dpros.ros.message.Primitive;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Default values and constants as .msg files write them. Stateless. */
final class ValueText {
    private ValueText() {}

    /**
     * The value of a text: Boolean, Long, Double, String, or a List of them.
     *
     * @throws IllegalArgumentException if the text is no value of the type
     */
    static Object parse(FieldType type, String text) {
        if (type.primitive() == null) {
            throw new IllegalArgumentException("a message has no default");
        }
        if (type.arity() == FieldType.Arity.ONE) {
            return single(type.primitive(), type.textBound(), text);
        }
        require(text.length() >= 2 && text.startsWith("[") && text.endsWith("]"));
        List<Object> values = new ArrayList<>();
        for (String element : elements(text.substring(1, text.length() - 1))) {
            values.add(single(type.primitive(), type.textBound(), element));
        }
        require(type.arity() == FieldType.Arity.FIXED ? values.size() == type.length()
                : type.length() == 0 || values.size() <= type.length());
        return values;
    }

    /** Splits at commas outside quotes. */
    private static List<String> elements(String text) {
        List<String> elements = new ArrayList<>();
        char quote = 0;
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean escaped = i > 0 && text.charAt(i - 1) == '\\';
            if (quote == 0 ? c == '"' || c == '\'' : c == quote && !escaped) {
                quote = quote == 0 ? c : 0;
            } else if (c == ',' && quote == 0) {
                elements.add(text.substring(start, i).strip());
                start = i + 1;
            }
        }
        require(quote == 0);
        if (!text.substring(start).isBlank()) {
            elements.add(text.substring(start).strip());
        }
        return elements;
    }

    private static Object single(Primitive primitive, int textBound, String text) {
        switch (primitive) {
            case STRING, WSTRING:
                String value = unquoted(text);
                require(textBound == 0 || value.length() <= textBound);
                return value;
            case BOOL:
                String lower = text.toLowerCase(Locale.ROOT);
                require(List.of("true", "false", "1", "0").contains(lower));
                return lower.equals("true") || lower.equals("1");
            case FLOAT32, FLOAT64:
                return Double.valueOf(text);
            default:
                return whole(primitive, text);
        }
    }

    private static String unquoted(String text) {
        for (char quote : new char[] {'"', '\''}) {
            if (text.length() >= 2 && text.charAt(0) == quote && text.charAt(text.length() - 1) == quote) {
                return text.substring(1, text.length() - 1).replace("\\" + quote, String.valueOf(quote));
            }
        }
        return text;
    }

    private static Long whole(Primitive primitive, String text) {
        boolean negative = text.startsWith("-");
        String digits = negative || text.startsWith("+") ? text.substring(1) : text;
        int radix = digits.matches("0[xX].+") ? 16 : digits.matches("0[oO].+") ? 8 : digits.matches("0[bB].+") ? 2 : 10;
        BigInteger value = new BigInteger(radix == 10 ? digits : digits.substring(2), radix);
        value = negative ? value.negate() : value;
        boolean unsigned = primitive == Primitive.BYTE || primitive == Primitive.CHAR || primitive.rosName().startsWith("u");
        int bits = 8 * primitive.size();
        require(unsigned ? value.signum() >= 0 && value.bitLength() <= bits : value.bitLength() < bits);
        return value.longValue();
    }

    private static void require(boolean holds) {
        if (!holds) {
            throw new IllegalArgumentException("no value of the type");
        }
    }
}
