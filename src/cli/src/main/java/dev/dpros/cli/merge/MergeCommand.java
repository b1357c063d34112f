package dev.dpros.cli.merge;

import dev.dpros.cli.dataset.DatasetParts;
import dev.dpros.cli.evaluate.EvaluationMerge;
import dev.dpros.cli.options.ConsoleProgress;
import dev.dpros.core.InputException;
import dev.dpros.core.NearestName;
import dev.dpros.shard.ShardMerger;
import dev.dpros.shard.ShardSet;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dpros merge}: one result of the parts that commands with {@code --shard} left behind. */
@Command(name = "merge", mixinStandardHelpOptions = true, sortOptions = false,
        description = {"Makes the result of one run of the parts that eval, dataset export, dataset import or dataset verify did with --shard.",
            "Every part must be there once, and of the same work: a part that is missing, twice there, or of another configuration, "
                + "policy or seeds is named, and nothing is written."},
        footer = {"", "Examples: dpros merge scores.json",
            "          dpros merge a.json one/a.shard-0-of-2.json two/a.shard-1-of-2.json"})
public final class MergeCommand implements Callable<Integer> {
    private static final Map<String, ShardMerger> KINDS = kinds();

    @Parameters(index = "0", paramLabel = "TARGET", description = "What the parts become: what their --json or --output said.")
    private Path target;

    @Parameters(index = "1..*", paramLabel = "PART", description = "The parts' files (*.shard-I-of-N.json), if they are not beside it.")
    private List<Path> parts = List.of();

    @Spec
    private CommandSpec spec;

    private static Map<String, ShardMerger> kinds() {
        Map<String, ShardMerger> kinds = new TreeMap<>(DatasetParts.mergers());
        kinds.put(EvaluationMerge.EVAL, EvaluationMerge::eval);
        kinds.put(EvaluationMerge.STUDY, EvaluationMerge::study);
        return kinds;
    }

    @Override
    public Integer call() {
        ShardSet all = ShardSet.complete(target, parts);
        ShardMerger merger = KINDS.get(all.kind());
        if (merger == null) {
            throw InputException.of(all.parts().get(0).file().toString(), "kind", "one of " + KINDS.keySet(), "'" + all.kind() + "'",
                    NearestName.nearestName(all.kind(), KINDS.keySet()));
        }
        int code;
        try (ConsoleProgress progress = new ConsoleProgress(spec)) {
            code = merger.merge(all, target, spec.commandLine().getOut(), progress);
        }
        spec.commandLine().getOut().println("merged: " + target + ", of " + all.parts().size() + " parts");
        return code;
    }
}
