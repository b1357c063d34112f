package dev.dpros.cli.policy;

import dev.dpros.bench.SyntheticPolicy;
import dev.dpros.checkpoint.PolicyInspection;
import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.checkpoint.PolicyWriter;
import dev.dpros.core.InputException;
import dev.dpros.core.NearestName;
import dev.dpros.diffusion.PolicyDefinition;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dpros import}: any readable policy to the project's own format, LeRobot's directory layout. */
@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Write a policy as a LeRobot directory (safetensors and JSON). Executes nothing that the source contains.",
        footer = {"", "Example: dpros import latest.ckpt models/my_policy"})
public final class ImportCommand implements Callable<Integer> {
    private static final String RANDOM = "random:";

    @Parameters(index = "0", paramLabel = "SRC", description = "LeRobot directory, diffusion_policy .ckpt, or random:NAME for "
            + "random weights (arm7, resnet18-small, resnet18-big), to try a robot's limits with")
    private Path source;

    @Parameters(index = "1", paramLabel = "DIR", description = "directory to write")
    private Path directory;

    @Mixin
    private TaskOptions task;

    @Option(names = "--calibrate", description = "then decide in which precision it runs with sampler.precision: auto, as dpros precision does")
    private boolean calibrate;

    @Option(names = "--overwrite", description = "replace a directory that is there; it is moved aside, to DIR.bak")
    private boolean overwrite;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PolicyDefinition policy = read();
        PrintWriter out = spec.commandLine().getOut();
        try {
            Path backup = PolicyWriter.write(policy, directory, overwrite);
            if (backup != null) {
                out.printf("moved the former content to %s%n", backup);
            }
        } catch (IOException e) {
            throw new InputException(directory + ": cannot be written: " + e.getMessage(), e);
        }
        PolicyDefinition imported = PolicyReader.read(directory);
        PolicyInspection written = PolicyInspection.of(directory, imported);
        out.printf("%s: %,d parameters, %d features, from a %s%n", directory, written.totalParameters(),
                written.features().size(), random() ? "random number generator" : PolicyReader.format(source).title());
        if (calibrate) {
            out.print(PrecisionCommand.decide(directory, imported, List.of()));
        }
        out.flush();
        return 0;
    }

    private boolean random() {
        return source.toString().startsWith(RANDOM);
    }

    private PolicyDefinition read() {
        if (!random()) {
            return task.read(source);
        }
        String name = source.toString().substring(RANDOM.length());
        PolicyDefinition policy = SyntheticPolicy.named(name);
        if (policy == null) {
            throw new InputException("SRC: random: expected one of " + SyntheticPolicy.names() + ", found '" + name + "'"
                    + NearestName.hint(name, SyntheticPolicy.names()));
        }
        return policy;
    }
}
