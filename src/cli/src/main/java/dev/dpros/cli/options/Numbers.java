package dev.dpros.cli.options;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Numbers of the command line with their bounds, checked while the arguments are read. Stateless. */
public final class Numbers {
    private static final int LAST_PORT = 65_535;

    private Numbers() {}

    /** A TCP port; 0 for a free one. */
    public static final class Port implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            return within(text, 0, LAST_PORT);
        }
    }

    /** A count of at least one. */
    public static final class Count implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            return within(text, 1, Integer.MAX_VALUE);
        }
    }

    /** A number of at least zero. */
    public static final class Whole implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            return within(text, 0, Integer.MAX_VALUE);
        }
    }

    /** A time or rate: finite and above zero. */
    public static final class Positive implements ITypeConverter<Double> {
        @Override
        public Double convert(String text) {
            double value = real(text);
            if (!(value > 0) || Double.isInfinite(value)) {
                throw new TypeConversionException("expected a number above 0, found " + text);
            }
            return value;
        }
    }

    /** A time: finite and not below zero. */
    public static final class NotNegative implements ITypeConverter<Double> {
        @Override
        public Double convert(String text) {
            double value = real(text);
            if (!(value >= 0) || Double.isInfinite(value)) {
                throw new TypeConversionException("expected a number of at least 0, found " + text);
            }
            return value;
        }
    }

    private static int within(String text, int least, int most) {
        try {
            int value = Integer.parseInt(text.strip());
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // reported below, as any other wrong number
        }
        throw new TypeConversionException("expected a whole number " + (most == Integer.MAX_VALUE ? "of at least " + least
                : "from " + least + " to " + most) + ", found '" + text + "'");
    }

    private static double real(String text) {
        try {
            return Double.parseDouble(text.strip());
        } catch (NumberFormatException e) {
            throw new TypeConversionException("expected a number, found '" + text + "'");
        }
    }
}
