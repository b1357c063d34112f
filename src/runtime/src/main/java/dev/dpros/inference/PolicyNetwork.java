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
import dev.dpros.inference.torchscript.PolicyScript;
import dev.dpros.inference.torchscript.ResizeFilter;
import dev.dpros.inference.torchscript.ScriptModule;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A policy's network in libtorch: the module that {@link PolicyScript} writes, loaded and called. Confined to one thread.
 */
final class PolicyNetwork implements AutoCloseable {
    private final PtNDManager manager;
    private final PtSymbolBlock module;
    private final ReachableLayouts layouts;
    /** By preparation. */
    private final Map<String, List<ScriptModule.Step>> preparations;
    private NetworkLayout layout;
    private final Map<Float, Integer> stepRows = new HashMap<>();
    private PtNDArray stepTable;

    private PolicyNetwork(PtNDManager manager, PtSymbolBlock module, ReachableLayouts layouts, ScriptModule script, NetworkLayout layout) {
        this.manager = manager;
        this.module = module;
        this.layouts = layouts;
        this.layout = layout;
        preparations = layouts.all().stream().collect(Collectors.toMap(name -> name, script::preparation));
    }

    /**
     * Writes and loads the network. In no other than the given layout is it in memory as a whole.
     *
     * @param layout that it is to have at first
     * @throws EngineException if this libtorch or CPU cannot
     */
    static PolicyNetwork load(PolicyDefinition policy, Device device, ResizeFilter resize, ReachableLayouts layouts, NetworkLayout layout) {
        ScriptModule script = PolicyScript.of(policy, layouts.variants(), layouts.halvedImages(), resize);
        PtNDManager manager = (PtNDManager) NDManager.newBaseManager(device, "PyTorch");
        try {
            PtSymbolBlock module = ScriptLoader.load(script, manager, layouts.preparations(NetworkLayout.ORIGINAL, layout));
            return new PolicyNetwork(manager, module, layouts, script, layout);
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
        layout = target;
        TorchRuntime.releaseFreeMemory();
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
        private final String encode = layout.packedImages() ? PolicyScript.ENCODE_PACKED : PolicyScript.ENCODE;

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

        /** Features {@code [B, D]} of images {@code [B, C, H, W]}. */
        PtNDArray encode(int camera, PtNDArray images) {
            return call(encode + camera, images);
        }

        /** The observation's part of the FiLM vectors. */
        PtNDArray condition(PtNDArray observation) {
            return call("condition", observation);
        }

        /** One evaluation of the network, at the timestep in row {@code row} of the table of embedded steps. */
        PtNDArray denoise(PtNDArray x, PtNDArray condition, int row) {
            try (IValue a = IValue.from(x);
                    IValue b = IValue.from(condition);
                    IValue c = IValue.from(stepTable);
                    IValue d = IValue.from((long) row);
                    IValue result = IValueUtils.runMethod(module, denoise, a, b, c, d)) {
                return result.toTensor(scope);
            }
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
