package dev.dpros.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Locale;

/**
 * Sums, differences, products, quotients and parentheses of numbers, as configurations compute sizes with. What is of integers
 * alone, without quotients, is an integer. Nothing else is understood.
 */
final class Expression {
    private static final int LONGEST = 200;

    private final String text;
    private int at;
    private boolean integers = true;

    private Expression(String text) {
        this.text = text;
    }

    /** The number, or null if it is no such expression, or none that is finite. */
    static JsonNode value(String text) {
        Expression expression = new Expression(text.replace(" ", "").toLowerCase(Locale.ROOT));
        if (expression.text.isEmpty() || expression.text.length() > LONGEST) {
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
        int from = at;
        while (at < text.length() && (Character.isDigit(text.charAt(at)) || text.charAt(at) == '.')) {
            at++;
        }
        String number = text.substring(from, at);
        if (!number.matches("\\d+\\.?\\d*|\\.\\d+")) {
            return Double.NaN;
        }
        integers &= number.indexOf('.') < 0;
        return Double.parseDouble(number);
    }
}
