package dev.dpros.cli.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dpros.datasets.lerobot.SyntheticSet;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A training from a set of 20 GB of pictures (two cameras of 240x320, AV1 and JPEG) against one from a set that fits into memory:
 * anonymous memory and speed. {@code ./dpros test -Dtest=LargeSetTrials} on a machine that does nothing else; its name keeps it out of
 * the usual tests. {@code -Ddpros.large.gb}: size; {@code -Ddpros.large.folder}: where, with {@code -Ddpros.large.keep=true} to
 * stay; {@code -Ddpros.large.command}: the program. Takes twice the size on disk at most; ended and begun again it goes on making the set.
 */
class LargeSetTrials {
    private static final double GB = Double.parseDouble(System.getProperty("dpros.large.gb", "20"));
    private static final Path FOLDER = Path.of(System.getProperty("dpros.large.folder", "target/large-set")).toAbsolutePath();
    private static final String COMMAND = System.getProperty("dpros.large.command", "./dpros");
    private static final long STEPS_AFTER = Long.getLong("dpros.large.steps", 200);
    private static final int HEIGHT = 240;
    private static final int WIDTH = 320;
    private static final int EPISODE_STEPS = 100;
    private static final int DISTINCT = 8;
    private static final int SMALL = 8;
    private static final double MOST_MORE = 2e9;
    private static final double LEAST_SPEED = 0.9;
    private static final Pattern PROGRESS = Pattern.compile("dpros: train: (\\d+) of \\d+, .*");
    private static final Pattern EPOCH = Pattern.compile("dpros: training: .* ([\\d,]+) steps an epoch.*");

    /** What a training took. @param speed steps/s from its second pass on @param first steps/s before @param bytes most anonymous memory */
    private record Outcome(double speed, double first, long bytes) {}

    private final Path policy = FOLDER.resolve("policy.json");

    private static SyntheticSet.Size size(int episodes) {
        return new SyntheticSet.Size(episodes, EPISODE_STEPS, HEIGHT, WIDTH, DISTINCT);
    }

    private void writePolicy() throws IOException {
        ObjectNode tree = (ObjectNode) new ObjectMapper().readTree(Path.of("models/pusht_image/config.json").toFile());
        ObjectNode inputs = tree.putObject("input_features");
        inputs.putObject("observation.state").put("type", "STATE").putArray("shape").add(2);
        for (String camera : List.of("front", "side")) {
            inputs.putObject("observation.images." + camera).put("type", "VISUAL").putArray("shape").add(3).add(HEIGHT).add(WIDTH);
        }
        Files.createDirectories(FOLDER);
        Files.writeString(policy, tree.toString());
    }

    /** @param steps after the first pass */
    private Outcome train(String name, Path set, long firstSteps, long steps) throws IOException, InterruptedException {
        Path run = FOLDER.resolve(name);
        delete(run);
        Path config = Files.writeString(FOLDER.resolve(name + ".yaml"), """
                policy: policy.json
                datasets: [%s]
                loader: {batch_size: 64}
                validation: {ratio: 0.02, every_steps: 1000000, batches: 2, sample_every_steps: 0}
                checkpoint: {every_steps: 0}
                cache: {memory_gb: %s}
                steps: %d
                """.formatted(set, Math.min(2, GB / 4), firstSteps + steps));
        Process process = new ProcessBuilder(COMMAND, "train", "--config", config.toString(), "--output", run.toString())
                .redirectErrorStream(true).start();
        long most = 0;
        long beganNs = 0;
        long firstNs = 0;
        long firstAt = 0;
        long lastNs = 0;
        long lastAt = 0;
        try (BufferedReader lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                System.out.println(name + ": " + line);
                most = Math.max(most, anonymous(process.pid()));
                beganNs = EPOCH.matcher(line).matches() ? System.nanoTime() : beganNs;
                Matcher progress = PROGRESS.matcher(line);
                if (progress.matches()) {
                    lastNs = System.nanoTime();
                    lastAt = Long.parseLong(progress.group(1));
                    if (firstNs == 0 && lastAt >= firstSteps) {
                        firstNs = lastNs;
                        firstAt = lastAt;
                    }
                }
            }
        }
        assertEquals(0, process.waitFor());
        assertTrue(lastAt > firstAt, "too few lines of progress; more -Ddpros.large.steps");
        Outcome outcome = new Outcome((lastAt - firstAt) / ((lastNs - firstNs) / 1e9), firstAt / ((firstNs - beganNs) / 1e9), most);
        System.out.printf(Locale.ROOT, "%s: %.2f steps/s before step %d, %.2f after; most anonymous memory %.2f GB%n", name, outcome.first(), firstAt,
                outcome.speed(), outcome.bytes() / 1e9);
        return outcome;
    }

    private static long anonymous(long pid) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
            return lines.filter(line -> line.startsWith("RssAnon:")).mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", ""))).sum();
        } catch (NoSuchFileException e) {
            return 0; // it has ended
        }
    }

    private static void delete(Path tree) throws IOException {
        if (Files.exists(tree)) {
            try (Stream<Path> all = Files.walk(tree)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    private static double gigabytes(Path tree) throws IOException {
        try (Stream<Path> all = Files.walk(tree)) {
            return all.mapToLong(path -> path.toFile().isFile() ? path.toFile().length() : 0).sum() / 1e9;
        }
    }

    @Test
    @Timeout(6 * 3600)
    void shouldTrainAsFastFromDiskAsFromMemoryAndInNoMoreMemory() throws Exception {
        writePolicy();
        int episodes = (int) Math.ceil(GB * 1e9 / size(1).rawBytes());
        Path large = FOLDER.resolve("large");
        Path small = FOLDER.resolve("small");
        SyntheticSet.make(large, size(episodes));
        SyntheticSet.make(small, size(SMALL));
        System.out.printf(Locale.ROOT, "large: %.2f GB of pictures in %d episodes, %.2f GB on disk%n", size(episodes).rawBytes() / 1e9, episodes,
                gigabytes(large));
        long windows = (long) (0.98 * episodes * (EPISODE_STEPS - 16 + 1 + 8));
        Outcome before = train("small-1", small, 20, STEPS_AFTER);
        Outcome from = train("large-1", large, windows / 64 + 1, STEPS_AFTER);
        Outcome after = train("small-2", small, 20, STEPS_AFTER);
        double speed = (before.speed() + after.speed()) / 2;
        System.out.printf(Locale.ROOT, "first pass %.2f, then %.2f steps/s, %.3f of the small set's %.2f; %.2f GB more anonymous memory%n", from.first(),
                from.speed(), from.speed() / speed, speed, (from.bytes() - Math.min(before.bytes(), after.bytes())) / 1e9);
        if (!Boolean.getBoolean("dpros.large.keep")) {
            delete(FOLDER);
        }
        assertTrue(from.bytes() - Math.min(before.bytes(), after.bytes()) <= MOST_MORE, "anonymous memory");
        assertTrue(from.speed() >= LEAST_SPEED * speed, "speed");
    }
}
