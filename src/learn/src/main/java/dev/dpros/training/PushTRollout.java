package dev.dpros.training;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.inference.ObservationBatch;
import dev.dpros.sim.PushTCamera;
import dev.dpros.sim.PushTEnv;
import java.util.ArrayList;
import java.util.List;

/**
 * One PushT episode as a policy sees it: the environment and its last To observations, oldest first, padded with the
 * first at the start (MultiStepWrapper of diffusion_policy). Confined to one thread.
 */
final class PushTRollout {
    private static final int IMAGE = PushTCamera.SIZE;

    private final long seed;
    private final PushTEnv env = new PushTEnv();
    private final PushTCamera camera;
    private final List<FeatureSpec> features;
    private final int steps;
    private final float[][] history;
    private final byte[] pixels = new byte[3 * IMAGE * IMAGE];
    private final double[] state = new double[5];
    private final double[] keypoints = new double[2 * PushTEnv.KEYPOINTS];

    /** An episode of the legacy reset with this seed. */
    PushTRollout(long seed, PushTCamera camera, List<FeatureSpec> features, int steps) {
        this.seed = seed;
        this.camera = camera;
        this.features = features;
        this.steps = steps;
        history = new float[features.size()][];
        for (int f = 0; f < history.length; f++) {
            history[f] = new float[steps * features.get(f).size()];
        }
        env.reset(seed);
        for (int k = 0; k < steps; k++) {
            observe();
        }
    }

    /** The same from a pose: agent x, y, block x, y (px), block angle (rad). */
    void reset(double[] pose) {
        env.reset(pose[0], pose[1], pose[2], pose[3], pose[4]);
        for (int k = 0; k < steps; k++) {
            observe();
        }
    }

    /** @throws InputException if PushT has no such observation */
    static void requireKnown(FeatureSpec feature) {
        boolean known = switch (feature.kind()) {
            case VISUAL -> feature.shape().equals(List.of(3, IMAGE, IMAGE));
            case STATE -> feature.size() == 2;
            case ENV -> feature.size() == 2 * PushTEnv.KEYPOINTS;
            case ACTION -> false;
        };
        if (!known) {
            throw InputException.of("env pusht", feature.key(), "an image [3, " + IMAGE + ", " + IMAGE
                    + "], a state [2] or keypoints [" + 2 * PushTEnv.KEYPOINTS + "]", feature.kind() + " " + feature.shape(), "");
        }
    }

    long seed() {
        return seed;
    }

    PushTEnv env() {
        return env;
    }

    /** Executes one action and observes. */
    void step(double x, double y) {
        env.step(x, y);
        observe();
    }

    /** Copies one feature's {@code [To, ...shape]} into a batch's row. */
    private void copyTo(int feature, float[] batch, int row) {
        System.arraycopy(history[feature], 0, batch, row * history[feature].length, history[feature].length);
    }

    /** What several episodes see, as one batch. */
    static ObservationBatch batch(List<PushTRollout> rollouts, List<FeatureSpec> features, int steps) {
        List<float[]> values = new ArrayList<>();
        for (int f = 0; f < features.size(); f++) {
            float[] array = new float[rollouts.size() * steps * features.get(f).size()];
            for (int row = 0; row < rollouts.size(); row++) {
                rollouts.get(row).copyTo(f, array, row);
            }
            values.add(array);
        }
        return new ObservationBatch(rollouts.size(), values);
    }

    private void observe() {
        env.readState(state, 0);
        env.readKeypoints(keypoints, 0);
        for (int f = 0; f < history.length; f++) {
            int size = features.get(f).size();
            float[] values = history[f];
            System.arraycopy(values, size, values, 0, (steps - 1) * size);
            write(features.get(f).kind(), values, (steps - 1) * size);
        }
    }

    private void write(FeatureSpec.Kind kind, float[] out, int offset) {
        switch (kind) {
            case VISUAL -> {
                camera.render(env.world(), pixels, 0);
                toChannelsFirst(pixels, out, offset);
            }
            case STATE -> {
                out[offset] = (float) state[0];
                out[offset + 1] = (float) state[1];
            }
            default -> {
                for (int i = 0; i < keypoints.length; i++) {
                    out[offset + i] = (float) keypoints[i];
                }
            }
        }
    }

    /** {@code uint8 [H, W, 3]} to {@code float32 [3, H, W]} in [0, 1]. */
    private static void toChannelsFirst(byte[] rgb, float[] out, int offset) {
        int plane = rgb.length / 3;
        for (int i = 0; i < plane; i++) {
            for (int c = 0; c < 3; c++) {
                out[offset + c * plane + i] = (rgb[3 * i + c] & 0xff) / 255f;
            }
        }
    }
}
