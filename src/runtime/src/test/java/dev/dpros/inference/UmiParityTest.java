package dev.dpros.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.FeatureSpec.Kind;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.inference.torchscript.ConvVariant;
import dev.dpros.reference.Procedural;
import dev.dpros.reference.ReferenceCase;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * predict_action of UMI's DiffusionUnetTimmPolicy, by way of a checkpoint as its workspace saves it. Its random crop was a crop
 * at the centre, its colour jitter left out.
 */
@Tag("long")
class UmiParityTest {
    @TempDir
    Path directory;

    @Test
    void shouldEqualTheReferenceWithAnEncoderPerCamera() {
        ReferenceCase reference = ReferenceCase.load("umi_vit_tiny_ddim16", directory);
        compare(reference, ConvVariant.CONV1D);
        compare(reference, ConvVariant.PACKED);
    }

    @Test
    void shouldEqualTheReferenceWithClipAndTwoArms() {
        compare(ReferenceCase.load("umi_clip_vitb16_ddim16", directory), ConvVariant.PACKED);
    }

    private static void compare(ReferenceCase reference, ConvVariant variant) {
        ReferenceFile file = new ReferenceFile(reference.tag(), reference.json());
        PolicyConfig config = reference.policy().config();
        int each = config.denoisedSteps() * config.denoisedWidth();
        try (DiffusionPolicy runtime = DiffusionPolicy.load(reference.policy(), InferenceOptions.DEFAULT.withConvVariant(variant))) {
            Prediction found = runtime.predictAction(observations(file, config), Sampling.of(file.noise(16, each), StepListener.NONE));
            double conditioning = ReferenceFile.worst(perKey(found.globalCond(), config, file), file.floats("conditioning"));
            double network = 0;
            for (Map.Entry<String, JsonNode> eps : file.json().get("eps").properties()) {
                float[] output = runtime.evaluate(found.globalCond(), Procedural.normal(file.tag() + "/noise", each),
                        Integer.parseInt(eps.getKey()));
                network = Math.max(network, ReferenceFile.worst(output, ReferenceFile.flatten(eps.getValue())));
            }
            double trajectory = ReferenceFile.worst(found.trajectory(), file.floats("trajectory"));
            float[] expected = file.floats("action");
            double actions = 0;
            assertEquals(expected.length, found.actions().length);
            for (int i = 0; i < expected.length; i++) {
                actions = Math.max(actions, Math.abs(expected[i] - found.actions()[i]));
            }
            ParityTable.record(reference.tag(), variant.name(), conditioning, network, trajectory, actions);
            assertTrue(conditioning < 1e-4, "conditioning off by " + conditioning);
            assertTrue(network < 1e-4, "network off by " + network);
            assertTrue(trajectory < 1e-3, "trajectory off by " + trajectory);
            assertTrue(actions < 1e-3, "action off by " + actions);
        }
    }

    private static int horizon(ReferenceFile file, FeatureSpec input) {
        return file.json().get("horizons").get(input.key()).asInt();
    }

    /** What a shorter horizon does not reach is anything: it must not matter. */
    private static ObservationBatch observations(ReferenceFile file, PolicyConfig config) {
        List<float[]> values = new ArrayList<>();
        for (FeatureSpec input : config.inputs()) {
            int horizon = horizon(file, input);
            float[] own = Procedural.uniform(file.tag() + "/" + input.key(), horizon * input.size(), input.kind() == Kind.VISUAL ? 0 : -1, 1);
            float[] all = new float[config.nObsSteps() * input.size()];
            Arrays.fill(all, 0.7f);
            System.arraycopy(own, 0, all, all.length - own.length, own.length);
            values.add(all);
        }
        return new ObservationBatch(1, values);
    }

    /** The conditioning vector as UMI has it: all steps of one key, then of the next. */
    private static float[] perKey(float[] perStep, PolicyConfig config, ReferenceFile file) {
        List<Float> all = new ArrayList<>();
        int offset = 0;
        for (FeatureSpec input : config.inputs()) {
            int width = input.kind() == Kind.VISUAL ? config.vision().featureDim() : input.size();
            for (int step = config.nObsSteps() - horizon(file, input); step < config.nObsSteps(); step++) {
                for (int i = 0; i < width; i++) {
                    all.add(perStep[step * config.conditioningPerStep() + offset + i]);
                }
            }
            offset += width;
        }
        float[] out = new float[all.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = all.get(i);
        }
        return out;
    }
}
