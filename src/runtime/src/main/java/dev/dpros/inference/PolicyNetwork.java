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
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A policy's network in libtorch: the module that {@link PolicyScript} writes, loaded and called. Confined to one thread.
 */
final class PolicyNetwork implements AutoCloseable {
    private final PtNDManager manager;
    private final PtSymbolBlock module;
    private final List<ConvVariant> variants;
    private final int cameras;
    private NetworkLayout layout = NetworkLayout.ORIGINAL;
    private final Map<Float, Integer> stepRows = new HashMap<>();
    private PtNDArray stepTable;

    private PolicyNetwork(PtNDManager manager, PtSymbolBlock module, List<ConvVariant> variants, int cameras) {
        this.manager = manager;
        this.module = module;
        this.variants = variants;
        this.cameras = cameras;
    }

    /**
     * Writes and loads the network.
     *
     * @param packed which of the packed variants is to be possible, where any is
     */
    static PolicyNetwork load(PolicyDefinition policy, Device device, ResizeFilter resize, ConvVariant packed) {
        List<ConvVariant> variants = possible(device, packed);
        ScriptModule script = PolicyScript.of(policy, variants, resize);
        PtNDManager manager = (PtNDManager) NDManager.newBaseManager(device, "PyTorch");
        try {
            return new PolicyNetwork(manager, ScriptLoader.load(script, manager), variants, policy.config().cameras().size());
        } catch (RuntimeException | Error e) {
            manager.close();
            throw e;
        }
    }

    private static List<ConvVariant> possible(Device device, ConvVariant packed) {
        List<ConvVariant> variants = new ArrayList<>(List.of(ConvVariant.CONV1D, ConvVariant.ROWS));
        if (packable(device)) {
            variants.add(packed);
        }
        return List.copyOf(variants);
    }

    /** Whether weights can be in oneDNN's blocked layout there. */
    static boolean packable(Device device) {
        return !device.isGpu() && System.getProperty("os.arch").matches("amd64|x86_64");
    }

    /** The variants it can be brought to, in order. */
    List<ConvVariant> variants() {
        return variants;
    }

    /** Whether the image encoders can be packed. */
    boolean imagesPackable() {
        return cameras > 0 && variants.get(variants.size() - 1).packed();
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
        if (!layout.leadsTo(target) || !variants.contains(target.unet()) || target.packedImages() && !imagesPackable()) {
            throw new IllegalArgumentException("layout " + target + " is not reachable from " + layout + ", " + variants);
        }
        for (ConvVariant next : variants) {
            if (next.compareTo(layout.unet()) > 0 && next.compareTo(target.unet()) <= 0) {
                prepare(next.preparation());
                layout = new NetworkLayout(next, layout.packedImages());
            }
        }
        if (target.packedImages() && !layout.packedImages()) {
            prepare(PolicyScript.PACK_IMAGES);
            layout = target;
        }
    }

    private void prepare(String method) {
        try (Chunk chunk = new Chunk()) {
            chunk.call(method, chunk.zeros(1));
        }
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
