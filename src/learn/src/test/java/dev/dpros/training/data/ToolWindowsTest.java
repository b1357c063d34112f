package dev.dpros.training.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.FeatureSpec.Kind;
import dev.dpros.core.InputException;
import dev.dpros.diffusion.Normalizer;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PoseConfig;
import dev.dpros.diffusion.PoseRepresentation;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.diffusion.TrajectoryConfig;
import dev.dpros.diffusion.UnetConfig;
import dev.dpros.reference.Procedural;
import dev.dpros.training.data.ToolWindows.Options;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Windows of two arms against those of UMI's own data set (umi_dataset.json; its noise on the first pose switched off, its times in float32). */
class ToolWindowsTest {
    private static final int[] ENDS = {25, 43};
    private static final int STRIDE = 3;
    private static JsonNode reference;

    @BeforeAll
    static void read() throws IOException {
        try (InputStream in = ToolWindowsTest.class.getResourceAsStream("/reference/umi_dataset.json")) {
            reference = new ObjectMapper().readTree(in);
        }
    }

    private static PolicyConfig policy() {
        List<FeatureSpec> inputs = new ArrayList<>();
        for (int arm = 0; arm < 2; arm++) {
            String name = "robot" + arm;
            inputs.add(FeatureSpec.of(name + "_eef_pos", Kind.STATE, 3));
            inputs.add(FeatureSpec.of(name + "_eef_rot_axis_angle", Kind.STATE, 6));
            inputs.add(FeatureSpec.of(name + "_gripper_width", Kind.STATE, 1));
            inputs.add(FeatureSpec.of(name + "_eef_pos_wrt" + (1 - arm), Kind.STATE, 3));
            inputs.add(FeatureSpec.of(name + "_eef_rot_axis_angle_wrt" + (1 - arm), Kind.STATE, 6));
            inputs.add(FeatureSpec.of(name + "_eef_rot_axis_angle_wrt_start", Kind.STATE, 6));
        }
        SchedulerConfig scheduler = new SchedulerConfig(SchedulerConfig.Type.DDIM, 50, SchedulerConfig.BetaSchedule.SQUAREDCOS_CAP_V2, 1e-4,
                0.02, SchedulerConfig.PredictionType.EPSILON, true, 1, SchedulerConfig.Variance.FIXED_SMALL, true, 0, 0, 16);
        return new PolicyConfig(2, 5, 4, inputs, FeatureSpec.of("action", Kind.ACTION, 20), new UnetConfig(List.of(8, 16), 3, 8, 8, true),
                null, scheduler, new TrajectoryConfig(TrajectoryConfig.Conditioning.GLOBAL, true, true,
                new PoseConfig(PoseRepresentation.RELATIVE, PoseRepresentation.RELATIVE)));
    }

    private static ReplayData recorded() {
        List<FeatureSpec> features = new ArrayList<>();
        Map<String, float[]> vectors = new LinkedHashMap<>();
        for (int arm = 0; arm < 2; arm++) {
            String name = "robot" + arm;
            column(name + "_eef_pos", 3, -0.5, 0.5, features, vectors);
            column(name + "_eef_rot_axis_angle", 3, -1.7, 1.7, features, vectors);
            column(name + "_gripper_width", 1, 0, 0.1, features, vectors);
            float[] drawn = Procedural.uniform("umi_dataset/" + name + "_demo_start_pose", 12, -0.5, 0.5);
            float[] starts = new float[43 * 6];
            for (int row = 0; row < 43; row++) {
                System.arraycopy(drawn, row < ENDS[0] ? 0 : 6, starts, row * 6, 6);
            }
            features.add(FeatureSpec.of(name + "_demo_start_pose", Kind.STATE, 6));
            vectors.put(name + "_demo_start_pose", starts);
        }
        return new ReplayData("tables", features, ENDS, vectors, Map.of());
    }

    private static void column(String key, int size, double low, double high, List<FeatureSpec> features, Map<String, float[]> vectors) {
        features.add(FeatureSpec.of(key, Kind.STATE, size));
        vectors.put(key, Procedural.uniform("umi_dataset/" + key, 43 * size, low, high));
    }

    private static Options options(boolean padding, double noise) {
        Map<String, Double> latency = new LinkedHashMap<>();
        policy().inputs().forEach(input -> latency.put(input.key(), input.key().endsWith("width") ? 0.6 : 1.37));
        return new Options(STRIDE, latency, padding, noise, 1);
    }

    private static void compare(JsonNode expected, boolean padding) {
        PolicyConfig policy = policy();
        ToolWindows windows = ToolWindows.of(recorded(), policy, options(padding, 0));
        assertEquals(expected.get("count").asInt(), windows.origins().length);
        assertEquals(expected.get("count").asLong(), ToolWindows.count(ENDS, policy, options(padding, 0), e -> true));
        for (JsonNode sample : expected.get("samples")) {
            int window = sample.get("index").asInt();
            for (FeatureSpec input : policy.inputs()) {
                JsonNode rows = sample.get("obs").get(input.key());
                for (int t = 0; t < 5; t++) { // the newest observation is repeated
                    assertRow(rows.get(Math.min(t, 1)), windows.data().vectors().get(input.key()), window * 5 + t, input.key() + " " + window);
                }
            }
            for (int t = 0; t < 5; t++) { // the first action is repeated before
                assertRow(sample.get("action").get(Math.max(0, t - 1)), windows.data().vectors().get("action"), window * 5 + t, "action " + window);
            }
        }
    }

    private static void assertRow(JsonNode expected, float[] values, int row, String what) {
        for (int i = 0; i < expected.size(); i++) {
            assertEquals(expected.get(i).asDouble(), values[row * expected.size() + i], 1e-5, what + " element " + i);
        }
    }

    @Test
    void shouldMakeTheWindowsOfTheReference() {
        compare(reference.get("whole"), false);
        compare(reference.get("padded"), true);
    }

    @Test
    void shouldFitTheNormalizersOfTheReference() {
        PolicyConfig policy = policy();
        Map<String, FittedNormalizers.Rule> rules = new LinkedHashMap<>();
        policy.inputs().forEach(input -> rules.put(input.key(), input.key().contains("rot") ? FittedNormalizers.Rule.IDENTITY
                : FittedNormalizers.Rule.RANGE));
        rules.put("action", FittedNormalizers.Rule.TOOLS);

        Map<String, Normalizer> fitted = FittedNormalizers.fit(List.of(ToolWindows.of(recorded(), policy, options(false, 0)).data()), rules);

        reference.get("normalizers").properties().forEach(entry -> {
            Normalizer normalizer = fitted.get(entry.getKey());
            for (int i = 0; i < normalizer.size(); i++) {
                double scale = entry.getValue().get(0).get(i).asDouble();
                assertEquals(scale, normalizer.scale()[i], 1e-4 * Math.abs(scale), entry.getKey());
                assertEquals(entry.getValue().get(1).get(i).asDouble(), normalizer.offset()[i], 1e-4 * Math.max(1, Math.abs(scale)), entry.getKey());
            }
        });
    }

    @Test
    void shouldRememberWhereAWindowIsFromAndDrawNoiseOnTheFirstPoseAlone() {
        PolicyConfig policy = policy();
        ToolWindows still = ToolWindows.of(recorded(), policy, options(false, 0));
        ToolWindows noisy = ToolWindows.of(recorded(), policy, options(false, 0.05));

        assertEquals(0, still.origins()[15]);
        assertEquals(1, still.origins()[16]);
        still.data().vectors().forEach((key, values) -> {
            float[] other = noisy.data().vectors().get(key);
            if (key.endsWith("start")) {
                double most = 0;
                for (int i = 0; i < values.length; i++) {
                    most = Math.max(most, Math.abs(values[i] - other[i]));
                }
                assertTrue(most > 0.01 && most < 0.5, key + " " + most);
            } else {
                assertArrayEquals(values, other, key);
            }
        });
    }

    @Test
    void shouldSayWhenNoEpisodeIsLongEnough() {
        ReplayData data = recorded();
        Map<String, float[]> vectors = new LinkedHashMap<>();
        data.vectors().forEach((key, values) -> vectors.put(key, java.util.Arrays.copyOf(values, values.length / 43 * 9)));
        ReplayData brief = new ReplayData("tables", data.features(), new int[] {9}, vectors, Map.of());

        String message = assertThrows(InputException.class, () -> ToolWindows.of(brief, policy(), options(false, 0))).getMessage();

        assertTrue(message.contains("tables") && message.contains("more than 9 steps"), message);
    }
}
