package dev.dpros.config;

import java.util.regex.Pattern;

/** How a line of a configuration says that its value is a guess that somebody has to check. Stateless. */
public final class CheckMark {
    private static final Pattern MARK = Pattern.compile("#.*: check\\s*$");

    private CheckMark() {}

    /** The comment. @param why such as {@code not in the URDF} */
    public static String of(String why) {
        return "# " + why + ": check";
    }

    /** Whether a line has one. */
    public static boolean on(String line) {
        return MARK.matcher(line).find();
    }
}
