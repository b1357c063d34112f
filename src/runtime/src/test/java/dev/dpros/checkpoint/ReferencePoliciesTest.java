package dev.dpros.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dpros.core.FeatureSpec;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.diffusion.VisionConfig;
import dev.dpros.reference.Procedural;
import dev.dpros.reference.ReferenceCase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** The policies of the reference cases, by way of a checkpoint in the format of their origin. */
@Tag("long")
class ReferencePoliciesTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @FieldSource("dev.dpros.reference.ReferenceCase#LEROBOT")
    void shouldReadEveryLeRobotCase(String name) {
        ReferenceCase reference = ReferenceCase.load(name, directory);

        PolicyConfig config = reference.policy().config();
        assertEquals(reference.json().get("global_cond").size(), config.globalConditioning());
        assertEquals(reference.json().get("timesteps").size(), config.scheduler().inferenceSteps());
    }

    @ParameterizedTest
    @FieldSource("dev.dpros.reference.ReferenceCase#STANFORD")
    void shouldReadEveryDiffusionPolicyCase(String name) {
        ReferenceCase reference = ReferenceCase.load(name, directory);

        PolicyConfig config = reference.policy().config();
        assertEquals(reference.json().get("timesteps").size(), config.scheduler().inferenceSteps());
        assertEquals(config.inputs().size() + 1, reference.policy().normalizers().size());
    }

    @ParameterizedTest
    @FieldSource("dev.dpros.reference.ReferenceCase#STANFORD_FAMILIES")
    void shouldReadEveryFamilyAndReadBackWhatItWrites(String name) throws IOException {
        PolicyDefinition policy = ReferenceCase.load(name, directory).policy();
        Path written = directory.resolve("written");
        PolicyWriter.write(policy, written);

        PolicyDefinition again = PolicyReader.read(written);

        PolicyConfig ordered = again.config();
        assertEquals(policy.config().with(ordered.inputs(), policy.config().vision()), ordered);
        assertEquals(policy.weights().keySet(), again.weights().keySet());
        if (ordered.inputs().equals(policy.config().inputs())) {
            policy.weights().forEach((tensor, values) -> assertEquals(values.bytes(), again.weights().get(tensor).bytes(), tensor));
        }
    }

    @Test
    void shouldMapTheHybridPolicysNames() {
        PolicyDefinition policy = ReferenceCase.load("stanford_hybrid_image_ddim16", directory).policy();

        assertEquals(List.of("image", "agent_pos"), policy.config().inputs().stream().map(FeatureSpec::key).toList());
        assertEquals(VisionConfig.Norm.GROUP, policy.config().vision().norm());
        assertEquals(SchedulerConfig.Type.DDIM, policy.config().scheduler().type());
        isProcedural(policy, "rgb_encoder.0.backbone.5.0.downsample.0.weight",
                "obs_encoder.obs_nets.image.nets.0.nets.5.0.downsample.0.weight");
        isProcedural(policy, "rgb_encoder.0.pool.nets.bias", "obs_encoder.obs_nets.image.nets.1.nets.bias");
        isProcedural(policy, "rgb_encoder.0.out.weight", "obs_encoder.obs_nets.image.nets.3.weight");
        isProcedural(policy, "unet.down_modules.0.1.conv2.block.0.weight", "model.down_modules.0.1.blocks.1.block.0.weight");
        isProcedural(policy, "unet.up_modules.1.2.bias", "model.up_modules.1.2.conv.bias");
        assertEquals(-1, policy.normalizers().get("image").normalize(2, 0), 1e-6);
        assertEquals(511, policy.normalizers().get("action").unnormalize(0, 1), 1e-3);
    }

    @Test
    void shouldMapTheMultiImagePolicysNamesAndSortItsKeys() {
        PolicyDefinition policy = ReferenceCase.load("stanford_multi_image_ddim8", directory).policy();

        assertEquals(List.of("camera_0", "camera_1", "robot_eef_pose"),
                policy.config().inputs().stream().map(FeatureSpec::key).toList());
        assertEquals(VisionConfig.Pool.AVERAGE, policy.config().vision().pool());
        isProcedural(policy, "rgb_encoder.1.backbone.0.weight", "obs_encoder.key_model_map.camera_1.conv1.weight");
        isProcedural(policy, "rgb_encoder.0.backbone.7.1.bn2.bias", "obs_encoder.key_model_map.camera_0.layer4.1.bn2.bias");
    }

    private static void isProcedural(PolicyDefinition policy, String name, String sourceName) {
        var tensor = policy.weights().get(name);
        assertEquals(Procedural.weight(sourceName, tensor.shape()).bytes(), tensor.bytes(), name);
    }
}
