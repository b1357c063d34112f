package dev.dpros.cli.dataset;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dpros.cli.Main;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.JournalDataset;
import dev.dpros.datasets.JournalIndex;
import dev.dpros.datasets.lerobot.LerobotDataset;
import dev.dpros.datasets.zarr.ZarrDataset;
import dev.dpros.node.record.RosMessageReaders;
import dev.dpros.transports.Transports;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A success, a failure and an episode without a label, each with its task, from format to format. */
@Timeout(240)
class LabelsTest {
    private static final Path SLICE = Path.of("src/learn/src/test/resources/recording/pusht_slice_blosc.zarr");
    private static final List<String> ALL = List.of("push: true", "lift: false", "push: null");

    @TempDir
    private Path folder;

    private String dpros(String... args) {
        StringWriter said = new StringWriter();
        PrintWriter writer = new PrintWriter(said, true);
        assertEquals(0, Main.commandLine().setOut(writer).setErr(writer).execute(args), said.toString());
        return said.toString();
    }

    /** A zarr as labs have it, with labels. */
    private Path labelled() throws IOException {
        Path to = folder.resolve("labelled.zarr");
        try (Stream<Path> files = Files.walk(SLICE)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(SLICE.relativize(file).toString()));
            }
        }
        Files.writeString(to.resolve(".zattrs"), "{\"dpros\": {\"fps\": 10, \"episodes\": [{\"id\": \"a\", \"task\": \"push\", \"success\": true}, "
                + "{\"id\": \"b\", \"task\": \"lift\", \"success\": false}, {\"id\": \"c\", \"task\": \"push\", \"success\": null}]}}");
        return to;
    }

    private Path export(Path from, String format, String name, String... more) {
        Path to = folder.resolve(name);
        List<String> args = new ArrayList<>(List.of("dataset", "export", from.toString(), "--format", format, "-o", to.toString()));
        args.addAll(Arrays.asList(more));
        dpros(args.toArray(new String[0]));
        return to;
    }

    private static List<String> labels(EpisodeDataset opened) {
        try (EpisodeDataset dataset = opened) {
            List<String> labels = new ArrayList<>();
            for (int i = 0; i < dataset.episodes(); i++) {
                try (EpisodeDataset.Episode episode = dataset.episode(i)) {
                    labels.add(episode.task() + ": " + episode.success());
                }
            }
            return labels;
        }
    }

    private static List<String> recorded(Path recording) {
        return labels(JournalDataset.open(recording, null, new RosMessageReaders(Transports::recorded)));
    }

    @Test
    void shouldKeepLabelsAndTasksFromFormatToFormat() throws IOException {
        Path recording = folder.resolve("rec");
        dpros("dataset", "import", labelled().toString(), "-o", recording.toString());
        assertEquals(ALL, recorded(recording));

        Path lerobot = export(recording, "lerobot", "lerobot");
        assertEquals(ALL, labels(LerobotDataset.open(lerobot)));
        Path zarr = export(lerobot, "zarr", "again.zarr");
        assertEquals(ALL, labels(ZarrDataset.open(zarr, 10)));
        assertEquals(ALL, labels(LerobotDataset.open(export(zarr, "lerobot", "lerobot2"))));
        dpros("dataset", "import", zarr.toString(), "-o", folder.resolve("rec2").toString());
        assertEquals(ALL, recorded(folder.resolve("rec2")));

        dpros("dataset", "import", lerobot.toString(), "-o", folder.resolve("rec3").toString());
        assertEquals(ALL, recorded(folder.resolve("rec3")));

        for (Path source : List.of(recording, lerobot, zarr)) {
            String name = source.getFileName().toString();
            assertEquals(ALL.subList(0, 1), labels(LerobotDataset.open(export(source, "lerobot", name + "-good", "--only", "success"))));
            assertEquals(ALL.subList(1, 2), labels(ZarrDataset.open(export(source, "zarr", name + "-bad.zarr", "--only", "failure"), 10)));
        }
        assertLabels(export(recording, "bag", "bags", "--idle", "keep"), ".bag");
        assertLabels(export(recording, "mcap", "ros2", "--idle", "keep"), "");
    }

    private void assertLabels(Path bags, String suffix) throws IOException {
        for (int i = 0; i < ALL.size(); i++) {
            Path one = folder.resolve("from-" + bags.getFileName() + i);
            dpros("dataset", "import", bags.resolve("episode_00000" + i + suffix).toString(), "--map", "/action=action", "-o", one.toString());
            try (Stream<Path> journals = Files.list(one)) {
                Path journal = journals.filter(file -> file.toString().endsWith(".dpj")).findFirst().orElseThrow();
                JournalIndex index = JournalIndex.of(journal);
                assertEquals(ALL.get(i), index.task() + ": " + index.success());
            }
        }
    }
}
