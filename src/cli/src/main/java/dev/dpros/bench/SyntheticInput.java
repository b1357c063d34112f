package dev.dpros.bench;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.ObservationWindow;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.inference.NoiseSource;
import dev.dpros.inference.ObservationBatch;
import dev.dpros.inference.Sampling;
import dev.dpros.inference.StepListener;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** What a policy is measured with: the same for every run. Stateless. */
public final class SyntheticInput {
    private SyntheticInput() {}

    /** Observations: images of noise, values from 0 to 1. */
    public static ObservationWindow window(PolicyConfig config) {
        ObservationWindow window = new ObservationWindow(config.inputs(), config.nObsSteps());
        SplittableRandom random = new SplittableRandom(2);
        for (int f = 0; f < window.features().size(); f++) {
            boolean image = window.features().get(f).kind() == FeatureSpec.Kind.VISUAL;
            float[] values = window.values(f);
            for (int i = 0; i < values.length; i++) {
                values[i] = image ? random.nextInt(256) / 255f : (float) random.nextDouble();
            }
        }
        return window;
    }

    /** The same observations for each of so many environments. */
    public static ObservationBatch batch(PolicyConfig config, int environments) {
        ObservationWindow window = window(config);
        List<float[]> values = new ArrayList<>();
        for (int f = 0; f < config.inputs().size(); f++) {
            float[] one = window.values(f);
            float[] all = new float[Math.multiplyExact(one.length, environments)];
            for (int i = 0; i < environments; i++) {
                System.arraycopy(one, 0, all, i * one.length, one.length);
            }
            values.add(all);
        }
        return new ObservationBatch(environments, values);
    }

    /** A chunk from noise that is the same each time. */
    public static Sampling sampling(PolicyConfig config) {
        float[] noise = new float[config.denoisedSteps() * config.denoisedWidth()];
        NoiseSource.seeded(3).initial(noise, 0, noise.length);
        return Sampling.of(NoiseSource.given(noise, null), StepListener.NONE);
    }
}
