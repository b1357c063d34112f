package dev.dpros.process;

import dev.dpros.core.InputException;

/** Which archive this installation came from: the whole one, or the robot's, which leaves out what only training and data sets use. */
public final class Archive {
    private static final String LEFT_OUT = "/org/duckdb/DuckDBDriver.class";

    private Archive() {}

    /** Whether libraries are left out here. */
    public static boolean robots() {
        return Archive.class.getResource(LEFT_OUT) == null;
    }

    /** Refuses what the robot's archive cannot do. @param what the command @throws InputException if this is that archive */
    public static void requireWhole(String what) {
        if (robots()) {
            throw new InputException(leftOut(what));
        }
    }

    /** Says where to find it. */
    public static String leftOut(String what) {
        return what + ": not in the robot's archive, which leaves out the libraries of training and data sets; use dpros-"
                + ProductVersion.number() + ".tar.gz";
    }
}
