package dev.dpros.inference;

import ai.djl.Device;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.inference.PolicySignature.DataType;
import dev.dpros.inference.PolicySignature.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** An exported archive in libtorch, as an inference server has it: only {@code forward} is called. One thread. */
public final class ServedArchive implements AutoCloseable {
    /** What forward returned. @param trajectory {@code [B, T, W]} @param policy {@code [B, 8]} */
    public record Answer(double[] trajectory, int[] policy) {}

    private final PtNDManager manager;
    private final PtSymbolBlock module;
    private final PolicySignature signature;

    private ServedArchive(PtNDManager manager, PtSymbolBlock module, PolicySignature signature) {
        this.manager = manager;
        this.module = module;
        this.signature = signature;
    }

    /** Loads it. */
    public static ServedArchive load(Path archive, PolicySignature signature) {
        TorchRuntime.start();
        TorchRuntime.prepareThread(1);
        PtNDManager manager = (PtNDManager) NDManager.newBaseManager(Device.cpu(), "PyTorch");
        try (InputStream in = Files.newInputStream(archive)) {
            return new ServedArchive(manager, JniUtils.loadModule(manager, in, false, false), signature);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Asks for chunks. @param inputs in the order of the signature, with their batch dimension, native order */
    public Answer forward(int batch, int steps, int varianceSteps, List<ByteBuffer> inputs) {
        try (PtNDManager scope = manager.newSubManager(Device.cpu())) {
            IValue[] arguments = new IValue[inputs.size()];
            for (int i = 0; i < arguments.length; i++) {
                Tensor tensor = signature.inputs().get(i);
                int any = tensor.name().equals(PolicySignature.VARIANCE) ? varianceSteps : steps;
                long[] shape = new long[tensor.shape().size() + 1];
                shape[0] = batch;
                for (int d = 1; d < shape.length; d++) {
                    shape[d] = tensor.shape().get(d - 1) == PolicySignature.ANY ? any : tensor.shape().get(d - 1);
                }
                arguments[i] = IValue.from(scope.create(inputs.get(i), new Shape(shape), type(tensor.type())));
            }
            try (IValue result = IValueUtils.runMethod(module, "forward", arguments)) {
                NDList list = result.toNDList(scope);
                return new Answer(list.get(0).toDoubleArray(), list.get(1).toIntArray());
            }
        }
    }

    /** As {@link #forward(int, int, int, List)}. */
    public Answer forward(PolicyConfig config, ObservationBatch seen, SamplingTensors sampling) {
        List<ByteBuffer> inputs = new ArrayList<>();
        for (int f = 0; f < config.inputs().size(); f++) {
            float[] values = seen.values().get(f);
            boolean bytes = signature.inputs().get(f).type() == DataType.UINT8;
            ByteBuffer buffer = direct(values.length * (bytes ? 1 : Float.BYTES));
            for (float value : values) {
                if (bytes) {
                    buffer.put((byte) Math.round(255 * value));
                } else {
                    buffer.putFloat(value);
                }
            }
            inputs.add(buffer.flip());
        }
        inputs.add(floats(sampling.noise()));
        inputs.add(floats(sampling.variance()));
        inputs.add(floats(sampling.timesteps()));
        inputs.add(doubles(sampling.coefs()));
        inputs.add(floats(sampling.target()));
        inputs.add(doubles(sampling.weights()));
        return forward(sampling.batch(), sampling.steps(), sampling.varianceSteps(), inputs);
    }

    private static ByteBuffer floats(float[] values) {
        ByteBuffer buffer = direct(values.length * Float.BYTES);
        buffer.asFloatBuffer().put(values);
        return buffer;
    }

    private static ByteBuffer doubles(double[] values) {
        ByteBuffer buffer = direct(values.length * Double.BYTES);
        buffer.asDoubleBuffer().put(values);
        return buffer;
    }

    private static ByteBuffer direct(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }

    private static ai.djl.ndarray.types.DataType type(DataType type) {
        return switch (type) {
            case UINT8 -> ai.djl.ndarray.types.DataType.UINT8;
            case INT32 -> ai.djl.ndarray.types.DataType.INT32;
            case FP32 -> ai.djl.ndarray.types.DataType.FLOAT32;
            case FP64 -> ai.djl.ndarray.types.DataType.FLOAT64;
        };
    }

    @Override
    public void close() {
        module.close();
        manager.close();
    }
}
