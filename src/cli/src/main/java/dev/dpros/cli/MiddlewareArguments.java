package dev.dpros.cli;

import java.util.ArrayList;
import java.util.List;

/** Keeps what stands between {@code --ros-args} and {@code --} (or the end), ROS 2's form, from the program's own options. */
final class MiddlewareArguments {
    private static final String BEGIN = "--ros-args";
    private static final String END = "--";

    private MiddlewareArguments() {}

    /** The same arguments, those of the middleware behind a {@code --} at the end, where nothing is taken for an option. */
    static String[] last(String... args) {
        List<String> own = new ArrayList<>();
        List<String> middleware = new ArrayList<>();
        boolean inside = false;
        for (String arg : args) {
            boolean begins = arg.equals(BEGIN);
            inside |= begins;
            (inside ? middleware : own).add(arg);
            inside &= begins || !arg.equals(END);
        }
        if (middleware.isEmpty()) {
            return args;
        }
        if (!own.contains(END)) {
            own.add(END);
        }
        own.addAll(middleware);
        return own.toArray(String[]::new);
    }
}
