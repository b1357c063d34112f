package dev.dpros.checkpoint;

import dev.dpros.core.InputException;
import dev.dpros.diffusion.PolicyDefinition;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads a trained policy from what a lab has on disk. Executes nothing that it contains. Stateless; any thread. */
public final class PolicyReader {
    private PolicyReader() {}

    /**
     * Reads a LeRobot pretrained directory. Weights are views of memory-mapped files: they must not be shortened while the
     * policy is in use.
     *
     * @throws InputException in one line naming file, field, what was expected and found
     */
    public static PolicyDefinition read(Path source) {
        if (!Files.exists(source)) {
            throw new InputException(source + ": no such file or directory");
        }
        return LeRobotDirectory.read(source);
    }
}
