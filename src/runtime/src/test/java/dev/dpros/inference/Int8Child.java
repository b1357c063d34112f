package dev.dpros.inference;

import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.Precision;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A process that samples trajectories in 8 bits and prints them, one a line. */
final class Int8Child {
    static final int TRAJECTORIES = 4;

    private Int8Child() {}

    public static void main(String[] args) {
        for (float[] trajectory : trajectories()) {
            System.out.println(IntStream.range(0, trajectory.length).mapToObj(i -> String.valueOf(trajectory[i])).collect(Collectors.joining(" ")));
        }
    }

    static float[][] trajectories() {
        PolicyDefinition definition = PolicyReader.read(Path.of("models/pusht_keypoints"));
        float[][] found = new float[TRAJECTORIES][];
        try (DiffusionPolicy policy = DiffusionPolicy.load(definition, InferenceOptions.DEFAULT.withPrecision(Precision.INT8))) {
            Arrays.setAll(found, i -> policy.predictAction(RandomObservations.of(definition, TRAJECTORIES).get(i),
                    Sampling.of(NoiseSource.seeded(i), StepListener.NONE)).trajectory());
        }
        return found;
    }
}
