package dev.dpros.cli.options;

import dev.dpros.core.InputException;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/** Options that mean nothing beside others: said rather than passed over. Stateless. */
public final class Unfitting {
    private Unfitting() {}

    /**
     * Refuses options that were given.
     *
     * @param expected of what they would be options, such as {@code one that --world arm7 has}
     * @param remedy what to do, or empty
     * @throws InputException naming the first of them
     */
    public static void refuse(CommandSpec spec, List<String> options, String expected, String remedy) {
        for (String option : options) {
            if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
                throw InputException.of(option, "option", expected, "'" + option + "'", remedy);
            }
        }
    }
}
