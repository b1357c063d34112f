package dev.dpros.cli.train;

import dev.dpros.cli.options.EpisodeChoice;
import dev.dpros.cli.options.OutputTarget;
import dev.dpros.cli.options.StampOptions;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of all commands that train: where, whether that goes on, with what, and from which episodes. */
final class TrainingOptions {
    @Option(names = {"-o", "--output"}, converter = OutputTarget.OfFolder.class, paramLabel = "DIR", required = true,
            description = "directory of the training")
    private Path output;

    @Option(names = "--resume", description = "go on with the training in the output directory")
    private boolean resume;

    @Option(names = "--set", paramLabel = "KEY=VALUE",
            description = "override a key of the training's configuration, such as optimizer.lr=0.001; slashes where a name has dots: "
                    + "columns/observation.state/from=state")
    private Map<String, String> overrides = new LinkedHashMap<>();

    @Mixin
    private EpisodeChoice choice;

    @Mixin
    private StampOptions stamps;

    /** Directory of the training. */
    Path output() {
        return output;
    }

    /** Whether the training there goes on. */
    boolean resumes() {
        return resume;
    }

    /** Values by the configuration's keys. */
    Map<String, String> overrides() {
        return overrides;
    }

    /** Which episodes are read. */
    EpisodeChoice choice() {
        return choice;
    }

    /** How the stamps of recordings are taken. */
    StampOptions stamps() {
        return stamps;
    }
}
