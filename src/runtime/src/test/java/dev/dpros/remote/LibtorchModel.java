package dev.dpros.remote;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.inference.PolicySignature;
import dev.dpros.inference.TorchRuntime;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** An exported archive, run by libtorch as an inference server does: its {@code forward} and nothing else of it. */
public final class LibtorchModel implements PolicyServer.Model {
    private final PolicySignature signature;
    private final PtNDManager manager;
    private final PtSymbolBlock block;

    /** Loads {@code model.pt} of an export of a policy. */
    public LibtorchModel(PolicyDefinition definition, Path archive) throws IOException {
        signature = PolicySignature.of(definition, PolicySignature.Pictures.UINT8);
        TorchRuntime.start();
        TorchRuntime.prepareThread(1);
        manager = (PtNDManager) NDManager.newBaseManager(Device.cpu(), "PyTorch");
        try (InputStream in = Files.newInputStream(archive)) {
            block = JniUtils.loadModule(manager, in, false, false);
        }
    }

    /** With an open dimension for the batch. */
    static List<TensorSpec> batched(List<PolicySignature.Tensor> tensors) {
        List<TensorSpec> specs = new ArrayList<>();
        for (PolicySignature.Tensor tensor : tensors) {
            List<Long> shape = new ArrayList<>(List.of(-1L));
            tensor.shape().forEach(size -> shape.add((long) size));
            specs.add(new TensorSpec(tensor.name(), TensorType.valueOf(tensor.type().name()), shape));
        }
        return specs;
    }

    @Override
    public List<TensorSpec> inputs() {
        return batched(signature.inputs());
    }

    @Override
    public List<TensorSpec> outputs() {
        return batched(signature.outputs());
    }

    @Override
    public List<PolicyServer.Value> infer(Map<String, PolicyServer.Value> inputs) {
        TorchRuntime.prepareThread(1);
        try (PtNDManager scope = manager.newSubManager(Device.cpu())) {
            IValue[] arguments = signature.inputs().stream().map(tensor -> IValue.from(array(scope, inputs.get(tensor.name()))))
                    .toArray(IValue[]::new);
            try (IValue result = IValueUtils.runMethod(block, "forward", arguments)) {
                NDList outputs = result.toNDList(scope);
                List<PolicyServer.Value> values = new ArrayList<>();
                for (int i = 0; i < outputs.size(); i++) {
                    values.add(value(signature.outputs().get(i).name(), outputs.get(i)));
                }
                return values;
            } finally {
                for (IValue argument : arguments) {
                    argument.close();
                }
            }
        }
    }

    private static PtNDArray array(PtNDManager scope, PolicyServer.Value value) {
        ByteBuffer data = ByteBuffer.allocateDirect(value.data().capacity()).order(ByteOrder.nativeOrder());
        data.put(value.data().duplicate().rewind()).rewind();
        DataType type = switch (value.spec().type()) {
            case UINT8 -> DataType.UINT8;
            case FP32 -> DataType.FLOAT32;
            case FP64 -> DataType.FLOAT64;
            default -> throw new IllegalArgumentException("no input is " + value.spec());
        };
        return scope.create(data, new Shape(value.spec().shape().stream().mapToLong(Long::longValue).toArray()), type);
    }

    private static PolicyServer.Value value(String name, NDArray array) {
        long[] shape = array.getShape().getShape();
        return array.getDataType() == DataType.INT32 ? PolicyServer.Value.ints(name, array.toIntArray(), shape)
                : PolicyServer.Value.doubles(name, array.toDoubleArray(), shape);
    }

    @Override
    public void close() {
        manager.close();
    }
}
