package dev.dpros.config;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.control.RotationGroup;
import dev.dpros.core.InputException;
import dev.dpros.core.TopicQos;
import dev.dpros.diffusion.Precision;
import dev.dpros.diffusion.PrefixWeights;
import dev.dpros.inference.GuideConfig;
import dev.dpros.inference.StepBudget;
import dev.dpros.safety.JointLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigReaderTest {
    private static Layer arguments(Map<String, Object> tree) {
        return Layer.arguments(tree, path -> "_" + path + ":=");
    }

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
        RobotConfig config = read(VALID);
        assertEquals(dir.getParent().resolve("models/p"), config.policy());
        assertEquals("dpros", config.node().name());
        assertEquals(500.0, config.observations().get("observation.state").staleAfterMs());
    }

    @Test
    void shouldLetParametersOverrideTheFile() throws IOException {
        RobotConfig config = read(VALID, arguments(Map.of("sampler", Map.of("steps", 8), "action", Map.of("topic", "/other"))));
        assertEquals(8, config.sampler().steps());
        assertEquals("/other", config.action().topic());
    }

    @Test
    void shouldReadTheQosOfTopics() throws IOException {
        RobotConfig config = read(VALID.replace("  field:", "  qos: {reliability: best_effort, depth: 3}\n    field:")
                + "  qos: {durability: volatile}\n");
        assertEquals(new TopicQos(TopicQos.Reliability.BEST_EFFORT, null, 3), config.observations().get("observation.state").qos().toTopicQos());
        assertEquals(new TopicQos(null, TopicQos.Durability.VOLATILE, 0), config.action().qos().toTopicQos());
        assertTrue(read(VALID).action().qos().toTopicQos().isUsual());
    }

    @Test
    void shouldRefuseAWrongQosInOneLine() {
        for (String[] wrong : new String[][] {
                {"reliability: besteffort", "action.qos.reliability: value: expected one of reliable best_effort, found \"besteffort\""},
                {"depth: 0", "action.qos.depth: expected 1 to 1000, found 0"},
                {"deadline: 5", "action.qos.deadline: unknown key"},
                {"durability: transient_local", "action.qos.durability: expected volatile, found transient_local: a controller that starts later "
                        + "would get a command of the past"}}) {
            String message = assertThrows(InputException.class, () -> read(VALID + "  qos: {" + wrong[0] + "}\n")).getMessage();
            assertTrue(message.contains(wrong[1]) && message.lines().count() == 1, message);
        }
    }

    @Test
    void shouldRefuseTwoQosOfOneTopic() {
        String two = VALID.replace("action:\n", "  observation.gripper:\n    topic: /joint_states\n    field: position[g]\n"
                + "    qos: {depth: 2}\naction:\n");
        assertEquals(2, assertDoesNotThrow(() -> read(two)).observations().size());
        String message = assertThrows(InputException.class, () -> read(two.replace("  field: position[x,y]", "  field: position[x,y]\n    qos: {depth: 3}")))
                .getMessage();
        assertTrue(message.contains("observations.observation.state.qos: expected that of observations.observation.gripper.qos, which is for the "
                + "same topic /joint_states"), message);
    }

    @Test
    void shouldReadHowChunksAreTiedToTheOneBeforeAndToTheDeadline() throws IOException {
        RobotConfig config = read(VALID + """
                sampler:
                  previous_chunk: {fall: linear, warm_timestep: 30, warm_steps: 2}
                  anytime: {enabled: true, min_steps: 3, max_steps: 12, confidence: 0.9, when_late: abandon}
                control:
                  join: {strategy: warm_start}
                """);
        GuideConfig guide = config.sampler().toGuideConfig(config.control().conditioning(), 7);
        assertEquals(new GuideConfig(GuideConfig.Conditioning.WARM_START, PrefixWeights.Fall.LINEAR, 30, 2, 7,
                new StepBudget.Config(3, 12, 0.9, true), 0), guide);
    }

    @Test
    void shouldDrawEachChunkForItselfByDefault() throws IOException {
        RobotConfig config = read(VALID);
        GuideConfig guide = config.sampler().toGuideConfig(config.control().conditioning(), 0);
        assertEquals(GuideConfig.Conditioning.NONE, guide.conditioning());
        assertNull(guide.anytime());
    }

    @Test
    void shouldReadWhereTheServerIs() throws IOException {
        assertFalse(read(VALID).sampler().remote().enabled());
        assertTrue(read(VALID).sampler().here());
        SamplerSection sampler = read(VALID + "sampler: {remote: {url: 'https://gpu.lab:8000/', model: m, fallback: hold, timeout_ms: 250}}\n").sampler();
        assertFalse(sampler.here());
        assertEquals("https://gpu.lab:8000", sampler.remote().toOptions().url().toString());
        assertEquals(250_000_000L, sampler.remote().toOptions().timeoutNs());
    }

    @Test
    void shouldRefuseAServerThatCannotBeAskedInOneLine() {
        for (String[] wrong : new String[][] {
                {"url: 'http://gpu.lab:8000', model: m", "url: expected https, since gpu.lab is another machine"},
                {"url: 'gpu.lab:8000', model: m", "url: expected http://HOST:PORT or https://HOST:PORT"},
                {"url: 'https://gpu.lab'", "model: expected a name"},
                {"model: m", "url: expected the server's address"},
                {"url: 'https://gpu.lab', model: m, timeout_ms: 1", "timeout_ms: expected 10 to 60000, found 1"},
                {"url: 'https://gpu.lab', model: m, token_file: a, token_env: b", "token_file and token_env: expected one of them"},
                {"url: 'https://gpu.lab', model: m, fallback: none", "expected one of local hold"}}) {
            String message = assertThrows(InputException.class, () -> read(VALID + "sampler: {remote: {" + wrong[0] + "}}\n")).getMessage();
            assertTrue(message.contains("sampler.remote") && message.contains(wrong[1]) && message.lines().count() == 1, message);
        }
    }

    @Test
    void shouldNarrowTheLimitsToTheWorkspaceBox() throws IOException {
        RobotConfig config = read(VALID + "  limits: {default: {position: [0, 9]}}\n  workspace_box: {y: [2, 12]}\n");
        assertEquals(JointLimits.positions("x", 0, 9), config.action().jointLimits().get(0));
        assertEquals(JointLimits.positions("y", 2, 9), config.action().jointLimits().get(1));
    }

    @Test
    void shouldTakeJointsTogetherAsARotation() throws IOException {
        RobotConfig config = read(VALID.replace("joints: [x, y]", "joints: [a, b, c, d]") + "control:\n  rotations: [{first: b, kind: rotation_vector}]\n");
        assertEquals(List.of(new RotationGroup(1, RotationGroup.Kind.ROTATION_VECTOR)),
                config.control().toControlConfig(config.layout(), 15, false).rotations());
        ActionLayout other = read(VALID).layout();
        assertThrows(IllegalArgumentException.class, () -> config.control().toControlConfig(other, 15, false));
    }

    @Test
    void shouldNameLineAndNearestKeyForAnUnknownKey() {
        String message = error(VALID + "sampler:\n  stepz: 4\n");
        assertTrue(message.contains("robot.yaml:10: sampler.stepz: unknown key; did you mean 'steps'?"), message);
    }

    @Test
    void shouldNameTheFieldInItsLineWhenTheFileIsWrong() {
        String message = error(VALID + "sampler:\n  threads: 2\n  steps: 5000\n");
        assertTrue(message.endsWith("robot.yaml:11: sampler.steps: expected 0 to 1000, found 5000"), message);
    }

    @Test
    void shouldNameTheParameterAndWhatToDoWhenAParameterIsWrong() {
        String message = error(VALID + "sampler: {steps: 4}\n", Layer.parameters("/arm/policy", Map.of("sampler", Map.of("threads", 0))));
        assertEquals("parameter /arm/policy/sampler/threads: expected 1 to 64, found 0; change it in the launch file, or: "
                + "rosparam delete /arm/policy/sampler/threads", message);
    }

    @Test
    void shouldNameTheArgumentWhenAnArgumentIsWrong() {
        Layer server = Layer.parameters("/arm/policy", Map.of("sampler", Map.of("steps", 4, "threads", 2)));
        assertEquals("_sampler/steps:= (argument): expected 0 to 1000, found 5000",
                error(VALID, server, arguments(Map.of("sampler", Map.of("steps", 5000)))));
        assertEquals("_sampler/steps:= (argument): value: expected a value that roscpp and rospy read alike, found '017': 17 for "
                + "roscpp, 15 for rospy; write it in plain decimal digits",
                error(VALID, arguments(Map.of("sampler", Map.of("steps", "017")))));
    }

    @Test
    void shouldNameTheOptionWhenAnOptionIsWrong() {
        Layer own = arguments(Map.of("sampler", Map.of("steps", 4)));
        Layer options = new OptionLayer().putIfGiven("--steps", 5000, "sampler", "steps")
                .putIfGiven("--noise-seed", null, "sampler", "seed").layer();
        assertEquals("--steps (option): expected 0 to 1000, found 5000", error(VALID + "sampler: {steps: 8}\n", own, options));
    }

    @Test
    void shouldNameADefaultThatDoesNotFitWhatIsGiven() {
        String message = error(VALID, arguments(Map.of("sampler", Map.of("anytime", Map.of("max_steps", 1)))));
        assertTrue(message.endsWith("robot.yaml: sampler.anytime.min_steps (default): expected 1 to 1, found 2"), message);
    }

    @Test
    void shouldNameTheSectionOfWhatNobodyGave() {
        String message = error(VALID + "dashboard: {plan_to_image: {camera: {dims: [x, y]}}}\n");
        assertTrue(message.endsWith("robot.yaml:9: dashboard.plan_to_image.camera.image: expected 2 values, found null"), message);
        message = error(VALID, Layer.parameters("/policy", Map.of("observations", Map.of("joints", Map.of("field", "position")))));
        assertTrue(message.startsWith("parameter /policy/observations/joints/topic: expected a topic name, found nothing"), message);
    }

    @Test
    void shouldNameEveryLayerOfASectionThatIsWrongAsAWhole() {
        String message = error(VALID + "record:\n  buttons: {start: 1}\n", arguments(Map.of("record", Map.of("buttons", Map.of("jump", 3)))));
        assertTrue(message.contains("record.buttons") && message.contains("_record/buttons:= (argument)")
                && message.endsWith("'jump': expected one of [discard, failure, start, stop, success]"), message);
    }

    @Test
    void shouldNameTheLayerOfMarginsAndRulesOfTheLoop() {
        String message = error(VALID + "control: {timing: {latency_budget_ms: 0}}\n");
        assertTrue(message.endsWith("robot.yaml:9: control.timing.latency_budget_ms: expected 1 to 60000, found 0.0"), message);
        assertEquals("_control/replan/every_steps:= (argument): expected 1 to 1000, found 0",
                error(VALID, arguments(Map.of("control", Map.of("replan", Map.of("every_steps", 0))))));
        assertEquals("_control/join/blend_steps:= (argument): expected 1 to 1000, found 0",
                error(VALID, arguments(Map.of("control", Map.of("join", Map.of("blend_steps", 0))))));
    }

    @Test
    void shouldGiveEveryObservationTheDefaultsOfEach() throws IOException {
        Path file = Files.writeString(dir.resolve("robot.yaml"), VALID);
        ConfigReader.Result result = ConfigReader.read(file, arguments(Map.of("observations", Map.of("observation.state",
                Map.of("latency_ms", 20)))));
        SourceSection state = result.config().observations().get("observation.state");
        assertEquals(List.of(20.0, 1.5), List.of(state.latencyMs(), state.blankBelow()));
        assertEquals("header", ((Map<?, ?>) ((Map<?, ?>) result.inForce().get("observations")).get("observation.state")).get("stamp"));
        assertEquals(Set.of("observation.state"), result.config().observations().keySet());
    }

    @Test
    void shouldReadTheSamplersSettingsWithoutARobot() {
        SamplerSection section = ConfigReader.sampler(new OptionLayer().putIfGiven("--steps", 8, "sampler", "steps").layer());
        assertEquals(List.of(8, 1, "cpu"), List.of(section.steps(), section.threads(), section.device()));
        assertEquals("--steps (option): expected 0 to 1000, found 1001", assertThrows(InputException.class, () -> ConfigReader.sampler(
                new OptionLayer().putIfGiven("--steps", 1001, "sampler", "steps").layer())).getMessage());
    }

    @Test
    void shouldReadThePrecisionAndRefuseAnUnknownOne() throws IOException {
        assertEquals(Precision.FLOAT32, read(VALID).sampler().toOptions().precision());
        assertEquals(Precision.AUTO, read(VALID + "sampler: {precision: auto}\n").sampler().toOptions().precision());
        String message = error(VALID + "sampler:\n  precision: int4\n");
        assertTrue(message.endsWith("robot.yaml:10: sampler.precision: value: expected one of float32 bfloat16 int8 auto, found \"int4\""), message);
    }

    @Test
    void shouldNameAnEmptyKeysLayer() {
        assertTrue(error(VALID + "control:\n  rate_hz:\n").endsWith("robot.yaml:10: control.rate_hz: value: expected something after "
                + "the colon, found nothing; take the key out for its default"));
    }

    @Test
    void shouldSayWhatTypeWasExpectedAndWhatWasFound() {
        String message = error(VALID + "metrics:\n  port: fast\n");
        assertTrue(message.endsWith("robot.yaml:10: metrics.port: value: expected a whole number, found \"fast\""), message);
    }

    @Test
    void shouldListTheValuesOfAnEnumeration() {
        String message = error(VALID + "sampler:\n  scheduler: heun\n");
        assertTrue(message.contains("expected one of policy ddpm ddim dpm_solver_pp euler rk4, found \"heun\""), message);
    }

    @Test
    void shouldNameTheLineOfMalformedYaml() {
        String message = error("policy: [unclosed\naction: x");
        assertTrue(message.matches(".*robot.yaml:\\d+: not valid YAML: .*"), message);
    }

    @Test
    void shouldRejectAMissingFile() {
        InputException e = assertThrows(InputException.class, () -> ConfigReader.read(dir.resolve("none.yaml")));
        assertTrue(e.getMessage().contains("none.yaml: configuration: expected a YAML file, found no such file"), e.getMessage());
    }

    @Test
    void shouldRejectLimitsOfAnUnknownJoint() {
        String message = error(VALID.replace("joints: [x, y]", "joints: [x, y]\n  limits: {z: {velocity: 1}}"));
        assertTrue(message.contains("'z': expected one of [x, y] or 'default'"), message);
    }

    private RobotConfig read(String yaml, Layer... above) throws IOException {
        Path file = dir.resolve("robot.yaml");
        Files.writeString(file, yaml);
        return ConfigReader.read(file, above).config();
    }

    private String error(String yaml, Layer... above) {
        return assertThrows(InputException.class, () -> read(yaml, above)).getMessage();
    }
}
