package dev.dpros.training.data;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.Normalizer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Batch n of a shuffled pass over windows: a function of data, seed and n alone. Any number of threads may ask at once.
 */
public final class WindowBatches implements BatchMaker {
    private final List<Part> parts;
    private final Options options;
    private final Map<String, Normalizer> normalizers;
    private final WindowIndex windows;
    private final WindowOrder order;

    /**
     * Data and the windows of it that are used.
     *
     * @param data all parts have the same features
     * @param repeats how often each window appears in a pass, 1 or more
     */
    public record Part(ReplayData data, EpisodeWindows windows, int repeats) {}

    /**
     * How windows become batches.
     *
     * @param obsSteps To
     * @param horizon T
     * @param batchSize B
     * @param seed of shuffling and augmentation
     * @param train whether to shuffle and augment; else windows come in order, images are cropped at their centre
     * @param crop {@code [h, w]} of the images, or null for whole ones
     * @param noise added to vectors in training, in robot units
     */
    public record Options(int obsSteps, int horizon, int batchSize, long seed, boolean train, List<Integer> crop,
            VectorNoise noise) {}

    /** Windows shuffled all together, if they are to be. @throws IllegalArgumentException if there is no window */
    public WindowBatches(List<Part> parts, Map<String, Normalizer> normalizers, Options options) {
        this(parts, normalizers, options, null);
    }

    /** Windows in an order of the caller's, if they are to be shuffled. @throws IllegalArgumentException if there is no window */
    public WindowBatches(List<Part> parts, Map<String, Normalizer> normalizers, Options options, WindowOrder order) {
        this.parts = List.copyOf(parts);
        this.normalizers = Map.copyOf(normalizers);
        this.options = options;
        windows = new WindowIndex(parts);
        if (windows.count() == 0) {
            throw new IllegalArgumentException("no window of " + options.horizon() + " steps in " + parts.size() + " data sets");
        }
        this.order = order == null ? WindowOrder.shuffled(windows.count(), options.seed()) : order;
    }

    /** Windows in one pass. */
    public int windows() {
        return windows.count();
    }

    @Override
    public long batchesPerEpoch() {
        return ((long) windows.count() + options.batchSize() - 1) / options.batchSize();
    }

    @Override
    public Batch make(long n, BatchMemory memory) {
        long epoch = n / batchesPerEpoch();
        int from = Math.toIntExact(n % batchesPerEpoch()) * options.batchSize();
        int size = Math.min(options.batchSize(), windows.count() - from);
        if (options.train()) {
            order.before(epoch, from, options.batchSize());
        }
        int[] shuffled = options.train() ? order.of(epoch) : null;
        int[] chosen = new int[size];
        for (int i = 0; i < size; i++) {
            chosen[i] = shuffled == null ? from + i : shuffled[from + i];
        }
        return fill(chosen, new SplittableRandom(options.seed() * 0x9E3779B97F4A7C15L + n), memory);
    }

    private Batch fill(int[] chosen, SplittableRandom random, BatchMemory memory) {
        ReplayData shape = parts.get(0).data();
        Map<String, ByteBuffer> inputs = new LinkedHashMap<>();
        for (FeatureSpec input : shape.inputs()) {
            inputs.put(input.key(), floats(memory, "input " + input.key(), (long) chosen.length * options.obsSteps() * valuesPerStep(input)));
        }
        FeatureSpec action = shape.action();
        ByteBuffer actions = floats(memory, "action", (long) chosen.length * options.horizon() * action.size());
        ByteBuffer mask = floats(memory, "mask", (long) chosen.length * options.horizon());
        Map<Integer, byte[]> pictures = new LinkedHashMap<>();
        for (int index : chosen) {
            Part part = parts.get(windows.part(index));
            int window = windows.window(index);
            for (FeatureSpec input : shape.inputs()) {
                for (int t = 0; t < options.obsSteps(); t++) {
                    int row = part.windows().row(window, t);
                    if (input.kind() == FeatureSpec.Kind.VISUAL) {
                        picture(part.data(), input, row, pictures, inputs.get(input.key()), random);
                    } else {
                        vector(part.data(), input, row, inputs.get(input.key()), options.train() ? random : null);
                    }
                }
            }
            for (int t = 0; t < options.horizon(); t++) {
                vector(part.data(), action, part.windows().row(window, t), actions, null);
                mask.putFloat(part.windows().recorded(window, t) ? 1f : 0f);
            }
        }
        return batch(chosen.length, inputs, actions, mask);
    }

    private Batch batch(int size, Map<String, ByteBuffer> inputs, ByteBuffer actions, ByteBuffer mask) {
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        for (FeatureSpec input : parts.get(0).data().inputs()) {
            List<Long> dims = new ArrayList<>(List.of((long) size, (long) options.obsSteps()));
            if (input.kind() == FeatureSpec.Kind.VISUAL) {
                dims.addAll(List.of((long) input.shape().get(0), (long) height(input), (long) width(input)));
            } else {
                dims.add((long) input.size());
            }
            tensors.put(input.key(), new TensorData(TensorData.DType.F32, dims, inputs.get(input.key()).flip()));
        }
        long steps = options.horizon();
        TensorData action = new TensorData(TensorData.DType.F32,
                List.of((long) size, steps, (long) parts.get(0).data().action().size()), actions.flip());
        return new Batch(size, tensors, action, new TensorData(TensorData.DType.F32, List.of((long) size, steps), mask.flip()));
    }

    private void vector(ReplayData data, FeatureSpec feature, int row, ByteBuffer out, SplittableRandom random) {
        int size = feature.size();
        float[] values = new float[size];
        System.arraycopy(data.vectors().get(feature.key()), row * size, values, 0, size);
        if (random != null && options.noise() != null) {
            options.noise().apply(feature, values, random);
        }
        Normalizer normalizer = normalizers.get(feature.key());
        for (int i = 0; i < size; i++) {
            out.putFloat(normalizer == null ? values[i] : normalizer.normalize(i, values[i]));
        }
    }

    /** One picture, cropped, as {@code [C, h, w]} in [0, 1]. */
    private void picture(ReplayData data, FeatureSpec feature, int row, Map<Integer, byte[]> pictures, ByteBuffer out,
            SplittableRandom random) {
        int fullHeight = feature.shape().get(1);
        int fullWidth = feature.shape().get(2);
        byte[] rgb = pictures.computeIfAbsent(Frames.bytes(feature), byte[]::new);
        data.frames().get(feature.key()).read(row, rgb);
        int h = height(feature);
        int w = width(feature);
        int top = options.train() ? random.nextInt(fullHeight - h + 1) : (int) Math.rint((fullHeight - h) / 2.0);
        int left = options.train() ? random.nextInt(fullWidth - w + 1) : (int) Math.rint((fullWidth - w) / 2.0);
        PixelCrop.channelsFirst(rgb, feature.shape().get(0), fullWidth, new PixelCrop(top, left, h, w), out);
    }

    private int valuesPerStep(FeatureSpec feature) {
        return feature.kind() == FeatureSpec.Kind.VISUAL ? feature.shape().get(0) * height(feature) * width(feature) : feature.size();
    }

    private int height(FeatureSpec feature) {
        return options.crop() == null ? feature.shape().get(1) : options.crop().get(0);
    }

    private int width(FeatureSpec feature) {
        return options.crop() == null ? feature.shape().get(2) : options.crop().get(1);
    }

    private ByteBuffer floats(BatchMemory memory, String name, long count) {
        if (count * Float.BYTES > Integer.MAX_VALUE) {
            throw InputException.of("loader.batch_size", "values of a batch", "at most 2 GiB of one feature", String.format("%.1f GiB for %d windows",
                    count * Float.BYTES / (double) (1 << 30), options.batchSize()), "a smaller batch and more loader.micro_batches, or a crop");
        }
        return memory.floats(name, count);
    }
}
