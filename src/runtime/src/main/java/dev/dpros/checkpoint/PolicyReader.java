package dev.dpros.checkpoint;

import dev.dpros.core.InputException;
import dev.dpros.diffusion.ConstantInputs;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads a trained policy from what a lab has on disk. Executes nothing that it contains. Stateless; any thread. */
public final class PolicyReader {
    private static final Logger LOG = LoggerFactory.getLogger(PolicyReader.class);

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
     * Reads a LeRobot pretrained directory (or the checkpoint around its {@code pretrained_model}, of which the moving average
     * {@code pretrained_model_ema} is preferred, or the run around its {@code checkpoints/last}), or a diffusion_policy
     * {@code .ckpt} file (or the output directory around its {@code checkpoints/latest.ckpt}). What a user should know of the
     * choice, and of inputs that never varied in training, is logged. Weights stay in their file until they are loaded.
     *
     * @throws InputException in one line naming file, field, what was expected and found
     */
    public static PolicyDefinition read(Path source) {
        PolicyLocation location = PolicyLocation.of(source);
        if (!location.note().isEmpty()) {
            LOG.warn(location.note());
        }
        PolicyDefinition policy = quietly(location.path());
        ConstantInputs.of(policy).values().forEach(input -> input.warnings().forEach(line -> LOG.warn("{}: {}", source, line)));
        return policy;
    }

    /**
     * As {@link #read(Path)}, a policy that is told its task.
     *
     * @param task of it
     */
    public static PolicyDefinition read(Path source, TaskFeatures task) {
        Path directory = locate(source);
        if (!Files.isDirectory(directory)) {
            throw InputException.of(source.toString(), "source", "a policy that is told its task", "a " + format(source).title(),
                    "leave --task-features out");
        }
        return LeRobotDirectory.read(directory, task);
    }

    /** Reads a LeRobot directory or a checkpoint file, logging nothing. @throws InputException as {@link #read} */
    static PolicyDefinition quietly(Path file) {
        return Files.isDirectory(file) ? LeRobotDirectory.read(file) : DiffusionPolicyCheckpoint.read(file);
    }

    /**
     * Reads an architecture alone: LeRobot's config.json, a directory that holds one (or a checkpoint or run around it), or the training configuration of
     * diffusion_policy or LeRobot.
     *
     * @throws InputException in one line naming file, field, what was expected and found
     */
    public static PolicyConfig architecture(Path source) {
        if (Files.isRegularFile(source) && ForeignTraining.is(source)) {
            return ForeignTraining.read(source).policy();
        }
        Path inner = Files.isDirectory(source) ? locate(source) : source;
        return LeRobotConfig.read(StrictJson.read(!Files.isDirectory(source) ? source
                : (Files.isDirectory(inner) ? inner : source).resolve(LeRobotDirectory.CONFIG)));
    }

    /** What a source is, by its looks. @throws InputException if it does not exist */
    public static Format format(Path source) {
        return Files.isDirectory(locate(source)) ? Format.LEROBOT : Format.DIFFUSION_POLICY;
    }

    private static Path locate(Path source) {
        return PolicyLocation.of(source).path();
    }
}
