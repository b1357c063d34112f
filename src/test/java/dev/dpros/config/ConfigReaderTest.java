package dev.dpros.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigReaderTest {
    private static final String VALID = """
            policy: ../models/p
            observations:
              observation.state:
                topic: /joint_states
                field: position[x,y]
            action:
              topic: /command
              joints: [x, y]
            """;

    @TempDir
    Path dir;

    @Test
    void shouldFillInDefaultsAndResolveThePolicyAgainstTheFile() throws IOException {
        RobotConfig config = read(VALID, Map.of());
        assertEquals(dir.getParent().resolve("models/p"), config.policy());
        assertEquals("dpros", config.node().name());
        assertEquals(500.0, config.observations().get("observation.state").staleAfterMs());
    }

    @Test
    void shouldLetParametersOverrideTheFile() throws IOException {
        RobotConfig config = read(VALID, Map.of("sampler", Map.of("steps", 8), "action", Map.of("topic", "/other")));
        assertEquals(8, config.sampler().steps());
        assertEquals("/other", config.action().topic());
    }

    @Test
    void shouldNameLineAndNearestKeyForAnUnknownKey() {
        String message = error(VALID + "sampler:\n  stepz: 4\n", Map.of());
        assertTrue(message.contains("robot.yaml:10: sampler.stepz: unknown key; did you mean 'steps'?"), message);
    }

    @Test
    void shouldNameTheParameterWhenAParameterIsWrong() {
        String message = error(VALID, Map.of("sampler", Map.of("threads", 0)));
        assertTrue(message.startsWith("parameter ~sampler: threads: expected 1 to 64, found 0"), message);
    }

    @Test
    void shouldSayWhatTypeWasExpectedAndWhatWasFound() {
        String message = error(VALID + "metrics:\n  port: fast\n", Map.of());
        assertTrue(message.endsWith("robot.yaml:10: metrics.port: value: expected a whole number, found \"fast\""), message);
    }

    @Test
    void shouldListTheValuesOfAnEnumeration() {
        String message = error(VALID + "sampler:\n  scheduler: euler\n", Map.of());
        assertTrue(message.contains("expected one of policy ddpm ddim dpm_solver_pp, found \"euler\""), message);
    }

    @Test
    void shouldNameTheLineOfMalformedYaml() {
        String message = error("policy: [unclosed\naction: x", Map.of());
        assertTrue(message.matches(".*robot.yaml:\\d+: not valid YAML: .*"), message);
    }

    @Test
    void shouldRejectAMissingFile() {
        InputException e = assertThrows(InputException.class, () -> ConfigReader.read(dir.resolve("none.yaml"), Map.of()));
        assertTrue(e.getMessage().contains("none.yaml: configuration: expected a YAML file, found no such file"), e.getMessage());
    }

    @Test
    void shouldRejectLimitsOfAnUnknownJoint() {
        String message = error(VALID.replace("joints: [x, y]", "joints: [x, y]\n  limits: {z: {velocity: 1}}"), Map.of());
        assertTrue(message.contains("'z': expected one of [x, y] or 'default'"), message);
    }

    private RobotConfig read(String yaml, Map<String, Object> parameters) throws IOException {
        Path file = dir.resolve("robot.yaml");
        Files.writeString(file, yaml);
        return ConfigReader.read(file, parameters).config();
    }

    private String error(String yaml, Map<String, Object> parameters) {
        return assertThrows(InputException.class, () -> read(yaml, parameters)).getMessage();
    }
}
