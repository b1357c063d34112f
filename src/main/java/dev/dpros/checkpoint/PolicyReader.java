package dev.dpros.checkpoint;

import dev.dpros.core.InputException;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads a trained policy from what a lab has on disk. Executes nothing that it contains. Stateless; any thread. */
public final class PolicyReader {
    private PolicyReader() {}

    /** What a source is. */
    public enum Format {
        /** A directory with config.json and model.safetensors. */
        LEROBOT("LeRobot pretrained directory"),
        /** A file of torch.save by diffusion_policy's workspaces. */
        DIFFUSION_POLICY("diffusion_policy checkpoint");

        private final String title;

        Format(String title) {
            this.title = title;
        }

        /** As shown to users. */
        public String title() {
            return title;
        }
    }

    /**
     * Reads a LeRobot pretrained directory (or the checkpoint directory around its {@code pretrained_model}), or a
     * diffusion_policy {@code .ckpt} file (or the output directory around its {@code checkpoints/latest.ckpt}). Weights are
     * views of memory-mapped files, which must not be shortened while the policy is in use.
     *
     * @throws InputException in one line naming file, field, what was expected and found
     */
    public static PolicyDefinition read(Path source) {
        Path file = locate(source);
        return format(file) == Format.LEROBOT ? LeRobotDirectory.read(file) : DiffusionPolicyCheckpoint.read(file);
    }

    /**
     * Reads an architecture alone: LeRobot's config.json, a directory that holds one, or the training configuration of
     * diffusion_policy or LeRobot.
     *
     * @throws InputException in one line naming file, field, what was expected and found
     */
    public static PolicyConfig architecture(Path source) {
        if (Files.isRegularFile(source) && ForeignTraining.is(source)) {
            return ForeignTraining.read(source).policy();
        }
        return LeRobotConfig.read(StrictJson.read(Files.isDirectory(source) ? source.resolve(LeRobotDirectory.CONFIG) : source));
    }

    /** What a source is, by its looks. @throws InputException if it does not exist */
    public static Format format(Path source) {
        return Files.isDirectory(locate(source)) ? Format.LEROBOT : Format.DIFFUSION_POLICY;
    }

    private static Path locate(Path source) {
        if (!Files.exists(source)) {
            throw new InputException(source + ": no such file or directory");
        }
        if (!Files.isDirectory(source)) {
            if (source.getFileName().toString().endsWith(".safetensors")) {
                throw InputException.of(source.toString(), "source", "a directory with config.json and model.safetensors",
                        "a file of tensors alone", "give the directory that contains it");
            }
            return source;
        }
        if (!Files.exists(source.resolve(LeRobotDirectory.CONFIG))) {
            for (Path inner : new Path[] {source.resolve("pretrained_model"), source.resolve("checkpoints/latest.ckpt")}) {
                if (Files.exists(inner)) {
                    return inner;
                }
            }
        }
        return source;
    }
}
