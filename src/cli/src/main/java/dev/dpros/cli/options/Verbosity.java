package dev.dpros.cli.options;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import java.util.List;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;

/**
 * How much is said: a mixin of the program, whose options every command inherits. A command's result goes to the output and is
 * always said; so are warnings and errors. What a command says of its way there goes through {@link #tell}.
 */
public final class Verbosity {
    private static final String QUIET = "--quiet";
    private static final String VERBOSE = "--verbose";
    private static final String OWN = "dev.dpros";

    @Option(names = {"-q", QUIET}, scope = ScopeType.INHERIT, description = "say warnings, errors and the result only")
    private boolean quiet;

    @Option(names = {"-v", VERBOSE}, scope = ScopeType.INHERIT, description = "log in detail; of an error also where it came from")
    private boolean verbose;

    /** Puts the loggers where the options want them. @throws ParameterException if both were given */
    public void apply(CommandSpec spec) {
        if (quiet && verbose) {
            throw new ParameterException(spec.commandLine(), "-q, -v: expected one of them, found both");
        }
        if ((quiet || verbose) && LoggerFactory.getILoggerFactory() instanceof LoggerContext loggers) {
            loggers.getLogger(OWN).setLevel(verbose ? Level.DEBUG : Level.WARN);
            loggers.getLoggerList().stream().filter(logger -> logger.getName().startsWith(OWN + ".")).forEach(logger -> logger.setLevel(null));
        }
    }

    /** Whether a command was told to say the least. */
    public static boolean quiet(CommandSpec spec) {
        return given(spec, QUIET);
    }

    /** Whether a command was told to say the most. */
    public static boolean verbose(CommandSpec spec) {
        return given(spec, VERBOSE);
    }

    /** A line to the error stream on what is being done; not where the least is to be said. */
    public static void tell(CommandSpec spec, String line) {
        if (!quiet(spec)) {
            warn(spec, line);
        }
    }

    /** A line to the error stream that is always said. */
    public static void warn(CommandSpec spec, String line) {
        spec.commandLine().getErr().println("dpros: " + line);
        spec.commandLine().getErr().flush();
    }

    /** The options as arguments of another command of this program. */
    public static List<String> asArguments(CommandSpec spec) {
        return quiet(spec) ? List.of(QUIET) : verbose(spec) ? List.of(VERBOSE) : List.of();
    }

    private static boolean given(CommandSpec spec, String name) {
        OptionSpec option = spec.root().findOption(name);
        return option != null && Boolean.TRUE.equals(option.getValue());
    }
}
