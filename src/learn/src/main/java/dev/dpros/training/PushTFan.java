package dev.dpros.training;

import dev.dpros.inference.DiffusionPolicy;
import dev.dpros.inference.NoiseSource;
import dev.dpros.inference.Prediction;
import dev.dpros.inference.Sampling;
import dev.dpros.sim.PushTCamera;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/**
 * What a policy might do in one situation: K chunks sampled from the same observation of PushT, and how they fall into two groups
 * where there are two ways to go on.
 *
 * @param picture the camera's, {@code [96, 96, 3] uint8 RGB}
 * @param chunks each {@code [T - To + 1, 2]}, px of the 512 x 512 world
 * @param groups 0 or 1 for each chunk, by 2-means of the whole chunks; all 0 where there is one way
 * @param apart root mean square distance between the two groups' mean chunks, px; 0 where there is one way
 * @param within root mean square distance of the chunks to their group's mean, px
 */
public record PushTFan(byte[] picture, List<double[]> chunks, int[] groups, double apart, double within) {
    private static final int ROUNDS = 20;
    /** Two groups are two ways if they are farther apart than this many times their own spread: halves of one normal cloud are about 2.65. */
    private static final double TWO_WAYS = 4;

    /**
     * Samples a fan.
     *
     * @param pose agent x, y, block x, y (px), block angle (rad); null for the legacy reset of {@code seed}
     * @param noiseSeed of the first chunk's noise
     * @throws dev.dpros.core.InputException if the policy needs observations that PushT does not have
     */
    public static PushTFan of(DiffusionPolicy policy, double[] pose, long seed, int samples, long noiseSeed) {
        policy.config().inputs().forEach(PushTRollout::requireKnown);
        PushTCamera camera = new PushTCamera();
        PushTRollout rollout = new PushTRollout(seed, camera, policy.config().inputs(), policy.config().nObsSteps());
        if (pose != null) {
            rollout.reset(pose);
        }
        List<NoiseSource> noise = LongStream.range(noiseSeed, noiseSeed + samples).mapToObj(NoiseSource::seeded).toList();
        Prediction prediction = policy.predictAction(
                PushTRollout.batch(List.of(rollout), policy.config().inputs(), policy.config().nObsSteps()), Sampling.of(noise));
        List<double[]> chunks = new ArrayList<>();
        for (int k = 0; k < samples; k++) {
            chunks.add(prediction.actions(k, prediction.actionSteps()));
        }
        byte[] picture = new byte[PushTCamera.BYTES];
        camera.render(rollout.env().world(), picture, 0);
        return grouped(picture, chunks);
    }

    /** 2-means, begun with the two chunks that are farthest apart. */
    static PushTFan grouped(byte[] picture, List<double[]> chunks) {
        double[][] means = {chunks.get(0), chunks.get(0)};
        double farthest = -1;
        for (double[] a : chunks) {
            for (double[] b : chunks) {
                if (distance(a, b) > farthest) {
                    farthest = distance(a, b);
                    means[0] = a;
                    means[1] = b;
                }
            }
        }
        int[] groups = new int[chunks.size()];
        for (int round = 0; round < ROUNDS; round++) {
            for (int k = 0; k < groups.length; k++) {
                groups[k] = distance(chunks.get(k), means[0]) <= distance(chunks.get(k), means[1]) ? 0 : 1;
            }
            means = new double[][] {mean(chunks, groups, 0, means[0]), mean(chunks, groups, 1, means[1])};
        }
        double apart = distance(means[0], means[1]);
        double within = spread(chunks, groups, means);
        if (apart > TWO_WAYS * within) {
            return new PushTFan(picture, List.copyOf(chunks), groups, apart, within);
        }
        int[] one = new int[groups.length];
        double[][] middle = {mean(chunks, one, 0, means[0])};
        return new PushTFan(picture, List.copyOf(chunks), one, 0, spread(chunks, one, middle));
    }

    /** Root mean square distance of chunks to the mean of their group. */
    private static double spread(List<double[]> chunks, int[] groups, double[][] means) {
        double sum = 0;
        for (int k = 0; k < groups.length; k++) {
            sum += Math.pow(distance(chunks.get(k), means[groups[k]]), 2);
        }
        return Math.sqrt(sum / groups.length);
    }

    private static double[] mean(List<double[]> chunks, int[] groups, int group, double[] otherwise) {
        double[] mean = new double[otherwise.length];
        int count = 0;
        for (int k = 0; k < groups.length; k++) {
            if (groups[k] == group) {
                count++;
                for (int i = 0; i < mean.length; i++) {
                    mean[i] += chunks.get(k)[i];
                }
            }
        }
        for (int i = 0; i < mean.length; i++) {
            mean[i] /= Math.max(1, count);
        }
        return count == 0 ? otherwise : mean;
    }

    /** Root mean square distance of two paths' points. */
    private static double distance(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }
        return Math.sqrt(2 * sum / a.length);
    }

    /** Whether they go two ways. */
    public boolean twoWays() {
        return count(1) > 0;
    }

    /** Chunks in a group. */
    public int count(int group) {
        int count = 0;
        for (int of : groups) {
            count += of == group ? 1 : 0;
        }
        return count;
    }
}
