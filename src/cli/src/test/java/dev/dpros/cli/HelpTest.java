package dev.dpros.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** The help of every command fits a terminal, leaves out nothing, and means the same by the same option. */
class HelpTest {
    private static final int COLUMNS = 80;
    /** Options whose value's name differs with what a command makes or takes. */
    private static final Set<String> OF_SEVERAL_KINDS = Set.of("--output", "--only");
    private static final Set<String> INHERITED = Set.of("--help", "--version", "--quiet", "--verbose");

    private static List<CommandLine> commands() {
        List<CommandLine> all = new ArrayList<>();
        add(Main.commandLine(), all);
        return all;
    }

    private static void add(CommandLine command, List<CommandLine> all) {
        if (!command.getCommandSpec().usageMessage().hidden()) {
            all.add(command);
            command.getSubcommands().values().forEach(below -> add(below, all));
        }
    }

    private static String name(CommandLine command) {
        return command.getCommandSpec().qualifiedName();
    }

    private static List<OptionSpec> options(CommandLine command) {
        return command.getCommandSpec().options().stream().filter(option -> !option.hidden()).toList();
    }

    @Test
    void shouldFitATerminalOfEightyColumns() {
        List<String> long80 = new ArrayList<>();
        for (CommandLine command : commands()) {
            command.setUsageHelpAutoWidth(false).setUsageHelpWidth(COLUMNS);
            command.getUsageMessage(CommandLine.Help.Ansi.OFF).lines().filter(line -> line.length() > COLUMNS)
                    .forEach(line -> long80.add(name(command) + ": " + line));
        }
        assertEquals(List.of(), long80);
    }

    /** A line that is too long is broken at 80 columns: so no paragraph is broken by hand as well, and no example is too long. */
    @Test
    void shouldBreakNoSentenceByHandAndNoExampleAtAll() {
        List<String> broken = new ArrayList<>();
        for (CommandLine command : commands()) {
            UsageMessageSpec usage = command.getCommandSpec().usageMessage();
            for (String[] text : List.of(usage.description(), usage.footer())) {
                for (int i = 0; i < text.length; i++) {
                    boolean goesOn = i > 0 && text[i].matches("[a-z(].*") && text[i - 1].matches("[^ ].*[a-zA-Z,;(-]");
                    boolean example = text[i].matches("(Examples?:|Then:|bash:|zsh:)? *(\\./)?dpros [a-z].*");
                    if (goesOn || example && text[i].length() > COLUMNS) {
                        broken.add(name(command) + ": " + text[i]);
                    }
                }
            }
        }
        assertEquals(List.of(), broken);
    }

    @Test
    void shouldDescribeEveryOptionAndNameItsValue() {
        List<String> bare = new ArrayList<>();
        for (CommandLine command : commands()) {
            for (OptionSpec option : options(command)) {
                boolean described = Arrays.stream(option.description()).anyMatch(line -> !line.isBlank());
                boolean valueless = option.arity().max() == 0;
                if (!described || !valueless && !option.paramLabel().matches("[A-Z][A-Z0-9_]*([.,=|/:]+[A-Z0-9_]+)*|[a-z]+(\\|[a-z]+)+")) {
                    bare.add(name(command) + " " + option.longestName() + " " + option.paramLabel());
                }
            }
        }
        assertEquals(List.of(), bare);
    }

    @Test
    void shouldMeanTheSameByTheSameOption() {
        Map<String, Set<String>> forms = new TreeMap<>();
        for (CommandLine command : commands()) {
            for (OptionSpec option : options(command)) {
                String form = String.join(", ", Arrays.stream(option.names()).sorted().toList())
                        + (option.arity().max() == 0 ? "" : OF_SEVERAL_KINDS.contains(option.longestName()) ? " ..." : " " + option.paramLabel());
                for (String spelling : option.names()) {
                    forms.computeIfAbsent(spelling, key -> new TreeSet<>()).add(form);
                }
            }
        }
        forms.values().removeIf(ways -> ways.size() == 1);
        assertEquals(Map.of(), forms);
    }

    @Test
    void shouldFindEveryOptionInTheDocumentation() throws IOException {
        StringBuilder pages = new StringBuilder(Files.readString(Path.of("README.md")));
        try (Stream<Path> docs = Files.list(Path.of("docs"))) {
            for (Path page : (Iterable<Path>) docs.filter(path -> path.toString().endsWith(".md"))::iterator) {
                pages.append(Files.readString(page));
            }
        }
        String text = pages.toString();
        Set<String> missing = new TreeSet<>();
        for (CommandLine command : commands()) {
            options(command).stream().map(OptionSpec::longestName).filter(option -> !INHERITED.contains(option))
                    .filter(option -> !Pattern.compile(option.replace("--", "--(no-)?") + "(?![a-z-])").matcher(text).find())
                    .forEach(option -> missing.add(name(command) + " " + option));
        }
        assertEquals(Set.of(), missing);
    }

    @Test
    void shouldTakeQuietAndVerboseEverywhere() {
        for (CommandLine command : commands()) {
            for (String option : List.of("-q", "--quiet", "-v", "--verbose")) {
                assertTrue(command.getCommandSpec().findOption(option) != null, () -> name(command) + " " + option);
            }
        }
    }
}
