package dev.dpros.cli.bench;

import picocli.CommandLine.Command;

/** {@code dpros bench}: what this machine can do. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = "Measure stages of the pipeline on this machine.",
        subcommands = {BenchPredictCommand.class, BenchCostCommand.class, BenchLoopCommand.class, BenchPageCommand.class,
            BenchRosCommand.class, BenchRosCommand.Source.class})
public final class BenchCommand {}
