package dev.dpros.cli.options;

import java.io.Console;

/** Whether a person sits at the other end. Stateless. */
public final class Terminals {
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
}
