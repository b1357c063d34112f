package dev.dpros.cli.setup;

import dev.dpros.core.InputException;
import dev.dpros.setup.Questions;
import java.io.Console;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;

/** Asks at the terminal; with {@code --yes} takes what is likeliest and says so. One thread; blocks on the terminal. */
final class Answers implements Questions {
    private final PrintWriter err;
    private final boolean yes;
    private final Console console;

    /** @param console of the person who is asked; null if there is none */
    Answers(CommandSpec spec, boolean yes, Console console) {
        err = spec.commandLine().getErr();
        this.yes = yes;
        this.console = console;
    }

    @Override
    public String choose(String question, List<String> options) {
        if (yes) {
            err.println("dpros: " + question + " Taken: " + options.get(0));
            return options.get(0);
        }
        requireSomebody(question);
        err.println(question);
        for (int i = 0; i < options.size(); i++) {
            err.printf(Locale.ROOT, "  %d  %s%n", i + 1, options.get(i));
        }
        while (true) {
            String answer = read(question, "1 to " + options.size(), "1");
            if (answer.matches("[0-9]{1,4}") && Integer.parseInt(answer) >= 1 && Integer.parseInt(answer) <= options.size()) {
                return options.get(Integer.parseInt(answer) - 1);
            }
            err.println("a number from 1 to " + options.size());
        }
    }

    @Override
    public double number(String question, double likely) {
        if (yes) {
            err.println("dpros: " + question + " Taken: " + likely);
            return likely;
        }
        requireSomebody(question);
        err.println(question);
        while (true) {
            try {
                double answer = Double.parseDouble(read(question, "a number", String.valueOf(likely)));
                if (answer > 0 && Double.isFinite(answer)) {
                    return answer;
                }
            } catch (NumberFormatException e) {
                // asked again below
            }
            err.println("a number above 0");
        }
    }

    @Override
    public void assume(String assumption) {
        err.println("dpros: " + assumption);
    }

    private void requireSomebody(String question) {
        if (console == null) {
            throw new InputException(question + " There is nobody to ask: run it at a terminal, or with --yes");
        }
    }

    private String read(String question, String what, String likely) {
        err.flush();
        String line = console.readLine("%s [%s]: ", what, likely);
        if (line == null) {
            throw new InputException(question + " No answer came; --yes takes what is likeliest");
        }
        return line.isBlank() ? likely : line.strip();
    }
}
