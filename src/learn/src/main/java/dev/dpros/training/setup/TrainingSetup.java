package dev.dpros.training.setup;

import dev.dpros.checkpoint.PolicyWriter;
import dev.dpros.core.InputException;
import dev.dpros.diffusion.PolicyConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Writes policies and training settings that fit a data set: a quick one to see that all goes together, and a full one. */
public final class TrainingSetup {
    private static final int MOST_THREADS = 8;
    private static final String QUICK = "quick";
    private static final String FULL = "full";

    private final DatasetFacts data;
    private final Path dataset;

    /** @param dataset where it lies */
    public TrainingSetup(DatasetFacts data, Path dataset) {
        this.data = data;
        this.dataset = dataset;
    }

    /** Names of the files that are written. */
    public static List<String> files() {
        return List.of(QUICK + ".json", QUICK + ".yaml", FULL + ".json", FULL + ".yaml");
    }

    /** Writes all into a folder, which is made if need be. @throws InputException if it cannot be written */
    public void write(Path folder) {
        Map<String, String> texts = new LinkedHashMap<>();
        for (boolean full : new boolean[] {false, true}) {
            PolicyConfig policy = PolicyDraft.of(data, full);
            texts.put((full ? FULL : QUICK) + ".json", PolicyWriter.architecture(policy));
            texts.put((full ? FULL : QUICK) + ".yaml", full ? full(policy, folder) : quick(policy, folder));
        }
        try {
            Files.createDirectories(folder);
            for (Map.Entry<String, String> file : texts.entrySet()) {
                Files.writeString(folder.resolve(file.getKey()), file.getValue());
            }
        } catch (IOException e) {
            throw new InputException(folder + ": cannot be written: " + e.getMessage(), e);
        }
    }

    /** What was found, one line each. */
    public List<String> summary() {
        PolicyConfig policy = PolicyDraft.of(data, false);
        return List.of(String.format(Locale.ROOT, "%s: %d episodes, %d steps at %s Hz", data.name(), data.episodes(), data.steps(), data.fps()),
                "inputs " + data.inputs().stream().map(input -> input.key() + " " + input.shape()).toList() + ", action " + data.action().shape(),
                "chunks of " + policy.horizon() + " steps (" + String.format(Locale.ROOT, "%.1f", policy.horizon() / data.fps()) + " s), "
                        + policy.nActionSteps() + " of them carried out"
                        + (data.leftOut().isEmpty() ? "" : "; not used: " + String.join(", ", data.leftOut())));
    }

    private String quick(PolicyConfig policy, Path folder) {
        int threads = Math.max(1, Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors() / 2));
        return head(QUICK, policy, "a small network and few steps: minutes to an hour on a processor, to see that all goes together")
                + data(QUICK, folder)
                + """
                optimizer: {lr: 0.0003, schedule: cosine, warm_up_steps: 100, ema_power: 0.75}
                loader: {batch_size: 32}
                steps: 2000
                threads: %d
                validation: {ratio: 0.05, every_steps: 200, batches: 4, sample_every_steps: 1000}
                evaluation: {env: none}
                checkpoint: {every_steps: 200, keep_best: 1}
                """.formatted(threads);
    }

    private String full(PolicyConfig policy, Path folder) {
        return head(FULL, policy, "LeRobot's usual network and length: days on a processor; a GPU is not used")
                + data(FULL, folder)
                + """
                optimizer: {lr: 0.0001, schedule: cosine, warm_up_steps: 500, ema_power: 0.75}
                loader: {batch_size: 64, threads: 4}
                steps: 100000
                threads: %d
                validation: {ratio: 0.02, every_steps: 1000, batches: 8, sample_every_steps: 10000}
                evaluation: {env: none}
                checkpoint: {every_steps: 2000, keep_best: 2}
                """.formatted(Math.max(1, Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors())));
    }

    private String head(String name, PolicyConfig policy, String what) {
        String pictures = data.cameras().isEmpty() ? "" : policy.vision().resizeShape() != null
                ? "# Pictures become " + policy.vision().resizeShape().get(1) + "x" + policy.vision().resizeShape().get(0) + " in the network.\n"
                : policy.vision().cropShape() != null ? "# Of each picture a part of " + policy.vision().cropShape().get(1) + "x"
                + policy.vision().cropShape().get(0) + " is seen: at random in training, its middle on the robot.\n" : "";
        String memory = data.pictureBytes() < 1L << 30 ? "" : String.format(Locale.ROOT, "# The pictures take %.1f GB of memory: DPROS_JAVA_OPTS=-Xmx%dg%n",
                data.pictureBytes() / 1e9, data.pictureBytes() / 1_000_000_000L * 3 / 2 + 4);
        return "# Written by dpros init-training: " + what + ".\n"
                + "#   ./dpros train --config " + name + ".yaml --output runs/" + name + "\n"
                + "#   ./dpros init --policy runs/" + name + "/last --rate " + data.fps() + "      then: a configuration for the robot\n"
                + "# Chunks of " + policy.horizon() + " steps at " + data.fps() + " Hz, " + policy.nActionSteps() + " of them carried out. Vectors are "
                + "normalised to their range, pictures to mean and deviation.\n"
                + pictures + memory + "# docs/training.md explains every key.\n";
    }

    private String data(String name, Path folder) {
        Path base = folder.toAbsolutePath().normalize();
        Path target = dataset.toAbsolutePath().normalize();
        String path = target.startsWith(base.getParent() == null ? base : base.getParent()) ? base.relativize(target).toString() : target.toString();
        return "policy: " + name + ".json\ndatasets: [\"" + path.replace("\\", "\\\\").replace("\"", "\\\"") + "\"]\n\n";
    }
}
