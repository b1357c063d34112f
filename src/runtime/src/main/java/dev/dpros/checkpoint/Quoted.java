package dev.dpros.checkpoint;

/** Names out of a file, fit for one line of a message: shortened, control characters replaced. Stateless. */
final class Quoted {
    private static final int LONGEST = 120;

    private Quoted() {}

    static String of(String name) {
        return "'" + line(name) + "'";
    }

    /** The same, without quotes. */
    static String line(String text) {
        String line = text.codePoints().limit(LONGEST).map(c -> Character.isISOControl(c) ? '?' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString();
        return line + (text.length() > LONGEST ? "..." : "");
    }

    static String tensor(String name) {
        return "tensor " + of(name);
    }
}
