package dev.dpros.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** Wrong command lines and empty sections: one line, exit code 2, before the work. */
@Timeout(120)
class WrongCommandLineTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {
        "master --port 99999",
        "master --port -1",
        "master --port x",
        "master --bind 999.1.1.1",
        "fan --policy models/pusht_keypoints -o DIR/none/fan.png",
        "fan --policy models/pusht_keypoints -o DIR",
        "fan --policy models/pusht_keypoints --json DIR/none/fan.json",
        "fan --policy models/pusht_keypoints --samples 0",
        "eval --policy models/pusht_keypoints --json DIR/none/a.json",
        "eval --policy models/pusht_keypoints --json DIR",
        "eval --policy models/pusht_keypoints --gifs DIR/file",
        "eval --policy models/pusht_keypoints --batch 0",
        "eval --policy models/pusht_keypoints --max-steps -5",
        "eval --policy models/pusht_keypoints --plot DIR/none/a.svg",
        "run --config launch/pusht.yaml --json DIR/none/a.json",
        "run --config launch/pusht.yaml --trace DIR/none/a.trace",
        "run --config launch/pusht.yaml --trace DIR",
        "run --config launch/pusht.yaml --record DIR/file",
        "run --config launch/pusht.yaml --record DIR/file/below",
        "run --config launch/pusht.yaml _control/rate_hz:=017",
        "run --config launch/pusht.yaml _metrics/port:=99999",
        "run --config launch/pusht.yaml _metrics/port:=yes",
        "run --config launch/pusht.yaml _action/limits/default/jerk:=1e-300",
        "record --config launch/pusht.yaml -o DIR/file",
        "demo --json DIR/none/a.json",
        "demo --episodes 0",
        "demo --port 99999",
        "demo --forever --json DIR/a.json",
        "demo --world arm8",
        "sim --seed -1",
        "sim --joint-rate 0",
        "sim --camera-rate nan",
        "sim --episode-seconds -1",
        "audit --config launch/pusht.yaml --json DIR/none/a.json",
        "bench loop --seconds 0",
        "bench loop --json DIR/none/a.json",
        "bench predict --runs 0",
        "collect --policy models/pusht_keypoints --seeds 1..2 --output DIR/file/a.zarr",
        "collect --seeds 1..2 --output DIR/a.zarr",
        "collect --world arm7 --policy models/pusht_keypoints --seeds 1..2 --output DIR/a",
        "collect --world arm7 --seeds 2..1 --output DIR/a",
        "train --config DIR/none.yaml -o DIR/file",
        "predict --policy models/pusht_keypoints --input DIR/none --output DIR/none/out.safetensors",
        "dataset view DIR --count 0",
        "dataset import DIR/file -o DIR/file/below",
        "trace show DIR/file --json DIR/none/a.json"})
    void shouldEndInOneLine(String line) throws IOException {
        Files.writeString(folder.resolve("file"), "no folder");
        error(line.replace("DIR", folder.toString()).split(" "));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "action:|action", "observations:|observations", "control:|control", "node:|node", "policy:|policy", "sampler:|sampler",
        "control: {timing: }|timing", "control: {rate_hz: }|rate_hz", "action: {topic: }|topic", "action: {joints: }|joints",
        "action: {limits: {default: }}|default", "observations: {a: }|a", "outputs: {plan: }|plan", "metrics: {token: }|token",
        "dashboard: {plan_to_image: {a: {}}}|plan_to_image", "observations: {a: {}}|a",
        "trace: []|trace", "control: 5|control", "record: {commanded: }|commanded"})
    void shouldNameAnEmptyOrWrongSection(String section, String key) throws IOException {
        Path file = Files.writeString(folder.resolve("robot.yaml"),
                section + (section.startsWith("action") ? "" : "\naction: {topic: /c, joints: [x]}")
                + (section.startsWith("policy") ? "" : "\npolicy: none") + "\n");
        String line = error("run", "--config", file.toString(), "__master:=http://127.0.0.1:1");
        assertTrue(line.contains("robot.yaml") && line.contains(key), line);
    }

    @Test
    void shouldCheckEveryPathThatIsWrittenTo() {
        List<String> unchecked = new ArrayList<>();
        collect(Main.commandLine(), unchecked);
        assertEquals(List.of(), unchecked);
    }

    /** A text with a lone percent sign is warned of, before the help. */
    @Test
    void shouldPrintEveryHelpWithoutAWarning() {
        PrintStream err = System.err;
        ByteArrayOutputStream warned = new ByteArrayOutputStream();
        System.setErr(new PrintStream(warned, true, StandardCharsets.UTF_8));
        try {
            help(Main.commandLine());
        } finally {
            System.setErr(err);
        }
        assertEquals("", warned.toString(StandardCharsets.UTF_8));
    }

    private static void help(CommandLine command) {
        assertTrue(command.getUsageMessage().contains("Usage: dpros"), command::getCommandName);
        command.getSubcommands().values().forEach(WrongCommandLineTest::help);
    }

    private static void collect(CommandLine command, List<String> unchecked) {
        for (OptionSpec option : command.getCommandSpec().options()) {
            boolean written = List.of("--json", "--output", "--trace", "--record", "--plot", "--gifs").contains(option.longestName());
            if (written && option.type() == Path.class && option.converters().length == 0) {
                unchecked.add(command.getCommandName() + " " + option.longestName());
            }
        }
        command.getSubcommands().values().forEach(below -> collect(below, unchecked));
    }

    /** The one line on standard error. */
    private static String error(String... args) {
        CommandLine line = Main.commandLine();
        StringWriter err = new StringWriter();
        line.setErr(new PrintWriter(err, true));
        int code = line.execute(args);
        assertEquals(2, code, () -> String.join(" ", args) + "\n" + err);
        assertEquals(1, err.toString().lines().count(), err::toString);
        assertFalse(err.toString().contains("internal error") || err.toString().contains("Exception")
                || err.toString().contains("Cannot invoke"), err::toString);
        return err.toString().strip();
    }
}
