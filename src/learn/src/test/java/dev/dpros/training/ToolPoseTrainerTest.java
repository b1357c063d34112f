package dev.dpros.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.checkpoint.ExpectedTensors;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.FeatureSpec.Kind;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.Normalizer;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.PoseConfig;
import dev.dpros.diffusion.PoseRepresentation;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.diffusion.TrajectoryConfig;
import dev.dpros.diffusion.UnetConfig;
import dev.dpros.diffusion.VisionConfig;
import dev.dpros.inference.torchscript.Arithmetic;
import dev.dpros.training.DiffusionObjective.Options;
import dev.dpros.training.data.Batch;
import dev.dpros.training.data.EpisodeWindows;
import dev.dpros.training.data.FittedNormalizers;
import dev.dpros.training.data.ReplayData;
import dev.dpros.training.data.ToolWindows;
import dev.dpros.training.data.WindowBatches;
import dev.dpros.training.engine.OptimizerConfig;
import dev.dpros.training.engine.WeightDecay;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A policy of tool poses with a small vision transformer learns from a few episodes. */
@Tag("long")
class ToolPoseTrainerTest {
    private static final int SIDE = 16;

    private static PolicyConfig config() {
        VisionConfig.Vit vit = new VisionConfig.Vit(8, 16, 1, 2);
        VisionConfig vision = new VisionConfig(VisionConfig.Backbone.TIMM_CLIP_VIT, VisionConfig.Norm.GROUP, List.of(SIDE, SIDE),
                List.of(SIDE - 1, SIDE - 1), true, VisionConfig.Pool.FIRST_TOKEN, 0, 16, false, false, List.of(), vit);
        SchedulerConfig scheduler = new SchedulerConfig(SchedulerConfig.Type.DDIM, 50, SchedulerConfig.BetaSchedule.SQUAREDCOS_CAP_V2, 1e-4,
                0.02, SchedulerConfig.PredictionType.EPSILON, true, 1, SchedulerConfig.Variance.FIXED_SMALL, true, 0, 0, 16);
        return new PolicyConfig(2, 9, 8, List.of(FeatureSpec.of("camera0_rgb", Kind.VISUAL, 3, SIDE, SIDE),
                FeatureSpec.of("robot0_eef_pos", Kind.STATE, 3), FeatureSpec.of("robot0_eef_rot_axis_angle", Kind.STATE, 6),
                FeatureSpec.of("robot0_gripper_width", Kind.STATE, 1)), FeatureSpec.of("action", Kind.ACTION, 10),
                new UnetConfig(List.of(32, 64), 3, 8, 16, true), vision, scheduler, new TrajectoryConfig(TrajectoryConfig.Conditioning.GLOBAL,
                true, true, new PoseConfig(PoseRepresentation.RELATIVE, PoseRepresentation.RELATIVE)));
    }

    /** A tool on a circle, turning; the gripper closes half-way; the picture gets brighter. */
    private static ReplayData recorded() {
        int steps = 60;
        float[] positions = new float[steps * 3];
        float[] rotations = new float[steps * 3];
        float[] widths = new float[steps];
        for (int t = 0; t < steps; t++) {
            positions[3 * t] = (float) (0.2 * Math.cos(0.1 * t));
            positions[3 * t + 1] = (float) (0.2 * Math.sin(0.1 * t));
            rotations[3 * t + 2] = 0.05f * t;
            widths[t] = t % 30 < 15 ? 0.08f : 0.02f;
        }
        Map<String, float[]> vectors = new LinkedHashMap<>();
        vectors.put("robot0_eef_pos", positions);
        vectors.put("robot0_eef_rot_axis_angle", rotations);
        vectors.put("robot0_gripper_width", widths);
        List<FeatureSpec> features = List.of(FeatureSpec.of("camera0_rgb", Kind.VISUAL, 3, SIDE, SIDE), FeatureSpec.of("robot0_eef_pos", Kind.STATE, 3),
                FeatureSpec.of("robot0_eef_rot_axis_angle", Kind.STATE, 3), FeatureSpec.of("robot0_gripper_width", Kind.STATE, 1));
        return new ReplayData("circle", features, new int[] {30, 60}, vectors,
                Map.of("camera0_rgb", (row, rgb) -> Arrays.fill(rgb, (byte) (4 * row))));
    }

    private static WindowBatches batches(PolicyConfig policy, Map<String, Normalizer> normalizers) {
        ToolWindows windows = ToolWindows.of(recorded(), policy, new ToolWindows.Options(2, Map.of(), false, 0, 1));
        EpisodeWindows each = new EpisodeWindows(windows.data().ends(), policy.horizon(), 0, 0, window -> true);
        assertEquals(windows.origins().length, each.count());
        return new WindowBatches(List.of(new WindowBatches.Part(windows.data(), each, 1)), normalizers,
                new WindowBatches.Options(2, policy.horizon(), 8, 1, true, null, null));
    }

    private static Map<String, Normalizer> normalizers(PolicyConfig policy) {
        return FittedNormalizers.fit(List.of(ToolWindows.of(recorded(), policy, new ToolWindows.Options(2, Map.of(), false, 0, 1)).data()),
                Map.of("camera0_rgb", FittedNormalizers.Rule.IDENTITY, "robot0_eef_rot_axis_angle", FittedNormalizers.Rule.IDENTITY,
                        "action", FittedNormalizers.Rule.TOOLS));
    }

    @Test
    void shouldLearn() {
        PolicyConfig config = config();
        Map<String, Normalizer> normalizers = normalizers(config);
        WindowBatches batches = batches(config, normalizers);
        PolicyDefinition initial = new PolicyDefinition(config, InitialWeights.of(ExpectedTensors.of(config), 1), normalizers, "initial");
        OptimizerConfig optimizer = new OptimizerConfig(5e-3, 0.95, 0.999, 1e-8, WeightDecay.parts(1e-6, 1e-6), 0, null);
        try (PolicyTrainer trainer = new PolicyTrainer(initial, new DiffusionObjective(config, new Options(DiffusionObjective.Kind.DENOISING,
                false, false, Arithmetic.FLOAT32, 0.1)), new MadeBatches(batches.batchesPerEpoch(), batches::make), new PolicyTrainer.Options(optimizer,
                new LearningRate(5e-3, LearningRate.Shape.CONSTANT, 0, 100), name -> true, 1, 1, 1))) {
            double before = trainer.validate(List.of(batches.make(0)));
            for (int step = 0; step < 60; step++) {
                trainer.step();
            }
            double after = trainer.validate(List.of(batches.make(0)));
            assertTrue(after < 0.95 * before, "loss " + before + " to " + after);
        }
    }

    @Test
    void shouldBeginAsTimmDoes() {
        Map<String, TensorData> weights = InitialWeights.of(ExpectedTensors.of(config()), 3);

        assertEquals(0.02, deviation(weights.get("rgb_encoder.0.backbone.blocks.0.mlp.fc1.weight")), 0.002);
        assertEquals(0.02, deviation(weights.get("rgb_encoder.0.backbone.pos_embed")), 0.006);
        assertEquals(1, deviation(weights.get("rgb_encoder.0.backbone.blocks.0.norm1.weight")));
        assertEquals(1, deviation(weights.get("rgb_encoder.0.backbone.norm_pre.weight")));
        assertEquals(0, deviation(weights.get("rgb_encoder.0.backbone.blocks.0.attn.qkv.bias")));
        assertEquals(1 / Math.sqrt(3 * 192), deviation(weights.get("rgb_encoder.0.backbone.patch_embed.proj.weight")), 0.003);
    }

    private static double deviation(TensorData tensor) {
        var values = tensor.bytes().asFloatBuffer();
        double sum = 0;
        for (int i = 0; i < values.capacity(); i++) {
            sum += (double) values.get(i) * values.get(i);
        }
        return Math.sqrt(sum / values.capacity());
    }

    @Test
    void shouldPerturbWhatTheNetworkSeesAndNotWhatItTells() {
        PolicyConfig config = config();
        Batch batch = batches(config, normalizers(config)).make(0);
        List<TensorData> plain = new DiffusionObjective(config, new Options(DiffusionObjective.Kind.DENOISING, false, false, Arithmetic.FLOAT32))
                .inputs(batch, new SplittableRandom(3));
        List<TensorData> perturbed = new DiffusionObjective(config, new Options(DiffusionObjective.Kind.DENOISING, false, false,
                Arithmetic.FLOAT32, 0.1)).inputs(batch, new SplittableRandom(3));

        assertEquals(plain.size() + 1, perturbed.size());
        for (int i = 0; i < plain.size(); i++) {
            assertEquals(plain.get(i).bytes(), perturbed.get(i).bytes(), "input " + i);
        }
        var noise = perturbed.get(perturbed.size() - 4).bytes().asFloatBuffer();
        var added = perturbed.get(perturbed.size() - 1).bytes().asFloatBuffer();
        double square = 0;
        for (int i = 0; i < noise.capacity(); i++) {
            square += Math.pow(added.get(i) - noise.get(i), 2);
        }
        assertEquals(0.1, Math.sqrt(square / noise.capacity()), 0.01);
    }
}
