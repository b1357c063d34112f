package dev.dpros.cli.dataset;

import dev.dpros.core.InputException;
import dev.dpros.core.OpenFiles;
import dev.dpros.datasets.DatasetFeature;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.JournalIndex;
import dev.dpros.recording.EpisodeStore;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code dpros dataset info}. */
@Command(name = "info", mixinStandardHelpOptions = true,
        description = "Lists episodes with their length, label, sources, rates and drops.")
final class DatasetInfo implements Callable<Integer> {
    @Mixin
    private DatasetSource source;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        if (!source.recorded()) {
            try (EpisodeDataset dataset = source.open()) {
                out.printf("%s: %d episodes, %s Hz%n", dataset.name(), dataset.episodes(), dataset.fps());
                for (DatasetFeature feature : dataset.features()) {
                    String depth = feature.depth() == null ? "" : ", depth, " + feature.depth();
                    out.printf("  %-32s %-7s %s%s%n", feature.key(), feature.kind(), feature.shape(), depth);
                }
                dataset.masks().stream().sorted().forEach(mask -> out.printf("  mask %s: %d episodes%n", mask, inMask(dataset, mask)));
                dataset.leftOut().forEach(line -> out.println("not read: " + line));
            }
            return 0;
        }
        Path path = source.path();
        List<Path> journals = Files.isDirectory(path) ? EpisodeStore.episodes(path) : List.of(path);
        out.printf("%s: %d episodes%n", path, journals.size());
        for (Path journal : journals) {
            try {
                describe(JournalIndex.of(journal), out);
            } catch (InputException e) {
                OpenFiles.rethrow(e);
                if (journals.size() == 1) {
                    throw e;
                }
                out.println("not read: " + e.getMessage());
            }
        }
        return 0;
    }

    private static int inMask(EpisodeDataset dataset, String mask) {
        int count = 0;
        for (int i = 0; i < dataset.episodes(); i++) {
            try (EpisodeDataset.Episode episode = dataset.episode(i)) {
                count += episode.masks().contains(mask) ? 1 : 0;
            }
        }
        return count;
    }

    private static void describe(JournalIndex index, PrintWriter out) {
        Boolean success = index.success();
        String label = index.end() == null ? "UNFINISHED" : success == null ? "no label" : success ? "success" : "failure";
        String recovered = index.end() != null && index.end().recovered() ? ", recovered" : "";
        String task = index.task().isEmpty() ? "" : ", \"" + index.task() + "\"";
        out.printf("%s: %.1f MB, %s%s%s%s%n", index.path().getFileName(), index.scan().fileBytes() / 1e6, label, recovered,
                index.hasIntervention() ? ", with intervention" : "", task);
        for (JournalIndex.Track track : index.tracks()) {
            double seconds = track.count() < 2 ? 0
                    : (track.receivedNs(track.count() - 1) - track.receivedNs(0)) / 1e9;
            out.printf("  %-20s %-28s %-28s %7d messages %7.1f s %7.1f Hz  longest gap %6.1f ms  drops %d%n",
                    track.info().key(), track.info().topic(), track.info().type(), track.count(), seconds,
                    seconds == 0 ? 0 : (track.count() - 1) / seconds, track.largestGapNs() / 1e6, track.dropped());
        }
    }
}
