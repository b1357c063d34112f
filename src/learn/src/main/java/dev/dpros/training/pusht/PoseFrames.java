package dev.dpros.training.pusht;

import dev.dpros.core.TensorData;
import dev.dpros.diffusion.Normalizer;
import dev.dpros.sim.PushTCamera;
import dev.dpros.sim.PushTEnv;
import dev.dpros.training.data.Batch;
import dev.dpros.training.data.BatchMaker;
import dev.dpros.training.data.BatchMemory;
import dev.dpros.training.data.Frames;
import dev.dpros.training.data.PixelCrop;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Pictures of PushT with the block's keypoints as labels, to train an encoder by regression: frames of episodes, and frames
 * that the simulator's camera draws of random poses, two in five near the goal, where a pixel decides. Batch n is a
 * function of data, seed and n alone. Any thread.
 */
public final class PoseFrames implements BatchMaker {
    private static final int STATE = 5;
    private static final double NEAR_GOAL_SHARE = 0.4;

    private final List<PushTPoses> episodes;
    private final List<Frames> pictures = new ArrayList<>();
    private final Normalizer keypoints;
    private final String camera;
    private final int batchSize;
    private final long seed;
    private final double drawn;
    private final ThreadLocal<PushTPoses.Renderer> renderers = ThreadLocal.withInitial(PushTPoses.Renderer::new);

    /**
     * Frames to learn from.
     *
     * @param episodes whose frames are used, each data set as often as the others
     * @param keypoints normalizer of the labels, 18 values
     * @param camera key of the image
     * @param drawn share of frames that are drawn of random poses
     */
    public PoseFrames(List<PushTPoses> episodes, Normalizer keypoints, String camera, int batchSize, long seed, double drawn) {
        this.episodes = List.copyOf(episodes);
        for (PushTPoses part : episodes) {
            pictures.add(part.frames() == null ? part.rendered() : part.frames());
        }
        this.keypoints = keypoints;
        this.camera = camera;
        this.batchSize = batchSize;
        this.seed = seed;
        this.drawn = drawn;
    }

    @Override
    public long batchesPerEpoch() {
        return Math.max(1, episodes.stream().mapToInt(PushTPoses::steps).sum() / batchSize);
    }

    @Override
    public Batch make(long n, BatchMemory memory) {
        SplittableRandom random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + n);
        int labels = 2 * PushTEnv.KEYPOINTS;
        ByteBuffer images = memory.floats(camera, (long) batchSize * PushTCamera.BYTES);
        ByteBuffer targets = memory.floats("targets", (long) batchSize * labels);
        ByteBuffer mask = memory.floats("mask", batchSize);
        byte[] rgb = new byte[PushTCamera.BYTES];
        float[] state = new float[STATE];
        double[] points = new double[labels];
        for (int i = 0; i < batchSize; i++) {
            if (random.nextDouble() < drawn) {
                draw(state, random);
                renderers.get().draw(state, 0, rgb);
            } else {
                int part = random.nextInt(episodes.size());
                int row = random.nextInt(episodes.get(part).steps());
                pictures.get(part).read(row, rgb);
                System.arraycopy(episodes.get(part).states(), STATE * row, state, 0, STATE);
            }
            PixelCrop.channelsFirst(rgb, 3, PushTCamera.SIZE, new PixelCrop(0, 0, PushTCamera.SIZE, PushTCamera.SIZE), images);
            PushTEnv.keypointsAt(state[2], state[3], state[4], points, 0);
            for (int k = 0; k < labels; k++) {
                targets.putFloat(keypoints.normalize(k, (float) points[k]));
            }
            mask.putFloat(1);
        }
        long size = batchSize;
        long side = PushTCamera.SIZE;
        return new Batch(batchSize,
                Map.of(camera, new TensorData(TensorData.DType.F32, List.of(size, 1L, 3L, side, side), images.flip())),
                new TensorData(TensorData.DType.F32, List.of(size, 1L, (long) labels), targets.flip()),
                new TensorData(TensorData.DType.F32, List.of(size, 1L), mask.flip()));
    }

    /** A random pose: anywhere, or near the goal with the agent near the block. */
    private static void draw(float[] state, SplittableRandom random) {
        if (random.nextDouble() < NEAR_GOAL_SHARE) {
            state[2] = (float) (256 + 25 * random.nextGaussian());
            state[3] = (float) (256 + 25 * random.nextGaussian());
            state[4] = (float) (Math.PI / 4 + 0.3 * random.nextGaussian());
            double away = 40 + 100 * random.nextDouble();
            double direction = 2 * Math.PI * random.nextDouble();
            state[0] = (float) (state[2] - 40 + away * Math.cos(direction));
            state[1] = (float) (state[3] + 40 + away * Math.sin(direction));
        } else {
            state[0] = (float) (20 + 472 * random.nextDouble());
            state[1] = (float) (20 + 472 * random.nextDouble());
            state[2] = (float) (40 + 432 * random.nextDouble());
            state[3] = (float) (40 + 432 * random.nextDouble());
            state[4] = (float) (2 * Math.PI * random.nextDouble());
        }
    }
}
