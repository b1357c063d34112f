package dev.dpros.inference;

import ai.djl.Device;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import dev.dpros.inference.torchscript.ScriptModule;
import dev.dpros.inference.torchscript.ScriptTensor;
import dev.dpros.inference.torchscript.TorchScriptArchive;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * Brings a written module into libtorch: its code as a small archive in memory, each tensor by one copy from where it lies
 * (usually the checkpoint's file) to libtorch's own memory, on which alone the network then depends, one after the other. Stateless;
 * call {@link TorchRuntime#start} first.
 */
public final class ScriptLoader {
    /** Values of a tensor whose copies are worth giving back at once. */
    private static final long LARGE = 1 << 20;

    private ScriptLoader() {}

    /**
     * Loads the module onto the manager's device. Gradients may flow past its tensors, which require none themselves.
     *
     * @param manager owns the module
     * @throws ai.djl.engine.EngineException if libtorch does not accept the module
     */
    public static PtSymbolBlock load(ScriptModule script, PtNDManager manager) {
        return load(script, manager, List.of());
    }

    /**
     * As {@link #load(ScriptModule, PtNDManager)}; each tensor is brought into another layout before the next one is read, so that
     * a network in a small precision never is in memory in a larger one.
     *
     * @param preparations of the module, in order
     * @throws ai.djl.engine.EngineException if libtorch does not accept the module, or cannot make the layout
     */
    static PtSymbolBlock load(ScriptModule script, PtNDManager manager, List<String> preparations) {
        PtSymbolBlock module = withoutTensors(script, manager);
        script.tensors().forEach((attribute, tensor) -> {
            if (script.isMade(attribute)) {
                return;
            }
            adopt(module, attribute, tensor, manager);
            for (String preparation : preparations) {
                script.preparation(preparation).stream().filter(step -> step.attribute().equals(attribute))
                        .forEach(step -> prepare(module, step, manager));
            }
        });
        TorchRuntime.releaseFreeMemory();
        return module;
    }

    /** Brings one tensor into another layout. @throws ai.djl.engine.EngineException if libtorch cannot */
    static void prepare(PtSymbolBlock module, ScriptModule.Step step, PtNDManager manager) {
        try (PtNDArray unused = manager.create(new Shape(1), DataType.FLOAT32)) {
            call(module, step.method(), unused);
        }
        if (step.count() >= LARGE) {
            TorchRuntime.releaseFreeMemory();
        }
    }

    private static void call(PtSymbolBlock module, String method, PtNDArray argument) {
        try (IValue value = IValue.from(argument)) {
            IValueUtils.runMethod(module, method, value).close();
        }
    }

    private static PtSymbolBlock withoutTensors(ScriptModule script, PtNDManager manager) {
        try {
            ByteArrayOutputStream archive = new ByteArrayOutputStream();
            TorchScriptArchive.write(script, archive);
            return JniUtils.loadModule(manager, new ByteArrayInputStream(archive.toByteArray()), true, false);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the network for libtorch: " + e.getMessage(), e);
        }
    }

    private static void adopt(PtSymbolBlock module, String attribute, ScriptTensor tensor, PtNDManager manager) {
        long[] shape = tensor.shape().stream().mapToLong(Long::longValue).toArray();
        try (PtNDManager scope = manager.newSubManager(Device.cpu())) {
            PtNDArray array = scope.create(new Shape(shape), DataType.FLOAT32);
            tensor.copyTo(array.toByteBuffer(true));
            call(module, TorchScriptArchive.adopt(attribute), array.toDevice(manager.getDevice(), false));
        }
    }
}
