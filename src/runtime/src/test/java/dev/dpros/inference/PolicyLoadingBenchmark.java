package dev.dpros.inference;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.JniUtils;
import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.checkpoint.PolicyWriter;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.UnetConfig;
import dev.dpros.inference.torchscript.ConvVariant;
import dev.dpros.inference.torchscript.PolicyScript;
import dev.dpros.inference.torchscript.ResizeFilter;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How long a large policy takes to load, against reading its file and DJL's own module load. A program:
 * {@code write DIR} makes the policy, {@code load DIR} measures it (in a JVM of its own, for the heap's peak).
 */
final class PolicyLoadingBenchmark {
    private static final int ROUNDS = 12;
    private static final int WARM_UP = 2;

    private PolicyLoadingBenchmark() {}

    public static void main(String[] args) throws IOException {
        Path directory = Path.of(args[1]);
        if (args[0].equals("write")) {
            PolicyWriter.write(TestPolicies.stateOnly(16, new UnetConfig(List.of(256, 512, 1024), 5, 8, 128, true)), directory);
        } else {
            load(directory);
        }
    }

    private static void load(Path directory) throws IOException {
        DiffusionPolicy.load(TestPolicies.tiny(), InferenceOptions.DEFAULT).close();
        List<double[]> rounds = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            double[] ms = round(directory);
            if (i >= WARM_UP) {
                rounds.add(ms);
            }
        }
        double file = median(rounds, 0);
        double read = median(rounds, 1);
        double load = median(rounds, 2);
        double module = median(rounds, 3);
        double[] relations = rounds.stream().mapToDouble(r -> (r[1] + r[2]) / (r[0] + r[3])).sorted().toArray();
        System.out.printf("relation of each round: best %.2f, median %.2f, worst %.2f%n", relations[0],
                relations[relations.length / 2], relations[relations.length - 1]);
        System.out.printf("medians: file %.0f ms, read %.0f ms, load %.0f ms, DJL module %.0f ms; relation %.2f%n", file, read, load,
                module, (read + load) / (file + module));
        long peak = ManagementFactory.getMemoryPoolMXBeans().stream().filter(p -> p.getType() == MemoryType.HEAP)
                .map(MemoryPoolMXBean::getPeakUsage).mapToLong(u -> u.getUsed()).sum();
        System.out.printf("heap peak %.0f MB%n", peak / 1e6);
    }

    private static double[] round(Path directory) throws IOException {
        long start = System.nanoTime();
        try (FileChannel file = FileChannel.open(directory.resolve("model.safetensors"))) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);
            while (file.read(buffer) >= 0) {
                buffer.clear();
            }
        }
        long fileRead = System.nanoTime();
        PolicyDefinition policy = PolicyReader.read(directory);
        long read = System.nanoTime();
        DiffusionPolicy loaded = DiffusionPolicy.load(policy, InferenceOptions.DEFAULT);
        long end = System.nanoTime();
        loaded.close();
        return new double[] {(fileRead - start) / 1e6, (read - fileRead) / 1e6, (end - read) / 1e6, moduleLoadMs(policy)};
    }

    /** Has libtorch save the loaded network as its own archive, in memory, and times its loading through DJL. */
    private static double moduleLoadMs(PolicyDefinition policy) throws IOException {
        Path archive = Files.createTempFile(Path.of("/dev/shm"), "dpros-", ".pt");
        try (PtNDManager manager = (PtNDManager) NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
            List<ConvVariant> variants = List.of(ConvVariant.CONV1D, ConvVariant.ROWS, ConvVariant.PACKED);
            try (OutputStream out = Files.newOutputStream(archive);
                    PtSymbolBlock network = ScriptLoader.load(PolicyScript.of(policy, variants, false, ResizeFilter.AUTO), manager)) {
                JniUtils.writeModule(network, out, false);
            }
            long start = System.nanoTime();
            JniUtils.loadModule(manager, archive, true, new String[0], new String[0], false).close();
            return (System.nanoTime() - start) / 1e6;
        } finally {
            Files.delete(archive);
        }
    }

    private static double median(List<double[]> rounds, int column) {
        double[] values = rounds.stream().mapToDouble(r -> r[column]).sorted().toArray();
        return values[values.length / 2];
    }
}
