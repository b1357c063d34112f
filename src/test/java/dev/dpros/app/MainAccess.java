package dev.dpros.app;

/** The command line, for tests in other packages. */
public final class MainAccess {
    private MainAccess() {}

    /** Runs a command; returns its exit code. */
    public static int execute(String... args) {
        return Main.commandLine().execute(args);
    }
}
