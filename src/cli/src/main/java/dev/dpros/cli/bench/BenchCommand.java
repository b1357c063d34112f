package dev.dpros.cli.bench;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dpros bench}: what this machine can do. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = "Measure stages of the pipeline on this machine.",
        subcommands = {BenchPredictCommand.class, BenchLoopCommand.class, BenchPageCommand.class,
            BenchRosCommand.class, BenchRosCommand.Source.class})
public final class BenchCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "missing what to measure, such as 'predict', 'loop', 'page' or 'ros'");
    }
}
