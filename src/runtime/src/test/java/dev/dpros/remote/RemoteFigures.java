package dev.dpros.remote;

import com.sun.management.OperatingSystemMXBean;
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
import dev.dpros.inference.torchscript.ConvVariant;
import dev.dpros.remote.RemoteOptions.Credentials;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/**
 * The figures of docs/fleet.md, for a quiet machine: what the client costs on loopback, and how many chunks eight robots get from one
 * server and from samplers of their own. Arguments: policy, chunks a robot (without: the client alone).
 */
public final class RemoteFigures {
    private static final int CALLS = 2_000;
    private static final int WARM = 500;
    private static final int ROBOTS = 8;
    private static final int STEPS = 10;
    private static final int PAUSE_MS = 5;
    private static final int CORES = Runtime.getRuntime().availableProcessors();

    private RemoteFigures() {}

    public static void main(String[] args) throws Exception {
        PolicyDefinition policy = PolicyReader.read(Path.of(args[0]));
        overhead(policy);
        if (args.length == 1) {
            return;
        }
        int chunks = Integer.parseInt(args[1]);
        Path archive = Files.createTempFile("model", ".pt");
        try (OutputStream out = Files.newOutputStream(archive)) {
            ServedPolicy.write(policy, PolicySignature.of(policy, Pictures.UINT8), Map.of(), out);
        }
        try (PolicyServer http = new PolicyServer("policy", new LibtorchModel(policy, archive), 0);
                RemoteServer server = new RemoteServer(options(http.url()), policy)) {
            throughput("one server, one at a time, one thread", chunks, policy, () -> new FallbackPolicy(server, null, policy, () -> sampler(policy),
                    InferenceLatency.unreported(), new SystemClock()));
        }
        try (PolicyServer http = new PolicyServer("policy", new BatchedModel(new LibtorchModel(policy, archive, CORES), ROBOTS, 2_000_000), 0);
                RemoteServer server = new RemoteServer(options(http.url()), policy)) {
            throughput("one server, up to 8 together", chunks, policy, () -> new FallbackPolicy(server, null, policy, () -> sampler(policy),
                    InferenceLatency.unreported(), new SystemClock()));
        }
        throughput("a sampler each, plain operators", chunks, policy, () -> DiffusionPolicy.load(policy,
                InferenceOptions.DEFAULT.withConvVariant(ConvVariant.CONV1D).withSampling(SchedulerConfig.Type.DDIM, STEPS)));
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

    /** The parts of a call, ns each. */
    private record Call(long encodeNs, long exchangeNs, long decodeNs, long wholeNs, long bareNs) {}

    /**
     * From a window to a prediction, the whole call, at the pace of a slow robot: it waits between calls. The server is a process of its
     * own that answers at once. Beside each call the same bytes go there and back by a bare socket: what the client adds is the difference.
     */
    private static void overhead(PolicyDefinition policy) throws Exception {
        PolicyConfig config = policy.config();
        PolicyWire wire = new PolicyWire(policy, PolicySignature.of(policy, Pictures.UINT8));
        ObservationWindow window = new ObservationWindow(config.inputs(), config.nObsSteps());
        SchedulerConfig sampler = sampler(policy);
        Path file = Files.write(Files.createTempFile("answer", ".http"), answer(wire));
        try (CannedServer canned = new CannedServer(file);
                RemoteClient client = new RemoteClient(options("http://127.0.0.1:" + canned.port()));
                Socket bare = new Socket(InetAddress.getLoopbackAddress(), canned.port())) {
            bare.setTcpNoDelay(true);
            InputStream bareAnswers = new BufferedInputStream(bare.getInputStream());
            List<Call> calls = new ArrayList<>();
            int bytes = 0;
            for (int i = -WARM; i < CALLS; i++) {
                Thread.sleep(PAUSE_MS);
                long startNs = System.nanoTime();
                PolicyWire.Message message = wire.encode(window, SamplingTensors.of(config, sampler,
                        Sampling.of(NoiseSource.seeded(i), StepListener.NONE)));
                long encodedNs = System.nanoTime();
                List<ByteBuffer> answer = client.infer(message.body(), message.jsonLength(), wire.answers(), 10_000_000_000L);
                long answeredNs = System.nanoTime();
                wire.decode(answer, message.steps());
                long endNs = System.nanoTime();
                Thread.sleep(PAUSE_MS);
                long bareNs = bare(bare, bareAnswers, message.body().array());
                if (i >= 0) {
                    calls.add(new Call(encodedNs - startNs, answeredNs - encodedNs, endNs - answeredNs, endNs - startNs, bareNs));
                }
                bytes = message.body().capacity();
            }
            System.out.printf(Locale.ROOT, "client on loopback, %d bytes, n = %d; ms, median and p99:%n", bytes, CALLS);
            say("whole call", calls, Call::wholeNs);
            say("  window to bytes", calls, Call::encodeNs);
            say("  exchange", calls, Call::exchangeNs);
            say("  answer to prediction", calls, Call::decodeNs);
            say("the same bytes, bare socket", calls, Call::bareNs);
            say("whole call less bare socket", calls, call -> call.wholeNs() - call.bareNs());
        }
        Files.delete(file);
    }

    private static void say(String what, List<Call> calls, ToLongFunction<Call> part) {
        long[] sorted = calls.stream().mapToLong(part).sorted().toArray();
        System.out.printf(Locale.ROOT, "%-28s %.2f %.2f%n", what, sorted[sorted.length / 2] / 1e6, sorted[sorted.length * 99 / 100] / 1e6);
    }

    private static long bare(Socket socket, InputStream in, byte[] body) throws IOException {
        byte[] head = ("POST /v2/models/policy/infer HTTP/1.1\r\nHost: x\r\nContent-Length: " + body.length + "\r\n\r\n").getBytes();
        ByteBuffer all = ByteBuffer.allocate(head.length + body.length).put(head).put(body);
        long startNs = System.nanoTime();
        socket.getOutputStream().write(all.array());
        in.readNBytes(CannedServer.length(in));
        return System.nanoTime() - startNs;
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

    private static long cpuNs() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
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
        long startCpuNs = cpuNs();
        together.await();
        double seconds = (System.nanoTime() - startNs) / 1e9;
        System.out.printf(Locale.ROOT, "%d robots, %s, DDIM %d: %.1f chunks a second, %.0f ms of CPU a chunk%n", ROBOTS, what, STEPS,
                ROBOTS * chunks / seconds, (cpuNs() - startCpuNs) / 1e6 / (ROBOTS * chunks));
        for (Future<?> each : driving) {
            each.get();
        }
        robots.shutdown();
    }
}
