package dev.dpros.inference;

import dev.dpros.diffusion.DitConfig;
import dev.dpros.diffusion.PolicyDefinition;
import java.nio.FloatBuffer;

/** What a policy that is told its task makes of it. Stateless. */
final class TaskConditioning {
    private TaskConditioning() {}

    /** The projection of what the text tower makes of the task; empty if the policy is told none. */
    static float[] of(PolicyDefinition policy) {
        float[] features = new float[policy.config().denoiser().taskFeatures()];
        if (features.length > 0) {
            FloatBuffer pooled = floats(policy, DitConfig.TASK);
            FloatBuffer weight = floats(policy, DitConfig.PROJECTION + ".weight");
            FloatBuffer bias = floats(policy, DitConfig.PROJECTION + ".bias");
            int size = pooled.remaining();
            for (int i = 0; i < features.length; i++) {
                double sum = bias.get(i);
                for (int j = 0; j < size; j++) {
                    sum += (double) weight.get(i * size + j) * pooled.get(j);
                }
                features[i] = (float) sum;
            }
        }
        return features;
    }

    private static FloatBuffer floats(PolicyDefinition policy, String name) {
        return policy.weights().get(name).bytes().asFloatBuffer();
    }
}
