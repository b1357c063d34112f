package dev.dpros.core;

import org.jspecify.annotations.Nullable;

/**
 * Text that came over the wire (names, types, addresses, reasons), for log lines, lists and errors: the one place where
 * it is made harmless. Stateless; allocates.
 */
public final class ForeignText {
    private static final int MAX_LENGTH = 300;

    private ForeignText() {}

    /**
     * One line of at most {@value #MAX_LENGTH} characters, then {@code ...}: line ends and tabs become spaces; other
     * control characters, and those that change the direction or are not seen, their code as a backslash, u and four digits.
     */
    public static String printable(@Nullable Object foreign) {
        String text = String.valueOf(foreign);
        StringBuilder out = new StringBuilder(Math.min(text.length(), MAX_LENGTH) + 3);
        for (int i = 0; i < text.length(); i++) {
            if (out.length() >= MAX_LENGTH) {
                return out.append("...").toString();
            }
            append(out, text.charAt(i));
        }
        return out.toString();
    }

    private static void append(StringBuilder out, char c) {
        switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> {
                if (Character.isWhitespace(c) && c < 0x1c || c == 0x2028 || c == 0x2029) {
                    out.append(' ');
                } else {
                    out.append(String.format("\\u%04x", (int) c));
                }
            }
            default -> out.append(c);
        }
    }
}
