package dev.dpros.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Sums, differences, products, quotients and parentheses of numbers, as configurations compute sizes with. What is of integers
 * alone, without quotients, is an integer. Nothing else is understood.
 */
final class Expression {
    private static final int LONGEST = 200;
    private static final Pattern NUMBER = Pattern.compile("\\d+(\\.\\d*)?(e[-+]?\\d+)?");
    private static final Pattern TWO_NUMBERS = Pattern.compile("[\\d.]\\s+[\\d.]");

    private final String text;
    private int at;
    private boolean integers = true;

    private Expression(String text) {
        this.text = text;
    }

    /** The number, or null if it is no such expression, or none that is finite. */
    static JsonNode value(String text) {
        Expression expression = new Expression(text.replace(" ", "").toLowerCase(Locale.ROOT));
        if (expression.text.isEmpty() || expression.text.length() > LONGEST || TWO_NUMBERS.matcher(text).find()) {
            return null;
        }
        double value = expression.sum();
        if (expression.at != expression.text.length() || !Double.isFinite(value)) {
            return null;
        }
        return expression.integers && Math.abs(value) <= Integer.MAX_VALUE ? JsonNodeFactory.instance.numberNode((int) value)
                : JsonNodeFactory.instance.numberNode(value);
    }

    private boolean take(char c) {
        boolean there = at < text.length() && text.charAt(at) == c;
        at += there ? 1 : 0;
        return there;
    }

    private double sum() {
        double value = product();
        while (true) {
            if (take('+')) {
                value += product();
            } else if (take('-')) {
                value -= product();
            } else {
                return value;
            }
        }
    }

    private double product() {
        double value = factor();
        while (true) {
            if (take('*')) {
                value *= factor();
            } else if (take('/')) {
                integers = false;
                value /= factor();
            } else {
                return value;
            }
        }
    }

    private double factor() {
        if (take('-')) {
            return -factor();
        }
        if (take('(')) {
            double value = sum();
            return take(')') ? value : Double.NaN;
        }
        Matcher number = NUMBER.matcher(text).region(at, text.length());
        if (!number.lookingAt()) {
            return Double.NaN;
        }
        at = number.end();
        integers &= number.group(1) == null && number.group(2) == null;
        return Double.parseDouble(number.group());
    }
}
