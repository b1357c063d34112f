package dev.dpros.remote;

import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.core.ObservationWindow;
import dev.dpros.core.SystemClock;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.inference.ChunkPolicy;
import dev.dpros.inference.DiffusionPolicy;
import dev.dpros.inference.InferenceLatency;
import dev.dpros.inference.InferenceOptions;
import dev.dpros.inference.NoiseSource;
import dev.dpros.inference.PolicySignature;
import dev.dpros.inference.PolicySignature.Pictures;
import dev.dpros.inference.Sampling;
import dev.dpros.inference.SamplingTensors;
import dev.dpros.inference.ServedPolicy;
import dev.dpros.inference.StepListener;
import dev.dpros.remote.RemoteOptions.Credentials;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;

/**
 * The figures of docs/fleet.md, for a quiet machine: what the client costs on loopback, and how many chunks eight robots get from one
 * server and from samplers of their own. Arguments: policy, chunks a robot.
 */
public final class RemoteFigures {
    private static final int CALLS = 2_000;
    private static final int WARM = 500;
    private static final int ROBOTS = 8;
    private static final int STEPS = 10;

    private RemoteFigures() {}

    public static void main(String[] args) throws Exception {
        PolicyDefinition policy = PolicyReader.read(Path.of(args[0]));
        overhead(policy);
        int chunks = Integer.parseInt(args[1]);
        Path archive = Files.createTempFile("model", ".pt");
        try (OutputStream out = Files.newOutputStream(archive)) {
            ServedPolicy.write(policy, PolicySignature.of(policy, Pictures.UINT8), Map.of(), out);
        }
        try (PolicyServer http = new PolicyServer("policy", new LibtorchModel(policy, archive), 0);
                RemoteServer server = new RemoteServer(options(http.url()), policy)) {
            throughput("one server, batch 1", chunks, policy, () -> new FallbackPolicy(server, null, policy, () -> sampler(policy),
                    InferenceLatency.unreported(), new SystemClock()));
        }
        throughput("a sampler each, fast layout", chunks, policy, () -> DiffusionPolicy.load(policy,
                InferenceOptions.DEFAULT.withSampling(SchedulerConfig.Type.DDIM, STEPS)));
        Files.delete(archive);
        Runtime.getRuntime().halt(0);
    }

    private static RemoteOptions options(String url) {
        return new RemoteOptions(RemoteOptions.address(url), "policy", 60_000_000_000L, false, Credentials.NONE);
    }

    private static SchedulerConfig sampler(PolicyDefinition policy) {
        return policy.config().scheduler().withSampling(SchedulerConfig.Type.DDIM, STEPS);
    }

    /** From a window to a prediction, less nothing: a server that answers at once with the same bytes. */
    private static void overhead(PolicyDefinition policy) throws Exception {
        PolicyConfig config = policy.config();
        PolicyWire wire = new PolicyWire(policy, PolicySignature.of(policy, Pictures.UINT8));
        ObservationWindow window = new ObservationWindow(config.inputs(), config.nObsSteps());
        try (ServerSocket canned = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                RemoteClient client = new RemoteClient(options("http://127.0.0.1:" + canned.getLocalPort()))) {
            Thread server = new Thread(() -> serve(canned, answer(wire)), "canned");
            server.setDaemon(true);
            server.start();
            long[] took = new long[CALLS];
            int bytes = 0;
            for (int i = -WARM; i < CALLS; i++) {
                long startNs = System.nanoTime();
                SamplingTensors sampling = SamplingTensors.of(config, sampler(policy), Sampling.of(NoiseSource.seeded(i), StepListener.NONE));
                PolicyWire.Message message = wire.encode(window, sampling);
                List<ByteBuffer> answer = client.infer(message.body(), message.jsonLength(), wire.outputs(), 10_000_000_000L);
                wire.decode(answer, message.steps());
                if (i >= 0) {
                    took[i] = System.nanoTime() - startNs;
                }
                bytes = message.body().capacity();
                Thread.sleep(1);
            }
            Arrays.sort(took);
            System.out.printf(Locale.ROOT, "client on loopback, %d bytes: median %.2f ms, p99 %.2f ms, n = %d%n", bytes, took[CALLS / 2] / 1e6,
                    took[CALLS * 99 / 100] / 1e6, CALLS);
        }
    }

    private static byte[] answer(PolicyWire wire) {
        StringBuilder json = new StringBuilder("{\"outputs\":[");
        int bytes = 0;
        for (TensorSpec output : wire.outputs()) {
            json.append(bytes == 0 ? "" : ",").append("{\"name\":\"").append(output.name()).append("\",\"datatype\":\"").append(output.type())
                    .append("\",\"shape\":").append(output.shape()).append(",\"parameters\":{\"binary_data_size\":").append(output.bytes()).append("}}");
            bytes += output.bytes();
        }
        json.append("]}");
        byte[] head = ("HTTP/1.1 200 OK\r\n" + InferenceRequest.JSON_LENGTH + ": " + json.length() + "\r\nContent-Length: " + (json.length() + bytes)
                + "\r\n\r\n" + json).getBytes();
        ByteBuffer all = ByteBuffer.allocate(head.length + bytes).put(head);
        all.position(all.capacity() - 32);
        for (int part : dev.dpros.diffusion.PolicyHash.ints(wire.signature().hash())) {
            all.order(java.nio.ByteOrder.LITTLE_ENDIAN).putInt(part);
        }
        return all.array();
    }

    private static void serve(ServerSocket canned, byte[] answer) {
        try (Socket socket = canned.accept()) {
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
            byte[] body = new byte[1 << 20];
            while (true) {
                int length = length(in);
                if (length < 0 || in.readNBytes(body, 0, length) < length) {
                    return;
                }
                socket.getOutputStream().write(answer);
            }
        } catch (IOException e) {
            System.out.println("the canned server ends: " + e.getMessage());
        }
    }

    /** Reads a request's head; the length of its body, or -1 at the end. */
    private static int length(InputStream in) throws IOException {
        int length = 0;
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c >= 0; c = in.read()) {
            if (c != '\n') {
                line.append((char) c);
                continue;
            }
            String text = line.toString().strip().toLowerCase(Locale.ROOT);
            line.setLength(0);
            if (text.isEmpty()) {
                return length;
            }
            if (text.startsWith("content-length:")) {
                length = Integer.parseInt(text.substring("content-length:".length()).strip());
            }
        }
        return -1;
    }

    /** Each robot on a thread of its own, from loading on. */
    private static void throughput(String what, int chunks, PolicyDefinition policy, Supplier<ChunkPolicy> sampler) throws Exception {
        CyclicBarrier together = new CyclicBarrier(ROBOTS + 1);
        ExecutorService robots = Executors.newFixedThreadPool(ROBOTS);
        List<Future<?>> driving = new ArrayList<>();
        for (int r = 0; r < ROBOTS; r++) {
            driving.add(robots.submit(() -> {
                try (ChunkPolicy own = sampler.get()) {
                    own.warmUp();
                    together.await();
                    ObservationWindow window = new ObservationWindow(policy.config().inputs(), policy.config().nObsSteps());
                    for (int i = 0; i < chunks; i++) {
                        own.predictAction(window, Sampling.of(NoiseSource.seeded(i), StepListener.NONE));
                    }
                    return together.await();
                }
            }));
        }
        together.await();
        long startNs = System.nanoTime();
        together.await();
        double seconds = (System.nanoTime() - startNs) / 1e9;
        System.out.printf(Locale.ROOT, "%d robots, %s, DDIM %d: %.1f chunks a second%n", ROBOTS, what, STEPS, ROBOTS * chunks / seconds);
        for (Future<?> each : driving) {
            each.get();
        }
        robots.shutdown();
    }
}
