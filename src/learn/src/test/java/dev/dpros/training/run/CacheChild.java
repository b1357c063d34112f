package dev.dpros.training.run;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.jna.Library;
import com.sun.jna.Native;
import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.config.Layer;
import dev.dpros.config.TrainConfig;
import dev.dpros.core.InputException;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.lerobot.LerobotDataset;
import dev.dpros.datasets.lerobot.SyntheticSet;
import dev.dpros.datasets.zarr.ZarrDataset;
import dev.dpros.training.data.BatchSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/** A process that makes batches of a data set with two cameras: to be killed, to find a full disk, to say what memory it takes. */
final class CacheChild {
    /** RLIMIT_FSIZE. */
    private static final int FILE_SIZE = 1;
    private static final long MOST_BYTES = 50_000_000;

    /** The one libc function needed. */
    interface Libc extends Library {
        /** See setrlimit(2). */
        int setrlimit(int resource, long[] softAndHard);
    }

    private CacheChild() {}

    /** pusht_image's network for the cameras of a synthetic set. @param crop whether it sees a part of the pictures */
    static ObjectNode twoCameras(SyntheticSet.Size size, boolean crop) throws IOException {
        ObjectNode policy = (ObjectNode) new ObjectMapper().readTree(Path.of("models/pusht_image/config.json").toFile());
        ObjectNode inputs = policy.putObject("input_features");
        inputs.putObject("observation.state").put("type", "STATE").putArray("shape").add(2);
        for (String camera : List.of("front", "side")) {
            inputs.putObject("observation.images." + camera).put("type", "VISUAL").putArray("shape").add(3).add(size.height()).add(size.width());
        }
        if (crop) {
            policy.putArray("crop_shape").add(56).add(48);
        } else {
            policy.putNull("crop_shape");
        }
        return policy;
    }

    /** A training's data, with a few episodes held out; its folder is {@code run} in that of its files. */
    static TrainingData data(Path folder, ObjectNode policy, Path dataset, Map<String, Object> cache, Function<Path, EpisodeDataset> open)
            throws IOException {
        return training(folder, policy, dataset, Map.of("cache", cache), open);
    }

    /** The same, with other settings too. */
    static TrainingData training(Path folder, ObjectNode policy, Path dataset, Map<String, Object> settings, Function<Path, EpisodeDataset> open)
            throws IOException {
        Files.writeString(folder.resolve("policy.json"), policy.toString());
        Path file = Files.writeString(folder.resolve("train.yaml"), """
                policy: policy.json
                datasets: [%s]
                loader: {batch_size: 16}
                validation: {ratio: 0.15, batches: 2}
                """.formatted(dataset.toAbsolutePath()));
        TrainConfig config = TrainConfig.read(file, Layer.settings("test", settings)).config();
        Function<Path, Supplier<EpisodeDataset>> source = path -> () -> open.apply(path);
        return new TrainingData(config, PolicyReader.architecture(config.policy()), List.of(), folder.resolve("run"), source);
    }

    /** A replay buffer or a LeRobotDataset. */
    static EpisodeDataset open(Path path) {
        return ZarrDataset.is(path) ? ZarrDataset.open(path, 10) : LerobotDataset.open(path);
    }

    /** Starts one. */
    static Process start(String heap, String mode, Path folder, Path dataset) throws IOException {
        return new ProcessBuilder(System.getProperty("java.home") + "/bin/java", heap, heap.replace("-Xmx", "-Xms"), "-XX:+AlwaysPreTouch",
                "-XX:+UseSerialGC", "-XX:-UsePerfData", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
                CacheChild.class.getName(), mode, folder.toString(), dataset.toString()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    /** Of its arguments the mode, a folder for its files, and the data set. */
    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[1]);
        Path dataset = Path.of(args[2]);
        if (args[0].equals("kill")) {
            batches(folder, dataset, 64, 64, Long.MAX_VALUE, () -> System.out.println("batch"));
        }
        batches(folder, dataset, 240, 320, 2, () -> { }); // readers, buffers and classes are there after that
        Files.delete(folder.resolve("run/frames.cache"));
        long before = anonymousBytes();
        batches(folder, dataset, 240, 320, 60, () -> { });
        System.out.println(anonymousBytes() - before);
        Files.delete(folder.resolve("run/frames.cache"));
        Native.load("c", Libc.class).setrlimit(FILE_SIZE, new long[] {MOST_BYTES, MOST_BYTES});
        try {
            batches(folder, dataset, 240, 320, 1, () -> { });
        } catch (InputException e) {
            System.out.println(e.getMessage());
        }
    }

    private static void batches(Path folder, Path dataset, int height, int width, long most, Runnable after) throws IOException {
        try (TrainingData data = data(folder, twoCameras(new SyntheticSet.Size(1, 1, height, width, 1), true), dataset, Map.of("memory_gb", 0),
                CacheChild::open); BatchSource batches = data.training()) {
            for (long n = 0; n < most; n++) {
                batches.next();
                after.run();
            }
        }
    }

    private static long anonymousBytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("RssAnon:")) {
                return 1024 * Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        throw new IllegalStateException("no Linux");
    }
}
