package dev.dpros.cli.options;

import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether a person sits at the other end. Stateless. */
public final class Terminals {
    private static final Path STREAMS = Path.of("/proc/self/fd");
    private static final String OUTPUT = "1";
    private static final String ERRORS = "2";

    private Terminals() {}

    /** Whether input and output are a terminal's. From Java 22 on there is a console even where they are not. */
    @SuppressWarnings("SystemConsoleNull")
    public static boolean interactive() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            return true; // before Java 22: there is one at a terminal alone
        }
    }

    /** Whether the output goes to a terminal, so that it may be coloured. */
    public static boolean output() {
        return terminal(OUTPUT);
    }

    /** Whether the error stream goes to a terminal, so that a line of it may be rewritten. */
    public static boolean errors() {
        return terminal(ERRORS);
    }

    /** Java tells of input and output together only; Linux of each. */
    private static boolean terminal(String stream) {
        try {
            String target = Files.readSymbolicLink(STREAMS.resolve(stream)).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException e) {
            return interactive();
        }
    }
}
