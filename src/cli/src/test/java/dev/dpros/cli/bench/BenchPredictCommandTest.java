package dev.dpros.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dpros.cli.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class BenchPredictCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int dpros(String... args) {
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        return line.execute(args);
    }

    @Test
    void shouldMeasureEachRequestedVariantAndSayHowFarItIsFromTheFirst(@TempDir Path dir) throws IOException {
        Path json = dir.resolve("bench.json");
        assertEquals(0, dpros("bench", "predict", "models/pusht_image", "--runs", "2", "--steps", "2", "--variants",
                "conv1d,rows,packed_int8", "--json", json.toString()), err::toString);
        JsonNode rows = new ObjectMapper().readTree(json.toFile());
        assertEquals(3, rows.size());
        assertEquals("DDIM 2", rows.get(1).get("sampler").asText());
        assertTrue(rows.get(1).get("step_ms_p50").asDouble() > 0);
        assertTrue(rows.get(1).get("difference_from_first").asDouble() < 1e-3);
        assertEquals("int8", rows.get(2).get("precision").asText());
        assertTrue(rows.get(2).get("difference_from_first").asDouble() > 0);
    }

    @Test
    void shouldProfileEncodingAndDenoisingStepByOperator(@TempDir Path dir) throws IOException {
        Path json = dir.resolve("profile.json");
        assertEquals(0, dpros("bench", "predict", "models/pusht_image", "--runs", "1", "--steps", "2", "--variants", "rows", "--profile",
                "--cpu-time", "--json", json.toString()), err::toString);
        JsonNode stages = new ObjectMapper().readTree(json.toFile()).get(0).get("stages");
        assertEquals("[encode, step]", stages.findValuesAsText("stage").toString());
        JsonNode operators = stages.get(1).get("operators");
        assertTrue(operators.findValuesAsText("operator").contains("aten::linear"), operators::toPrettyString);
        double share = 0;
        double slowest = Double.POSITIVE_INFINITY;
        for (JsonNode operator : operators) {
            share += operator.get("share").asDouble();
            assertTrue(operator.get("calls").asDouble() > 0 && operator.get("ms").asDouble() <= slowest, operators::toPrettyString);
            slowest = operator.get("ms").asDouble();
        }
        assertEquals(1, share, 1e-9);
        assertTrue(out.toString().contains("read MB"), out::toString);
    }

    @Test
    void shouldCompareWithOnnxRuntimeOnTheSameNetworks(@TempDir Path dir) throws IOException {
        Path json = dir.resolve("versus.json");
        assertEquals(0, dpros("bench", "predict", "models/pusht_image", "--runs", "1", "--steps", "2", "--variants", "rows", "--versus",
                "onnxruntime", "--json", json.toString()), err::toString);
        JsonNode rows = new ObjectMapper().readTree(json.toFile());
        assertEquals("[step, encode, step, encode]", rows.findValuesAsText("stage").toString());
        assertTrue(rows.get(0).get("difference").asDouble() < PredictVersus.SAME, rows::toPrettyString);
        assertTrue(rows.get(1).get("difference").asDouble() < PredictVersus.SAME, rows::toPrettyString);
        assertTrue(rows.get(2).get("difference").asDouble() < 0.1, rows::toPrettyString);
        assertTrue(rows.get(0).get("theirs_ms_p50").asDouble() > 0, rows::toPrettyString);
    }

    @Test
    void shouldRefuseWhatItCannotCompareOrProfile() {
        assertEquals(2, dpros("bench", "predict", "models/pusht_image", "--versus", "tensorflow"));
        assertEquals(2, dpros("bench", "predict", "models/pusht_image", "--profile", "--versus", "onnxruntime"));
        assertEquals(2, dpros("bench", "predict", "models/pusht_image", "--profile", "--device", "cuda"));
        assertEquals(2, dpros("bench", "predict", "models/pusht_image", "--cpu", "5000"));
        assertTrue(err.toString().contains("dpros: --versus: name: expected onnxruntime, found tensorflow"), err::toString);
        assertEquals(4, err.toString().lines().count(), err::toString);
    }

    @Test
    void shouldSayInOneLineThatThereIsNoSuchDevice() {
        assertEquals(2, dpros("bench", "predict", "models/pusht_image", "--device", "cuda:99"));
        assertTrue(err.toString().startsWith("dpros: device: name: expected cpu"), err.toString());
        assertEquals(1, err.toString().lines().count());
    }

    @Test
    void shouldNameTheDevicesWhenItIsNone() {
        assertEquals(2, dpros("eval", "--policy", "models/pusht_keypoints", "--device", "tpu"));
        assertTrue(err.toString().contains("--device (option): expected cpu, cuda or cuda:N, found 'tpu'"), err.toString());
    }

    @Test
    void shouldRefuseAnUnknownVariant() {
        assertEquals(2, dpros("bench", "predict", "--variants", "winograd"));
        assertTrue(err.toString().startsWith("dpros: --variants: name: expected measured, auto, all or of [conv1d, rows, packed"),
                err.toString());
    }
}
