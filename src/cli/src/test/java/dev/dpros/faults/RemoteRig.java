package dev.dpros.faults;

import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.config.ConfigReader;
import dev.dpros.config.RobotConfig;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.faults.FaultRig.Kind;
import dev.dpros.faults.MessageLog.Entry;
import dev.dpros.faults.Witness.NodeState;
import dev.dpros.inference.PolicySignature;
import dev.dpros.inference.PolicySignature.Pictures;
import dev.dpros.inference.ServedPolicy;
import dev.dpros.remote.LibtorchModel;
import dev.dpros.remote.PolicyServer;
import dev.dpros.remote.RemoteServer;
import dev.dpros.transports.Ros1;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** The real node over PushT with a policy on a server that can fail; the server runs the exported archive through libtorch. */
final class RemoteRig implements AutoCloseable {
    static final String MODEL = "pusht";
    static final int HOLD = 2;
    private static final long PATIENCE_MS = 60_000;
    private static final Path POLICY = Path.of("models/pusht_image").toAbsolutePath();

    final PolicyServer http;
    final FaultRig rig;
    final RemoteServer server;
    final LibtorchModel model;
    final RobotConfig config;

    /** Drives when it returns, with chunks of the server. @param sampler what of the sampler's configuration is not usual */
    RemoteRig(Path dir, String sampler, int everySteps) throws IOException, InterruptedException {
        model = model(dir, definition());
        http = new PolicyServer(MODEL, model, 0);
        Path file = config(dir, http.url(), sampler, everySteps);
        config = ConfigReader.read(file).config();
        rig = new FaultRig(new Ros1(), file, Kind.IN_PROCESS, 100_000);
        server = rig.policy().server();
        rig.drive();
        await("chunks of the server", () -> server.remoteChunks() >= 3);
    }

    static PolicyDefinition definition() {
        return PolicyReader.read(POLICY);
    }

    /** The same policy with one weight changed. */
    static PolicyDefinition changed() {
        PolicyDefinition policy = definition();
        Map<String, TensorData> weights = new HashMap<>(policy.weights());
        String name = weights.keySet().stream().filter(each -> each.endsWith("bias")).sorted().findFirst().orElseThrow();
        float[] values = new float[(int) weights.get(name).shape().stream().mapToLong(Long::longValue).reduce(1, (a, b) -> a * b)];
        weights.get(name).bytes().asFloatBuffer().get(values);
        values[0] += 0.5f;
        weights.put(name, TensorData.of(values, values.length));
        return new PolicyDefinition(policy.config(), weights, policy.normalizers(), "the changed policy");
    }

    /** Exports a policy and loads the archive. */
    static LibtorchModel model(Path dir, PolicyDefinition policy) throws IOException {
        Path archive = Files.createTempFile(dir, "model", ".pt");
        try (OutputStream out = Files.newOutputStream(archive)) {
            ServedPolicy.write(policy, PolicySignature.of(policy, Pictures.UINT8), Map.of(), out);
        }
        return new LibtorchModel(policy, archive);
    }

    /** A robot configuration of PushT whose policy is at this address. */
    static Path config(Path dir, String url, String sampler, int everySteps) throws IOException {
        String yaml = Files.readString(Path.of("launch/pusht.yaml")).replace("../models/pusht_image", POLICY.toString())
                .replace("every_steps: 8", "every_steps: " + everySteps);
        return Files.writeString(dir.resolve("remote.yaml"), yaml + "\nsampler: {scheduler: ddim, steps: 4, remote: {url: '" + url
                + "', model: " + MODEL + ", timeout_ms: 10000" + sampler + "}}\ntrace: {file: " + dir.resolve("remote.trace") + "}\n");
    }

    /** Waits until a condition holds. */
    static void await(String what, BooleanSupplier condition) throws InterruptedException {
        if (!FaultRig.await(PATIENCE_MS, condition)) {
            throw new AssertionError("waited in vain for " + what);
        }
    }

    /** The node's states since a monotonic time. */
    List<Integer> states(long sinceNs) {
        return rig.witness().states().since(sinceNs).stream().map(Entry::value).map(NodeState::state).toList();
    }

    /** How much of the time since then the node was nominal. */
    double nominal(long sinceNs) {
        List<Integer> states = states(sinceNs);
        return states.stream().filter(state -> state == NodeState.NOMINAL).count() / (double) states.size();
    }

    /** Waits until the server is asked no more, since it fails, and until so many chunks more were sampled here. */
    void awaitMiss(int chunksHere) throws InterruptedException {
        await("a miss", () -> !server.breaker().closed()); // on a slow machine there may have been one before the server failed
        long before = server.localChunks();
        await("chunks sampled here", () -> server.localChunks() >= before + chunksHere);
    }

    /** Waits until the server samples again. */
    void awaitServer() throws InterruptedException {
        await("the server", server.breaker()::closed);
        long before = server.remoteChunks();
        await("its chunks", () -> server.remoteChunks() >= before + 2);
    }

    @Override
    public void close() {
        rig.close();
        http.close();
    }
}
