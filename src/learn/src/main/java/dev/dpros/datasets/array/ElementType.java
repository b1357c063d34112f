package dev.dpros.datasets.array;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;

/**
 * An element type by numpy's name. Immutable.
 *
 * @param code as numpy has it, such as {@code <f4}
 * @param kind numpy's kind: {@code u}, {@code i}, {@code f} or {@code b}
 * @param bytes of an element
 * @param order of them
 */
public record ElementType(String code, char kind, int bytes, ByteOrder order) {
    private static final Map<Character, String> SIZES = Map.of('u', "1248", 'i', "1248", 'f', "248", 'b', "1");

    /** Unsigned bytes, for writing. */
    public static final ElementType U1 = of("|u1");
    /** Float32, little-endian, for writing. */
    public static final ElementType F4 = of("<f4");

    /** The type of that name, or null if it is no number. */
    public static ElementType of(String code) {
        boolean number = code.length() == 3 && "<>|".indexOf(code.charAt(0)) >= 0
                && SIZES.getOrDefault(code.charAt(1), "").indexOf(code.charAt(2)) >= 0;
        return !number ? null : new ElementType(code, code.charAt(1), code.charAt(2) - '0',
                code.charAt(0) == '>' ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    }

    /** Whether it is a floating type. */
    public boolean floating() {
        return kind == 'f';
    }

    /** One element of a buffer in this type's order. @param at its index */
    public double number(ByteBuffer buffer, int at) {
        long integer = floating() ? 0 : integer(buffer, at);
        return floating() ? real(buffer, at) : kind == 'u' && integer < 0 ? integer + 0x1p64 : integer;
    }

    private double real(ByteBuffer buffer, int at) {
        return switch (bytes) {
            case 2 -> half(buffer.getShort(at * 2));
            case 4 -> buffer.getFloat(at * 4);
            default -> buffer.getDouble(at * 8);
        };
    }

    /** One element of an integer type; unsigned 64-bit ones beyond 2^63 turn negative. */
    public long integer(ByteBuffer buffer, int at) {
        boolean signed = kind == 'i';
        return switch (bytes) {
            case 1 -> signed ? buffer.get(at) : buffer.get(at) & 0xFF;
            case 2 -> signed ? buffer.getShort(at * 2) : buffer.getShort(at * 2) & 0xFFFF;
            case 4 -> signed ? buffer.getInt(at * 4) : buffer.getInt(at * 4) & 0xFFFF_FFFFL;
            default -> buffer.getLong(at * 8);
        };
    }

    /** IEEE 754 binary16. */
    private static double half(short bits) {
        int exponent = bits >>> 10 & 0x1F;
        int mantissa = bits & 0x3FF;
        double magnitude = exponent == 0x1F ? mantissa == 0 ? Double.POSITIVE_INFINITY : Double.NaN
                : exponent == 0 ? mantissa * 0x1p-24 : (1 + mantissa * 0x1p-10) * Math.pow(2, exponent - 15);
        return bits < 0 ? -magnitude : magnitude;
    }
}
