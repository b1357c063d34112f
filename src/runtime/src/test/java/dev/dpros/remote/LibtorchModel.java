package dev.dpros.remote;

import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.inference.PolicySignature;
import dev.dpros.inference.ServedArchive;
import dev.dpros.inference.TorchRuntime;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** An exported archive, run by libtorch as an inference server does: its {@code forward} and nothing else of it. */
public final class LibtorchModel implements PolicyServer.Model {
    private final PolicySignature signature;
    private final ServedArchive archive;

    /** Loads {@code model.pt} of an export of a policy. */
    public LibtorchModel(PolicyDefinition definition, Path file) {
        signature = PolicySignature.of(definition, PolicySignature.Pictures.UINT8);
        archive = ServedArchive.load(file, signature);
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
        List<ByteBuffer> data = signature.inputs().stream().map(tensor -> direct(inputs.get(tensor.name()).data())).toList();
        ServedArchive.Answer answer = archive.forward(1, second(inputs, PolicySignature.TIMESTEPS), second(inputs, PolicySignature.VARIANCE), data);
        List<Integer> shape = signature.outputs().get(0).shape();
        return List.of(PolicyServer.Value.doubles(PolicySignature.TRAJECTORY, answer.trajectory(), 1, shape.get(0), shape.get(1)),
                PolicyServer.Value.ints(PolicySignature.POLICY, answer.policy(), 1, answer.policy().length));
    }

    private static int second(Map<String, PolicyServer.Value> inputs, String name) {
        return Math.toIntExact(inputs.get(name).spec().shape().get(1));
    }

    private static ByteBuffer direct(ByteBuffer data) {
        return ByteBuffer.allocateDirect(data.capacity()).order(ByteOrder.nativeOrder()).put(data.duplicate().rewind()).flip();
    }

    @Override
    public void close() {
        archive.close();
    }
}
