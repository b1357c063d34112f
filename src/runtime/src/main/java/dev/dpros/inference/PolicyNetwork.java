package dev.dpros.inference;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.inference.torchscript.ConvVariant;
import dev.dpros.inference.torchscript.PolicyScript;
import dev.dpros.inference.torchscript.ResizeFilter;
import dev.dpros.inference.torchscript.ScriptModule;
import dev.dpros.inference.vector.VectorEncoder;
import dev.dpros.inference.vector.VectorNetwork;
import dev.dpros.inference.vector.VectorTransformer;
import dev.dpros.inference.vector.VectorUnet;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A policy's network in libtorch: the module that {@link PolicyScript} writes, loaded and called. Confined to one thread.
 */
final class PolicyNetwork implements AutoCloseable {
    private final PolicyDefinition policy;
    private final PtNDManager manager;
    private final PtSymbolBlock module;
    private final ReachableLayouts layouts;
    /** By preparation. */
    private final Map<String, List<ScriptModule.Step>> preparations;
    private NetworkLayout layout;
    private final Map<Float, Integer> stepRows = new HashMap<>();
    private PtNDArray stepTable;
    /** The same, for what is computed outside libtorch, and that; null until then. */
    private float[] embedded;
    private float[] sample = {};
    private float[] output = {};
    private VectorNetwork vectors;
    private final List<VectorEncoder> encoders = new ArrayList<>();

    private PolicyNetwork(PolicyDefinition policy, PtNDManager manager, PtSymbolBlock module, ReachableLayouts layouts, ScriptModule script,
            NetworkLayout layout) {
        this.policy = policy;
        this.manager = manager;
        this.module = module;
        this.layouts = layouts;
        use(layout);
        preparations = layouts.all().stream().collect(Collectors.toMap(name -> name, script::preparation));
    }

    /**
     * Writes and loads the network. In no other than the given layout is it in memory as a whole.
     *
     * @param layout that it is to have at first
     * @throws EngineException if this libtorch or CPU cannot
     */
    static PolicyNetwork load(PolicyDefinition policy, Device device, ResizeFilter resize, ReachableLayouts layouts, NetworkLayout layout) {
        ScriptModule script = PolicyScript.of(policy, layouts.ofLibtorch(), layouts.halvedImages(), resize);
        PtNDManager manager = (PtNDManager) NDManager.newBaseManager(device, "PyTorch");
        try {
            PtSymbolBlock module = ScriptLoader.load(script, manager, layouts.preparations(NetworkLayout.ORIGINAL, layout));
            return new PolicyNetwork(policy, manager, module, layouts, script, layout);
        } catch (RuntimeException | Error e) {
            manager.close();
            throw e;
        }
    }

    /** The layouts it can be brought to. */
    ReachableLayouts layouts() {
        return layouts;
    }

    /** The layout in use. */
    NetworkLayout layout() {
        return layout;
    }

    /**
     * Brings the weights into a layout to which the present one leads.
     *
     * @throws EngineException if this libtorch or CPU cannot
     */
    void advanceTo(NetworkLayout target) {
        for (String preparation : layouts.preparations(layout, target)) {
            preparations.get(preparation).forEach(step -> ScriptLoader.prepare(module, step, manager));
        }
        use(target);
        TorchRuntime.releaseFreeMemory();
    }

    private void use(NetworkLayout target) {
        if (target.unet() == ConvVariant.VECTOR && vectors == null) {
            vectors = VectorUnet.fits(policy.config()) ? new VectorUnet(policy) : new VectorTransformer(policy);
        }
        for (int i = encoders.size(); target.images() == ImageVariant.VECTOR && i < policy.config().cameras().size(); i++) {
            encoders.add(new VectorEncoder(policy, i, policy.config().nObsSteps()));
        }
        layout = target;
    }

    /** Makes sure that what the network makes of these times is in the table; computes those that are asked for once. */
    void embed(float... times) {
        int known = stepRows.size();
        for (float time : times) {
            stepRows.putIfAbsent(time, stepRows.size());
        }
        if (stepRows.size() == known) {
            return;
        }
        float[] steps = new float[stepRows.size()];
        stepRows.forEach((time, row) -> steps[row] = time);
        if (stepTable != null) {
            stepTable.close();
        }
        try (Chunk chunk = new Chunk(); PtNDArray array = (PtNDArray) chunk.scope.create(steps)) {
            stepTable = chunk.call("embed", array);
            stepTable.attach(manager);
            embedded = null;
        }
    }

    /** The row of a time in the table. */
    int stepRow(float time) {
        return stepRows.get(time);
    }

    /** Opens the scope of one chunk: what is created within lives until it is closed. */
    Chunk open() {
        return new Chunk();
    }

    /** Frees the module and everything on it. */
    @Override
    public void close() {
        module.close();
        manager.close();
    }

    /** The arrays of one chunk, in one closed manager. */
    final class Chunk implements AutoCloseable {
        private final PtNDManager scope = manager.newSubManager(manager.getDevice());
        private final String denoise = layout.unet().method();
        private final String encode = layout.images() == ImageVariant.PACKED ? PolicyScript.ENCODE_PACKED : PolicyScript.ENCODE;

        /** Of a chunk that is computed outside libtorch: what the network makes of the observations. */
        private float[] observed;

        private Chunk() {}

        PtNDArray zeros(long... shape) {
            return (PtNDArray) scope.zeros(new Shape(shape), DataType.FLOAT32);
        }

        /**
         * An array of a direct buffer's content (position 0 to limit, native order). On a CPU it is the buffer: no copy.
         */
        PtNDArray array(ByteBuffer values, long... shape) {
            return scope.create(values.duplicate().order(ByteOrder.nativeOrder()), new Shape(shape), DataType.FLOAT32);
        }

        /**
         * Features {@code [N, D]}.
         *
         * @param pixels {@code [N, C, H, W]} in [0, 1], from {@code at} on
         * @param memory native order, for libtorch: takes the pixels
         */
        float[] encode(int camera, float[] pixels, int at, int images, ByteBuffer memory) {
            List<Integer> shape = policy.config().cameras().get(camera).shape();
            int length = images * policy.config().cameras().get(camera).size();
            if (encodesAlike()) {
                return features(camera, pixels, at, images);
            }
            memory.clear();
            memory.asFloatBuffer().put(pixels, at, length);
            memory.limit(length * Float.BYTES);
            try (PtNDArray batch = array(memory, images, shape.get(0), shape.get(1), shape.get(2)); PtNDArray features = call(encode + camera, batch)) {
                return features.toFloatArray();
            }
        }

        /** Whether an image's features are the same, to the bit, whatever else is encoded at once. */
        boolean encodesAlike() {
            return layout.images() == ImageVariant.VECTOR;
        }

        private float[] features(int camera, float[] pixels, int at, int images) {
            int size = policy.config().cameras().get(camera).size();
            int width = policy.config().vision().featureDim();
            float[] features = new float[images * width];
            for (int image = 0, count; image < images; image += count) {
                count = Math.min(policy.config().nObsSteps(), images - image);
                encoders.get(camera).encode(pixels, at + image * size, count, features, image * width);
            }
            return features;
        }

        /** The observation's part of the FiLM vectors. */
        PtNDArray condition(PtNDArray observation) {
            return call("condition", observation);
        }

        /**
         * One evaluation of the network, at the timestep in row {@code row} of the table of embedded steps.
         *
         * @param samples native order, {@code [shape]}, position 0 to limit
         * @param condition of this chunk, always the same
         * @return what it makes of them, valid until the next evaluation
         */
        float[] denoise(ByteBuffer samples, PtNDArray condition, int row, long... shape) {
            if (layout.unet() == ConvVariant.VECTOR) {
                return vectors(samples, condition, row, (int) shape[0]);
            }
            try (PtNDArray x = array(samples, shape);
                    IValue a = IValue.from(x);
                    IValue b = IValue.from(condition);
                    IValue c = IValue.from(stepTable);
                    IValue d = IValue.from((long) row);
                    IValue result = IValueUtils.runMethod(module, denoise, a, b, c, d);
                    PtNDArray y = result.toTensor(scope)) {
                return y.toFloatArray();
            }
        }

        private float[] vectors(ByteBuffer samples, PtNDArray condition, int row, int rows) {
            if (embedded == null) {
                embedded = stepTable.toFloatArray();
            }
            if (observed == null) {
                observed = condition.toFloatArray();
            }
            FloatBuffer values = samples.duplicate().order(ByteOrder.nativeOrder()).asFloatBuffer();
            if (sample.length != values.remaining()) {
                sample = new float[values.remaining()];
                output = new float[sample.length];
            }
            values.get(sample);
            int step = row * (embedded.length / stepRows.size());
            for (int b = 0; b < rows; b++) {
                vectors.denoise(embedded, step, observed, b * (observed.length / rows), sample, b * (sample.length / rows), output);
            }
            return output;
        }

        private PtNDArray call(String method, PtNDArray argument) {
            try (IValue a = IValue.from(argument); IValue result = IValueUtils.runMethod(module, method, a)) {
                return result.toTensor(scope);
            }
        }

        @Override
        public void close() {
            scope.close();
        }
    }
}
