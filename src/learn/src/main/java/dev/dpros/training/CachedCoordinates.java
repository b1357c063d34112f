package dev.dpros.training;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.Progress;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.VisionConfig;
import dev.dpros.inference.torchscript.PoseScript;
import dev.dpros.inference.torchscript.ScriptModule;
import dev.dpros.training.data.Frames;
import dev.dpros.training.data.PixelCrop;
import dev.dpros.training.data.ReplayData;
import dev.dpros.training.engine.OptimizerConfig;
import dev.dpros.training.engine.TrainingState;
import dev.dpros.training.engine.TrainingStep;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Replaces the pictures of demonstrations by what a frozen encoder makes of them, its spatial-softmax coordinates, computed
 * once: a training that leaves the convolutions as they are costs no more than one from vectors. Stateless.
 */
public final class CachedCoordinates {
    private static final int BATCH = 64;
    private static final String HEAD = "rgb_encoder.out.";

    private CachedCoordinates() {}

    /** Whether a training leaves all of the only camera's encoder alone but its last layer. */
    public static boolean apply(PolicyDefinition policy, Predicate<String> learns) {
        PolicyConfig config = policy.config();
        return config.cameras().size() == 1 && config.vision().pool() == VisionConfig.Pool.SPATIAL_SOFTMAX
                && policy.weights().keySet().stream().noneMatch(name -> name.startsWith("rgb_encoder.")
                        && !name.startsWith(HEAD) && learns.test(name));
    }

    /**
     * The same data with coordinates {@code [steps, 2 * keypoints]} under the camera's key.
     *
     * @param threads of libtorch
     * @param progress of the pictures, begun already
     */
    public static ReplayData of(ReplayData data, PolicyDefinition policy, int threads, Progress progress) {
        FeatureSpec camera = policy.config().cameras().get(0);
        int width = 2 * policy.config().vision().numKeypoints();
        Map<String, float[]> vectors = new LinkedHashMap<>(data.vectors());
        vectors.put(camera.key(), coordinates(data.frames().get(camera.key()), data.steps(), camera, width, policy, threads, progress));
        List<FeatureSpec> features = new ArrayList<>(data.features());
        features.replaceAll(feature -> feature.key().equals(camera.key())
                ? FeatureSpec.of(camera.key(), FeatureSpec.Kind.STATE, width) : feature);
        return new ReplayData(data.name(), features, data.ends(), vectors, Map.of());
    }

    private static float[] coordinates(Frames frames, int steps, FeatureSpec camera, int width, PolicyDefinition policy,
            int threads, Progress progress) {
        int h = camera.shape().get(1);
        int w = camera.shape().get(2);
        float[] all = new float[Math.multiplyExact(steps, width)];
        byte[] rgb = new byte[Frames.bytes(camera)];
        ScriptModule script = PoseScript.of(policy, name -> true, 1);
        // one for all batches: memory outside the heap is given back when the heap is collected, and this fills none
        int bytes = Math.multiplyExact(Math.min(BATCH, steps), camera.size() * Float.BYTES);
        ByteBuffer pixels = ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
        try (TrainingStep encoder = new TrainingStep(script, TrainingState.fixed(script),
                OptimizerConfig.reference(1), threads)) {
            for (int from = 0; from < steps; from += BATCH) {
                int count = Math.min(BATCH, steps - from);
                pixels.clear();
                for (int i = 0; i < count; i++) {
                    frames.read(from + i, rgb);
                    PixelCrop.channelsFirst(rgb, camera.shape().get(0), w, new PixelCrop(0, 0, h, w), pixels);
                }
                List<Long> shape = List.of((long) count, 1L, (long) camera.shape().get(0), (long) h, (long) w);
                float[] values = encoder.run("coordinates",
                        List.of(new TensorData(TensorData.DType.F32, shape, pixels.flip())), false);
                System.arraycopy(values, 0, all, from * width, values.length);
                progress.advance(count);
            }
        }
        return all;
    }
}
