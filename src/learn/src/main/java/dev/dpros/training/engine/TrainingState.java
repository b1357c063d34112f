package dev.dpros.training.engine;

import dev.dpros.core.InputException;
import dev.dpros.core.TensorData;
import dev.dpros.inference.torchscript.ScriptModule;
import dev.dpros.inference.torchscript.TrainedTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All that an optimisation changes: the weights, AdamW's two moments, the moving average of the weights, each as one block
 * of direct memory on which libtorch works in place; the statistics that normalisations gather; the number of steps done. Confined to the training thread.
 */
public final class TrainingState {
    /** Tensors begin at multiples of so many floats: one cache line. */
    private static final int ALIGNMENT = 16;

    private final List<TrainedTensor> tensors;
    private final int[] offsets;
    private final Map<Part, ByteBuffer> blocks = new LinkedHashMap<>();
    private final List<TrainedTensor> statistics;
    private final List<ByteBuffer> gathered = new ArrayList<>();
    private long steps;

    /** The blocks. */
    public enum Part {
        /** Weights. */ WEIGHTS,
        /** AdamW's first moment. */ MOMENT1,
        /** AdamW's second moment. */ MOMENT2,
        /** Exponential moving average of the weights. */ AVERAGE,
        /** Gradients of the micro-batches so far; only with gradient accumulation. */ GRADIENTS
    }

    /** A network's initial state: weights and their average as given, moments zero. */
    public TrainingState(ScriptModule network, boolean accumulates) {
        this(network.trained(), network.statistics(), accumulates);
    }

    /** The same of a network that gathers no statistics. */
    public TrainingState(List<TrainedTensor> tensors, boolean accumulates) {
        this(tensors, List.of(), accumulates);
    }

    private TrainingState(List<TrainedTensor> tensors, List<TrainedTensor> statistics, boolean accumulates) {
        this.statistics = List.copyOf(statistics);
        for (TrainedTensor statistic : statistics) {
            ByteBuffer memory = ByteBuffer.allocateDirect(statistic.count() * Float.BYTES).order(ByteOrder.nativeOrder());
            statistic.toNetwork(statistic.initial().bytes().asFloatBuffer(), memory.asFloatBuffer());
            gathered.add(memory);
        }
        this.tensors = List.copyOf(tensors);
        offsets = new int[tensors.size()];
        int size = 0;
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = size;
            size = Math.addExact(size, (tensors.get(i).count() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
        }
        for (Part part : Part.values()) {
            if (part != Part.GRADIENTS || accumulates) {
                int bytes = Math.multiplyExact(Math.max(size, 1), Float.BYTES);
                blocks.put(part, ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder()));
            }
        }
        for (int i = 0; i < offsets.length; i++) {
            set(Part.WEIGHTS, i, tensors.get(i).initial());
            set(Part.AVERAGE, i, tensors.get(i).initial());
        }
    }

    /** The trained tensors, in order. */
    public List<TrainedTensor> tensors() {
        return tensors;
    }

    /** Whether it has a block. */
    boolean has(Part part) {
        return blocks.containsKey(part);
    }

    /** The memory of tensor {@code i} in a block, native order. */
    ByteBuffer memory(Part part, int i) {
        int bytes = tensors.get(i).count() * Float.BYTES;
        return blocks.get(part).slice(offsets[i] * Float.BYTES, bytes).order(ByteOrder.nativeOrder());
    }

    /** The statistics, in order. */
    List<TrainedTensor> statistics() {
        return statistics;
    }

    /** The memory of statistic {@code i}, native order. */
    ByteBuffer gathered(int i) {
        return gathered.get(i).duplicate().order(ByteOrder.nativeOrder());
    }

    /** What was gathered, by name; copies. */
    public Map<String, TensorData> readStatistics() {
        Map<String, TensorData> values = new LinkedHashMap<>();
        for (int i = 0; i < statistics.size(); i++) {
            values.put(statistics.get(i).name(), statistics.get(i).toCheckpoint(gathered(i).asFloatBuffer()));
        }
        return values;
    }

    /** Goes on from what was gathered. @throws InputException if one is missing or of another shape */
    public void writeStatistics(Map<String, TensorData> values, String source) {
        for (int i = 0; i < statistics.size(); i++) {
            TrainedTensor statistic = statistics.get(i);
            statistic.toNetwork(fitting(statistic, values, source).bytes().asFloatBuffer(), gathered(i).asFloatBuffer());
        }
    }

    /** Optimisation steps done. */
    public long steps() {
        return steps;
    }

    /** Continues at a number of steps, after its blocks were written. */
    public void setSteps(long steps) {
        this.steps = steps;
    }

    /** A block's tensors in the checkpoint's layout, by name; copies. */
    public Map<String, TensorData> read(Part part) {
        Map<String, TensorData> values = new LinkedHashMap<>();
        for (int i = 0; i < offsets.length; i++) {
            values.put(tensors.get(i).name(), read(part, i));
        }
        return values;
    }

    /** Tensor {@code i} of a block in the checkpoint's layout; a copy. */
    public TensorData read(Part part, int i) {
        return tensors.get(i).toCheckpoint(memory(part, i).asFloatBuffer());
    }

    /** Sets a block from tensors in the checkpoint's layout. @throws InputException if one is missing or of another shape */
    public void write(Part part, Map<String, TensorData> values, String source) {
        for (int i = 0; i < offsets.length; i++) {
            set(part, i, fitting(tensors.get(i), values, source));
        }
    }

    private static TensorData fitting(TrainedTensor tensor, Map<String, TensorData> values, String source) {
        TensorData value = values.get(tensor.name());
        if (value == null || !value.shape().equals(tensor.initial().shape()) || value.dtype() != TensorData.DType.F32) {
            throw InputException.of(source, "tensor '" + tensor.name() + "'", "float32 " + tensor.initial().shape(),
                    value == null ? "no such tensor" : value.dtype() + " " + value.shape(), "");
        }
        return value;
    }

    private void set(Part part, int i, TensorData value) {
        tensors.get(i).toNetwork(value.bytes().asFloatBuffer(), memory(part, i).asFloatBuffer());
    }
}
