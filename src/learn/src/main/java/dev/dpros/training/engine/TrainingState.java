package dev.dpros.training.engine;

import dev.dpros.core.InputException;
import dev.dpros.core.TensorData;
import dev.dpros.inference.torchscript.ScriptModule;
import dev.dpros.inference.torchscript.TrainedTensor;
import dev.dpros.inference.torchscript.WeightLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * All that an optimisation changes: the weights, AdamW's two moments, the moving average of the weights, each tensor in direct memory
 * on which libtorch works in place; the statistics that normalisations gather; the number of steps done. Nothing of the size of the network is on
 * the heap. Confined to the training thread.
 */
public final class TrainingState {
    /** Tensors begin at multiples of so many bytes: one cache line. */
    private static final int ALIGNMENT = 64;
    private static final int PIECE = 1 << 20;

    private final List<WeightLayout> tensors;
    private final Map<Part, List<ByteBuffer>> blocks = new EnumMap<>(Part.class);
    private final List<WeightLayout> statistics;
    private final List<ByteBuffer> gathered = new ArrayList<>();
    private long steps;

    /** What is kept of each tensor. */
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
        this(tensors, statistics, accumulates ? EnumSet.allOf(Part.class) : EnumSet.complementOf(EnumSet.of(Part.GRADIENTS)));
    }

    /** The weights alone of a network that is used as it is. */
    public static TrainingState fixed(ScriptModule network) {
        return new TrainingState(network.trained(), network.statistics(), EnumSet.of(Part.WEIGHTS));
    }

    private TrainingState(List<TrainedTensor> tensors, List<TrainedTensor> statistics, Set<Part> parts) {
        this.statistics = statistics.stream().map(TrainedTensor::layout).toList();
        for (TrainedTensor statistic : statistics) {
            ByteBuffer memory = allocate(statistic.layout());
            put(statistic.initial(), statistic.layout(), memory);
            gathered.add(memory);
        }
        this.tensors = tensors.stream().map(TrainedTensor::layout).toList();
        parts.forEach(part -> blocks.put(part, this.tensors.stream().map(TrainingState::allocate).toList()));
        for (int i = 0; i < tensors.size(); i++) {
            put(tensors.get(i).initial(), this.tensors.get(i), memory(Part.WEIGHTS, i));
            if (parts.contains(Part.AVERAGE)) {
                memory(Part.AVERAGE, i).put(memory(Part.WEIGHTS, i));
            }
        }
    }

    private static ByteBuffer allocate(WeightLayout tensor) {
        int bytes = Math.multiplyExact(tensor.count(), Float.BYTES);
        return ByteBuffer.allocateDirect(Math.addExact(bytes, 2 * ALIGNMENT)).alignedSlice(ALIGNMENT).slice(0, bytes);
    }

    /** The trained tensors, in order. */
    public List<WeightLayout> tensors() {
        return tensors;
    }

    /** Whether it keeps that. */
    boolean has(Part part) {
        return blocks.containsKey(part);
    }

    /** The memory of tensor {@code i}, native order. */
    ByteBuffer memory(Part part, int i) {
        return blocks.get(part).get(i).duplicate().order(ByteOrder.nativeOrder());
    }

    /** The statistics, in order. */
    List<WeightLayout> statistics() {
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
            values.put(statistics.get(i).name(), view(statistics.get(i), gathered(i)).inMemory());
        }
        return values;
    }

    /** Goes on from what was gathered. @throws InputException if one is missing or of another shape */
    public void writeStatistics(Map<String, TensorData> values, String source) {
        for (int i = 0; i < statistics.size(); i++) {
            put(fitting(statistics.get(i), values, source), statistics.get(i), gathered(i));
        }
    }

    /** Optimisation steps done. */
    public long steps() {
        return steps;
    }

    /** Continues at a number of steps, after its parts were written. */
    public void setSteps(long steps) {
        this.steps = steps;
    }

    /** A part's tensors in the checkpoint's layout, by name; copies, outside the heap. */
    public Map<String, TensorData> read(Part part) {
        Map<String, TensorData> values = view(part);
        values.replaceAll((name, tensor) -> tensor.inMemory());
        return values;
    }

    /** A part's tensors in the checkpoint's layout, by name: no copies, to be read before the next step alone. */
    public Map<String, TensorData> view(Part part) {
        Map<String, TensorData> values = new LinkedHashMap<>();
        for (int i = 0; i < tensors.size(); i++) {
            values.put(tensors.get(i).name(), view(tensors.get(i), memory(part, i)));
        }
        return values;
    }

    private TensorData view(WeightLayout layout, ByteBuffer memory) {
        return new TensorData(TensorData.DType.F32, layout.stored(), new View(this, steps, layout, memory.asFloatBuffer()));
    }

    /** Sets a part from tensors in the checkpoint's layout. @throws InputException if one is missing or of another shape */
    public void write(Part part, Map<String, TensorData> values, String source) {
        for (int i = 0; i < tensors.size(); i++) {
            put(fitting(tensors.get(i), values, source), tensors.get(i), memory(part, i));
        }
    }

    private static TensorData fitting(WeightLayout tensor, Map<String, TensorData> values, String source) {
        TensorData value = values.get(tensor.name());
        if (value == null || !value.shape().equals(tensor.stored()) || value.dtype() != TensorData.DType.F32) {
            throw InputException.of(source, "tensor '" + tensor.name() + "'", "float32 " + tensor.stored(),
                    value == null ? "no such tensor" : value.dtype() + " " + value.shape(), "");
        }
        return value;
    }

    private static void put(TensorData value, WeightLayout layout, ByteBuffer memory) {
        FloatBuffer network = memory.order(ByteOrder.nativeOrder()).asFloatBuffer();
        int length = value.content().length();
        ByteBuffer piece = ByteBuffer.allocate(Math.min(length, PIECE)).order(ByteOrder.LITTLE_ENDIAN);
        for (int from = 0; from < length; from += piece.limit()) {
            piece.clear().limit(Math.min(piece.capacity(), length - from));
            value.content().read(from, piece);
            layout.toNetwork(from / Float.BYTES, piece.flip().asFloatBuffer(), network);
        }
    }

    /** A tensor of the network as the checkpoint has it, made when it is read: in whole numbers, as long as no step was done since. */
    private record View(TrainingState state, long steps, WeightLayout layout, FloatBuffer network) implements TensorData.Content {
        @Override
        public int length() {
            return layout.count() * Float.BYTES;
        }

        @Override
        public void read(int offset, ByteBuffer into) {
            Objects.checkFromIndexSize(offset, into.remaining(), length());
            if (state.steps != steps) {
                throw new IllegalStateException(layout.name() + " of step " + steps + " is read after step " + state.steps);
            }
            if (offset % Float.BYTES != 0 || into.remaining() % Float.BYTES != 0) {
                throw new IllegalArgumentException(layout.name() + ": " + into.remaining() + " bytes at " + offset + " are no whole numbers");
            }
            layout.toCheckpoint(offset / Float.BYTES, network, into.slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer());
            into.position(into.limit());
        }
    }
}
