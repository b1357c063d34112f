package dev.dpros.training.run;

import dev.dpros.checkpoint.PolicyWriter;
import dev.dpros.checkpoint.Safetensors;
import dev.dpros.core.InputException;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.training.engine.TrainingState;
import dev.dpros.training.engine.TrainingState.Part;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A training's directory: {@code state.safetensors} (all that is needed to go on, replaced atomically), {@code last} (the newest
 * policy) and {@code best} (those with the highest scores). One thread.
 */
public final class TrainingFiles {
    private static final String STATE = "state.safetensors";
    private static final String ORIGIN = "origin";
    private static final String STEPS = "steps";
    private static final String STATISTICS = "statistics/";
    private static final List<Part> PARTS = List.of(Part.WEIGHTS, Part.MOMENT1, Part.MOMENT2, Part.AVERAGE);

    private final Path directory;

    /** Makes nothing yet. */
    public TrainingFiles(Path directory) {
        this.directory = directory;
    }

    /** Makes the directory and writes the configuration into it. @throws InputException if it cannot be made or written */
    public void begin(String yaml) {
        try {
            Files.createDirectories(directory);
            Files.writeString(configuration(), yaml);
        } catch (IOException e) {
            throw new InputException(directory + ": cannot be made: " + e.getMessage(), e);
        }
    }

    /**
     * Notes what a training that begins cannot go on without, or compares what one that goes on has now with that.
     *
     * @param origin data, frozen tensors and teacher, told apart by it
     * @throws InputException if it is another than the training began with, or the directory cannot be written
     */
    public void origin(String origin, boolean resumes) {
        Path file = directory.resolve(ORIGIN);
        try {
            if (!resumes || !Files.exists(file)) {
                Files.writeString(file, origin + "\n");
            } else if (!Files.readString(file).strip().equals(origin)) {
                throw InputException.of("--resume", directory.toString(), "the data, frozen tensors and policies with which the training began",
                        "others, or more", "put back what was there, or train anew into another directory (the policy so far with 'initial')");
            }
        } catch (IOException e) {
            throw new InputException(file + ": " + e.getMessage(), e);
        }
    }

    /** Whether a training was saved here. */
    public boolean started() {
        return Files.exists(directory.resolve(STATE));
    }

    /** Where the metrics go. */
    public Path metrics() {
        return directory.resolve("metrics.csv");
    }

    /** Where the curves go. */
    public Path curves() {
        return directory.resolve("curves.svg");
    }

    /** The training's directory. */
    public Path directory() {
        return directory;
    }

    /** Where a rollout is drawn. */
    public Path rollout(long step, long seed) {
        return directory.resolve("rollouts").resolve("step_" + step + "_seed_" + seed + ".gif");
    }

    /** Where the configuration is kept. */
    public Path configuration() {
        return directory.resolve("config.yaml");
    }

    /** Where the newest policy is. */
    public Path lastPolicy() {
        return directory.resolve("last");
    }

    /** Saves the training: what a kill at any instant leaves is the state before or after this. */
    public void save(TrainingState state, PolicyDefinition averaged) {
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        tensors.put(STEPS, TensorData.of(new float[] {state.steps()}, 1));
        for (Part part : PARTS) {
            state.view(part).forEach((name, tensor) -> tensors.put(prefix(part) + name, tensor));
        }
        state.readStatistics().forEach((name, tensor) -> tensors.put(STATISTICS + name, tensor));
        Path fresh = directory.resolve("." + STATE + ".new");
        try {
            Files.deleteIfExists(fresh);
            Safetensors.write(fresh, tensors);
            Files.move(fresh, directory.resolve(STATE), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            replace(averaged, lastPolicy());
        } catch (IOException e) {
            throw new InputException(directory + ": cannot save: " + e.getMessage(), e);
        }
    }

    /** Puts the saved training into the state. @throws InputException if it is of another network or damaged */
    public void restore(TrainingState state) {
        Path file = directory.resolve(STATE);
        Map<String, TensorData> tensors = Safetensors.read(file);
        for (Part part : PARTS) {
            state.write(part, beginning(tensors, prefix(part)), file.toString());
        }
        state.writeStatistics(beginning(tensors, STATISTICS), file.toString());
        TensorData steps = tensors.get(STEPS);
        if (steps == null || steps.count() != 1) {
            throw InputException.of(file.toString(), "tensor '" + STEPS + "'", "one number", "none", "");
        }
        state.setSteps((long) steps.bytes().asFloatBuffer().get(0));
    }

    /** The tensors whose names begin so, without that beginning. */
    private static Map<String, TensorData> beginning(Map<String, TensorData> tensors, String prefix) {
        Map<String, TensorData> of = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> {
            if (name.startsWith(prefix)) {
                of.put(name.substring(prefix.length()), tensor);
            }
        });
        return of;
    }

    private static String prefix(Part part) {
        return part.name().toLowerCase(Locale.ROOT) + "/";
    }

    /** Keeps a policy if its score is among the {@code most} highest. */
    public void keepBest(PolicyDefinition policy, double score, int most) {
        Path best = directory.resolve("best");
        String name = String.format(Locale.ROOT, "score_%.4f_%s", score, policy.source().replaceAll("\\D+", "step_"));
        try {
            Files.createDirectories(best);
            replace(policy, best.resolve(name));
            List<Path> kept;
            try (Stream<Path> entries = Files.list(best)) {
                kept = entries.sorted(Comparator.comparing(Path::toString).reversed()).toList();
            }
            for (Path surplus : kept.subList(Math.min(most, kept.size()), kept.size())) {
                delete(surplus);
            }
        } catch (IOException e) {
            throw new InputException(best + ": cannot be written: " + e.getMessage(), e);
        }
    }

    private static void replace(PolicyDefinition policy, Path target) throws IOException {
        Path before = PolicyWriter.write(policy, target, true);
        if (before != null) {
            delete(before);
        }
    }

    private static void delete(Path tree) throws IOException {
        try (Stream<Path> entries = Files.walk(tree)) {
            for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(entry);
            }
        }
    }
}
