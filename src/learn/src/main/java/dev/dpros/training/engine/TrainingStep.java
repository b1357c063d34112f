package dev.dpros.training.engine;

import ai.djl.Device;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import dev.dpros.core.TensorData;
import dev.dpros.inference.ScriptLoader;
import dev.dpros.inference.TorchRuntime;
import dev.dpros.inference.torchscript.OptimizerScript;
import dev.dpros.inference.torchscript.ScriptModule;
import dev.dpros.training.engine.TrainingState.Part;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Optimisation steps of any module that has a {@code loss(w, x)}, in libtorch: forward pass, gradients, clipping, AdamW and
 * moving average are one call. Confined to one thread.
 */
public final class TrainingStep implements AutoCloseable {
    private final TrainingState state;
    private final OptimizerConfig config;
    private final int threads;
    private final PtNDManager manager;
    private final PtSymbolBlock module;
    private final Map<Part, List<PtNDArray>> lists = new EnumMap<>(Part.class);
    private final List<PtNDArray> statistics = new ArrayList<>();
    private boolean accumulated;

    /**
     * What a step did.
     *
     * @param loss before it
     * @param gradientNorm norm of all gradients together, before clipping
     */
    public record Result(float loss, float gradientNorm) {}

    /**
     * Loads the module.
     *
     * @param script with a method {@code loss(w: List[Tensor], x: List[Tensor]) -> Tensor}; the optimiser is added to it
     * @param state of exactly the module's trained tensors
     * @param threads libtorch may use within one operator
     * @throws dev.dpros.core.InputException if libtorch cannot be loaded
     */
    public TrainingStep(ScriptModule script, TrainingState state, OptimizerConfig config, int threads) {
        this.state = state;
        this.config = config;
        this.threads = threads;
        OptimizerScript.addTo(script, new OptimizerScript.Tensors(
                script.trained().stream().mapToDouble(tensor -> config.decay().of(tensor.name())).toArray(), config.decay().coupled(),
                script.trained().stream().mapToDouble(tensor -> config.rate(tensor.name())).toArray()));
        TorchRuntime.start();
        TorchRuntime.prepareThread(threads);
        manager = (PtNDManager) NDManager.newBaseManager(Device.cpu(), "PyTorch");
        module = ScriptLoader.load(script, manager);
        for (Part part : Part.values()) {
            if (state.has(part)) {
                lists.put(part, list(part));
            }
        }
        for (int i = 0; i < state.statistics().size(); i++) {
            statistics.add(array(manager, state.gathered(i), shape(state.statistics().get(i).shape())));
        }
    }

    /** The block's tensors: views of the state's memory, named as one argument that is a list. */
    private List<PtNDArray> list(Part part) {
        List<PtNDArray> arrays = new ArrayList<>();
        for (int i = 0; i < state.tensors().size(); i++) {
            PtNDArray array = array(manager, state.memory(part, i), shape(state.tensors().get(i).shape()));
            array.setName(part.name() + "[]");
            arrays.add(array);
        }
        return arrays;
    }

    private static long[] shape(List<Long> dims) {
        return dims.stream().mapToLong(s -> s).toArray();
    }

    private static PtNDArray array(PtNDManager scope, ByteBuffer memory, long... shape) {
        return scope.create(memory, new Shape(shape), DataType.FLOAT32);
    }

    /** The state on which it works. */
    public TrainingState state() {
        return state;
    }

    /**
     * Adds a micro-batch's gradient, for a step that follows.
     *
     * @param share of the micro-batch in the step: 1 / their number
     * @return its loss
     */
    public float accumulate(List<TensorData> batch, double share) {
        if (!state.has(Part.GRADIENTS)) {
            throw new IllegalStateException("the state was made without gradient accumulation");
        }
        accumulated = true;
        return call("accumulate", batch, settings(0, share), Part.WEIGHTS, Part.GRADIENTS)[0];
    }

    /**
     * One optimisation step.
     *
     * @param batch tensors in the order of the module's {@code x}, float32 on direct memory
     * @param learningRate of this step
     * @param share of this batch in the step: 1, or 1 / micro-batches
     */
    public Result step(List<TensorData> batch, double learningRate, double share) {
        float[] settings = settings(learningRate, share);
        float[] result = accumulated
                ? call("finish", batch, settings, Part.WEIGHTS, Part.MOMENT1, Part.MOMENT2, Part.AVERAGE, Part.GRADIENTS)
                : call("step", batch, settings, Part.WEIGHTS, Part.MOMENT1, Part.MOMENT2, Part.AVERAGE);
        state.setSteps(state.steps() + 1);
        accumulated = false;
        return new Result(result[0], result[1]);
    }

    private float[] settings(double learningRate, double share) {
        double decay = config.ema() == null ? 0 : config.ema().decay(state.steps());
        return new float[] {(float) learningRate, (float) config.beta1(), (float) config.beta2(), (float) config.epsilon(),
            (float) config.clipNorm(), (float) decay, state.steps() + 1, (float) share};
    }

    /** DJL differentiates only what is called this way: arguments by name, the method as one of the names. */
    private float[] call(String method, List<TensorData> batch, float[] settings, Part... parts) {
        TorchRuntime.prepareThread(threads);
        try (PtNDManager scope = scope()) {
            NDList arguments = new NDList();
            PtNDArray name = numbers(scope, 0);
            name.setName("module_method:" + method);
            arguments.add(name);
            for (PtNDArray input : inputs(scope, batch)) {
                input.setName("x[]");
                arguments.add(input);
            }
            arguments.add(numbers(scope, settings));
            for (Part part : parts) {
                arguments.addAll(lists.get(part));
            }
            return IValueUtils.forward(module, arguments, true).get(0).toFloatArray();
        }
    }

    /** Seeds what the module leaves out at random from here on. */
    public void seed(long seed) {
        TorchRuntime.seed(seed);
    }

    /** The loss of a batch, with the weights as they are or with their average. */
    public float loss(List<TensorData> batch, boolean averaged) {
        return run("loss", batch, averaged)[0];
    }

    /** What a method {@code (w, x) -> Tensor} of the module gives, as a flat array. */
    public float[] run(String method, List<TensorData> batch, boolean averaged) {
        TorchRuntime.prepareThread(threads);
        try (PtNDManager scope = scope()) {
            List<PtNDArray> weights = lists.get(averaged ? Part.AVERAGE : Part.WEIGHTS);
            try (IValue w = IValue.listFrom(weights.toArray(new PtNDArray[0]));
                    IValue x = IValue.listFrom(inputs(scope, batch));
                    IValue result = IValueUtils.runMethod(module, method, w, x)) {
                return result.toTensor(scope).toFloatArray();
            }
        }
    }

    private PtNDManager scope() {
        return manager.newSubManager(manager.getDevice());
    }

    /** The batch, then what statistics are gathered in. */
    private PtNDArray[] inputs(PtNDManager scope, List<TensorData> batch) {
        PtNDArray[] arrays = new PtNDArray[batch.size() + statistics.size()];
        for (int i = 0; i < statistics.size(); i++) {
            arrays[batch.size() + i] = statistics.get(i);
        }
        for (int i = 0; i < batch.size(); i++) {
            TensorData tensor = batch.get(i);
            ByteBuffer bytes = tensor.bytes();
            if (!bytes.isDirect()) {
                bytes = ByteBuffer.allocateDirect(bytes.remaining()).put(bytes).flip();
            }
            arrays[i] = array(scope, bytes.order(ByteOrder.nativeOrder()), shape(tensor.shape()));
        }
        return arrays;
    }

    private static PtNDArray numbers(PtNDManager scope, float... values) {
        return (PtNDArray) scope.create(values);
    }

    @Override
    public void close() {
        module.close();
        manager.close();
    }
}
