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

/**
 * Brings a written module into libtorch: its code as a small archive in memory, each tensor by one copy from where it lies
 * (usually the checkpoint's file) to libtorch's own memory, on which alone the network then depends. Stateless; call {@link TorchRuntime#start} first.
 */
public final class ScriptLoader {
    private ScriptLoader() {}

    /**
     * Loads the module onto the manager's device. Gradients may flow past its tensors, which require none themselves.
     *
     * @param manager owns the module
     * @throws ai.djl.engine.EngineException if libtorch does not accept the module
     */
    public static PtSymbolBlock load(ScriptModule script, PtNDManager manager) {
        PtSymbolBlock module = withoutTensors(script, manager);
        if (script.tensors().isEmpty()) {
            return module;
        }
        try (PtNDManager scope = manager.newSubManager(Device.cpu())) {
            PtNDArray[] tensors = script.tensors().values().stream().map(t -> copy(t, scope, manager.getDevice()))
                    .toArray(PtNDArray[]::new);
            try (IValue values = IValue.listFrom(tensors);
                    IValue first = IValueUtils.runMethod(module, TorchScriptArchive.ADOPT, values)) {
                return module;
            }
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

    private static PtNDArray copy(ScriptTensor tensor, PtNDManager scope, Device device) {
        long[] shape = tensor.shape().stream().mapToLong(Long::longValue).toArray();
        PtNDArray array = scope.create(new Shape(shape), DataType.FLOAT32);
        tensor.copyTo(array.toByteBuffer(true));
        return array.toDevice(device, false);
    }
}
