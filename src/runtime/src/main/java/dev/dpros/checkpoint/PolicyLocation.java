package dev.dpros.checkpoint;

import dev.dpros.core.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where in what was given the policy lies: the file or directory itself, the checkpoint around it, or the run around that.
 * Immutable.
 *
 * @param path a LeRobot directory or a file
 * @param note what a user should know of the choice, one line, or empty
 */
record PolicyLocation(Path path, String note) {
    private static final String PRETRAINED = "pretrained_model";
    private static final String AVERAGE = "pretrained_model_ema";
    private static final String CHECKPOINTS = "checkpoints";
    private static final String LAST = "last";

    /** Finds it. @throws InputException if nothing is there, or something else */
    static PolicyLocation of(Path source) {
        if (!Files.exists(source)) {
            throw new InputException(source + ": no such file or directory");
        }
        if (!Files.isDirectory(source)) {
            if (source.getFileName().toString().endsWith(".safetensors")) {
                throw InputException.of(source.toString(), "source", "a directory with config.json and model.safetensors",
                        "a file of tensors alone", "give the directory that contains it");
            }
            return new PolicyLocation(source, "");
        }
        if (isPolicy(source)) {
            return new PolicyLocation(source, besideAverage(source));
        }
        refuseParts(source);
        Optional<PolicyLocation> inner = inside(source);
        if (inner.isPresent()) {
            return inner.get();
        }
        for (Path run : List.of(source.resolve(CHECKPOINTS), source)) {
            Optional<PolicyLocation> found = newest(run).flatMap(PolicyLocation::inside);
            if (found.isPresent()) {
                return found.get();
            }
        }
        for (Path file : List.of(source.resolve(CHECKPOINTS).resolve("latest.ckpt"), source.resolve("latest.ckpt"))) {
            if (Files.exists(file)) {
                return new PolicyLocation(file, "");
            }
        }
        return new PolicyLocation(source, "");
    }

    private static boolean isPolicy(Path directory) {
        return Files.isRegularFile(directory.resolve(LeRobotDirectory.CONFIG));
    }

    private static String besideAverage(Path directory) {
        Path average = directory.resolveSibling(AVERAGE);
        boolean raw = directory.toAbsolutePath().normalize().getFileName().toString().equals(PRETRAINED);
        return raw && isPolicy(average) ? directory + " holds the weights as trained last, as asked for; their moving average, "
                + "which its training evaluated, is " + average : "";
    }

    /** A checkpoint directory: LeRobot evaluates the moving average where there is one. */
    private static Optional<PolicyLocation> inside(Path checkpoint) {
        Path average = checkpoint.resolve(AVERAGE);
        if (isPolicy(average)) {
            return Optional.of(new PolicyLocation(average, "taking the moving average of the weights, " + average + "; the weights as "
                    + "trained last are in " + checkpoint.resolve(PRETRAINED)));
        }
        return Files.isDirectory(checkpoint.resolve(PRETRAINED)) ? Optional.of(new PolicyLocation(checkpoint.resolve(PRETRAINED), ""))
                : Optional.empty();
    }

    /** The checkpoint {@code last} of a run's, or the one with the highest number. */
    private static Optional<Path> newest(Path checkpoints) {
        if (Files.isDirectory(checkpoints.resolve(LAST))) {
            return Optional.of(checkpoints.resolve(LAST));
        }
        if (!Files.isDirectory(checkpoints)) {
            return Optional.empty();
        }
        try (Stream<Path> entries = Files.list(checkpoints)) {
            return entries.filter(path -> Files.isDirectory(path) && path.getFileName().toString().matches("\\d{1,18}"))
                    .max(Comparator.comparingLong(path -> Long.parseLong(path.getFileName().toString())));
        } catch (IOException e) {
            throw new InputException(checkpoints + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** What a library saves in place of {@code model.safetensors}. @throws InputException in one line, if it is there */
    static void refuseParts(Path directory) {
        if (Files.exists(directory.resolve("adapter_config.json")) || Files.exists(directory.resolve("adapter_model.safetensors"))) {
            throw InputException.of(directory.toString(), "source", "a whole policy", "a PEFT adapter (adapter_model.safetensors)",
                    "merge it into its base model and save that");
        }
        if (Files.exists(directory.resolve(".metadata")) || Files.exists(directory.resolve("pytorch_model_fsdp_0").resolve(".metadata"))) {
            throw InputException.of(directory.toString(), "source", "one file of weights",
                    "a distributed checkpoint of torch (.metadata, *.distcp)", "gather it into one file where it was trained");
        }
        for (String other : List.of(LeRobotDirectory.MODEL + ".index.json", "pytorch_model.bin")) {
            if (Files.exists(directory.resolve(other))) {
                throw InputException.of(directory.toString(), "weights", LeRobotDirectory.MODEL, other,
                        "save it as one file of safetensors where it was trained");
            }
        }
    }
}
