package dev.dpros.remote;

import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.inference.PolicySignature;
import dev.dpros.inference.ServedArchive;
import dev.dpros.inference.TorchRuntime;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** An exported archive, run by libtorch as an inference server does: its {@code forward} and nothing else of it. One request at a time. */
public final class LibtorchModel implements PolicyServer.Model {
    private final PolicySignature signature;
    private final ServedArchive archive;
    private final int threads;

    /** Loads {@code model.pt} of an export of a policy, for one thread. */
    public LibtorchModel(PolicyDefinition definition, Path file) {
        this(definition, file, 1);
    }

    /** The same. @param threads of one operator */
    LibtorchModel(PolicyDefinition definition, Path file, int threads) {
        signature = PolicySignature.of(definition, PolicySignature.Pictures.UINT8);
        archive = ServedArchive.load(file, signature);
        this.threads = threads;
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
        return inferTogether(List.of(inputs)).get(0);
    }

    /** Requests of equal shapes in one pass. */
    synchronized List<List<PolicyServer.Value>> inferTogether(List<Map<String, PolicyServer.Value>> requests) {
        TorchRuntime.prepareThread(threads);
        int batch = requests.size();
        List<ByteBuffer> data = signature.inputs().stream()
                .map(tensor -> joined(requests.stream().map(inputs -> inputs.get(tensor.name()).data()).toList())).toList();
        ServedArchive.Answer answer = archive.forward(batch, second(requests.get(0), PolicySignature.TIMESTEPS),
                second(requests.get(0), PolicySignature.VARIANCE), data);
        List<Integer> shape = signature.outputs().get(0).shape();
        int values = answer.trajectory().length / batch;
        int hash = answer.policy().length / batch;
        List<List<PolicyServer.Value>> answers = new ArrayList<>();
        for (int b = 0; b < batch; b++) {
            answers.add(List.of(
                    PolicyServer.Value.doubles(PolicySignature.TRAJECTORY, Arrays.copyOfRange(answer.trajectory(), b * values, (b + 1) * values),
                            1, shape.get(0), shape.get(1)),
                    PolicyServer.Value.ints(PolicySignature.POLICY, Arrays.copyOfRange(answer.policy(), b * hash, (b + 1) * hash), 1, hash)));
        }
        return answers;
    }

    private static int second(Map<String, PolicyServer.Value> inputs, String name) {
        return Math.toIntExact(inputs.get(name).spec().shape().get(1));
    }

    private static ByteBuffer joined(List<ByteBuffer> rows) {
        ByteBuffer all = ByteBuffer.allocateDirect(rows.stream().mapToInt(ByteBuffer::capacity).sum()).order(ByteOrder.nativeOrder());
        rows.forEach(row -> all.put(row.duplicate().rewind()));
        return all.flip();
    }

    @Override
    public synchronized void close() {
        archive.close();
    }
}
