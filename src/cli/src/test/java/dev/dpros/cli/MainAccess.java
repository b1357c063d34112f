package dev.dpros.cli;

import dev.dpros.datasets.JournalDataset;
import dev.dpros.node.record.RosMessageReaders;
import dev.dpros.transports.Transports;
import java.nio.file.Path;

/** The command line, for tests in other packages. */
public final class MainAccess {
    private MainAccess() {}

    /** Runs a command; returns its exit code. */
    public static int execute(String... args) {
        return Main.commandLine().execute(args);
    }

    /** The finished episodes of a recording directory. */
    public static JournalDataset journals(Path directory) {
        return JournalDataset.open(directory, null, new RosMessageReaders(Transports::recorded));
    }
}
