package dev.dpros.cli.options;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

class VerbosityTest {
    private final StringWriter err = new StringWriter();
    private final LoggerContext loggers = (LoggerContext) LoggerFactory.getILoggerFactory();
    private final Level before = loggers.getLogger("dev.dpros").getLevel();

    @Command(name = "program", subcommands = Work.class)
    static final class Program {
        @Mixin
        private Verbosity verbosity = new Verbosity();
    }

    @Command(name = "work")
    static final class Work implements Runnable {
        @Spec
        private CommandSpec spec;

        @Override
        public void run() {
            Verbosity.tell(spec, "on my way");
            Verbosity.warn(spec, "something is odd");
            try (ConsoleProgress progress = new ConsoleProgress(spec.commandLine().getErr(), Verbosity.quiet(spec), Long.MAX_VALUE / 2)) {
                progress.begin("work", 2);
                progress.reach(2);
                progress.end();
            }
        }
    }

    @AfterEach
    void restore() {
        loggers.getLogger("dev.dpros").setLevel(before);
    }

    private Program execute(String... args) {
        Program program = new Program();
        CommandLine line = new CommandLine(program);
        line.setErr(new PrintWriter(err, true));
        line.setExecutionStrategy(parsed -> {
            program.verbosity.apply(parsed.commandSpec());
            return new CommandLine.RunLast().execute(parsed);
        });
        assertEquals(0, line.execute(args), err::toString);
        return program;
    }

    @Test
    void shouldSayWhatItDoesUnlessQuiet() {
        execute("work");
        assertEquals("dpros: on my way\ndpros: something is odd\n", err.toString());
    }

    @Test
    void shouldSayWarningsAloneWhenQuietWhereverTheOptionStands() {
        execute("work", "-q");
        execute("--quiet", "work");
        assertEquals("dpros: something is odd\n".repeat(2), err.toString());
        assertEquals(Level.WARN, loggers.getLogger("dev.dpros").getLevel());
    }

    @Test
    void shouldLogInDetailWhenVerbose() {
        execute("work", "-v");
        assertTrue(loggers.getLogger("dev.dpros.node.RunPolicy").isDebugEnabled());
    }

    @Test
    void shouldWriteLinesInPlaceOfABarWhereNoTerminalIs() {
        ConsoleProgress progress = new ConsoleProgress(new PrintWriter(err, true), false, 0);
        progress.begin("copy", 3);
        progress.note("fast");
        progress.advance(1);
        progress.close();
        assertTrue(err.toString().matches("dpros: copy: 1 of 3, [0-9.]+/s, 0:00:0[0-9] left, fast\n"), err::toString);
    }
}
