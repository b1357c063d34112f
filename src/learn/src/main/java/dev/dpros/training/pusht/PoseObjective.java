package dev.dpros.training.pusht;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.inference.torchscript.PoseScript;
import dev.dpros.inference.torchscript.ScriptModule;
import dev.dpros.sim.PushTEnv;
import dev.dpros.training.Objective;
import dev.dpros.training.data.Batch;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/**
 * The features of a policy's only camera learn to be the block's keypoints, normalised: smooth L1. With such features the
 * network of a policy that takes keypoints takes pictures.
 */
public final class PoseObjective implements Objective {
    /** Error at which the loss turns from square to linear: 5 px. */
    private static final double BETA = 0.02;

    /** @throws InputException if the policy has not one camera with features of as many values as the keypoints */
    public PoseObjective(PolicyConfig config) {
        int values = 2 * PushTEnv.KEYPOINTS;
        if (config.cameras().size() != 1 || config.vision().featureDim() != values) {
            throw InputException.of("policy", "objective pose", "one camera whose features are " + values + " values",
                    config.cameras().stream().map(FeatureSpec::key).toList() + (config.vision() == null ? ""
                            : " with " + config.vision().featureDim()), "set feature_dim of the encoder to " + values);
        }
    }

    @Override
    public ScriptModule script(PolicyDefinition initial, Predicate<String> learns) {
        return PoseScript.of(initial, name -> name.startsWith("rgb_encoder.") && learns.test(name), BETA);
    }

    @Override
    public List<TensorData> inputs(Batch batch, SplittableRandom random) {
        List<TensorData> x = new ArrayList<>(batch.inputs().values());
        x.add(batch.action());
        return x;
    }
}
