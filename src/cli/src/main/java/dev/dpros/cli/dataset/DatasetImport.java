package dev.dpros.cli.dataset;

import dev.dpros.cli.options.ConsoleProgress;
import dev.dpros.cli.options.DatasetFormat;
import dev.dpros.cli.options.Numbers;
import dev.dpros.cli.options.OutputTarget;
import dev.dpros.cli.options.ShardOption;
import dev.dpros.cli.options.StampOptions;
import dev.dpros.cli.options.Verbosity;
import dev.dpros.config.ConfigReader;
import dev.dpros.core.InputException;
import dev.dpros.core.OpenFiles;
import dev.dpros.datasets.DatasetImporter;
import dev.dpros.datasets.DatasetLayout;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.JournalDataset;
import dev.dpros.datasets.SelectedEpisodes;
import dev.dpros.datasets.rosbag.BagImporter;
import dev.dpros.datasets.rosbag.BagReader;
import dev.dpros.datasets.rosbag2.Rosbag2;
import dev.dpros.datasets.zarr.ZarrDataset;
import dev.dpros.node.record.RecordingPlan;
import dev.dpros.node.record.RosMessageReaders;
import dev.dpros.process.Archive;
import dev.dpros.process.ProductVersion;
import dev.dpros.recording.EpisodeStore;
import dev.dpros.shard.Shard;
import dev.dpros.shard.ShardWork;
import dev.dpros.transports.Transports;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dpros dataset import}. */
@Command(name = "import", mixinStandardHelpOptions = true,
        description = {"Turns data sets (diffusion_policy's replay buffers, LeRobotDatasets, robomimic's and ALOHA's HDF5) or bags (one episode "
                + "each) into journals.",
            "Bags: rosbag of ROS 1 (*.bag, *.bag.active); rosbag2 of ROS 2 (a folder with metadata.yaml, or *.mcap, *.db3, also "
                + "split, compressed with zstd or lz4, or left by a killed recorder).",
            "Episodes of a data set that are in the output already are skipped.",
            "With --shard a part of the episodes is imported; 'dpros merge OUTPUT' makes one new recording of all parts."},
        footer = {"", "A bag needs to know which topics to take: from --config (the robot's sources), or by --map:",
            "  dpros dataset import demo.bag -o rec --map /cam=front --map /joint_states=arm"})
final class DatasetImport implements Callable<Integer> {
    private static final SelectedEpisodes.Choice EVERYTHING = new SelectedEpisodes.Choice(SelectedEpisodes.Label.ALL, false);

    @Parameters(paramLabel = "INPUT", arity = "1..*", description = "Directories of data sets, bags.")
    private List<Path> inputs;

    @Option(names = {"-o", "--output"}, converter = OutputTarget.OfFolder.class, required = true, paramLabel = "DIR",
            description = "Recording directory.")
    private Path output;

    @Option(names = "--fps", converter = Numbers.Positive.class, paramLabel = "HZ",
            description = "Frequency of a data set that does not tell it (default: replay buffers 10, robomimic 20, ALOHA 50).")
    private Double fps;

    @Option(names = "--config", paramLabel = "FILE", description = "Robot configuration: topics and alignment of bags.")
    private Path config;

    @Option(names = "--map", paramLabel = "TOPIC=KEY", description = "Take this topic of a bag as this source; repeatable.")
    private Map<String, String> topics = new LinkedHashMap<>();

    @Option(names = "--task", paramLabel = "TEXT", defaultValue = "", description = "Task text of imported bags.")
    private String task;

    @Mixin
    private StampOptions stamps;

    @Mixin
    private ShardOption shard = new ShardOption();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        inputs.forEach(this::requireReadable); // before anything is made
        Shard part = shard.chosen(line -> Verbosity.tell(spec, line)).orElse(null);
        try (ConsoleProgress progress = new ConsoleProgress(spec)) {
            if (part != null) {
                partly(part, progress);
                return 0;
            }
            try (EpisodeStore store = EpisodeStore.open(output)) {
                for (Path input : inputs) {
                    take(input, store, 0, Integer.MAX_VALUE, progress);
                }
            }
        }
        return 0;
    }

    /** Imports a part of all inputs' episodes, under the numbers that they have in the whole. */
    private void partly(Shard part, ConsoleProgress progress) {
        List<Integer> counts = new ArrayList<>();
        List<String> data = new ArrayList<>();
        for (Path input : inputs) {
            survey(input, counts, data);
        }
        int total = counts.stream().mapToInt(count -> count).sum();
        ShardOption.require(part, output, "--output", total);
        ShardWork work = ShardWork.begin(output, part, DatasetParts.IMPORT, work(data, total)).orElse(null);
        if (work == null) {
            spec.commandLine().getOut().println(output + ": shard " + part + " is done already");
            return;
        }
        DatasetParts.folder(work, folder -> {
            try (EpisodeStore store = EpisodeStore.open(folder, part.first(total))) {
                int before = 0;
                for (int i = 0; i < inputs.size(); i++) {
                    int from = Math.max(0, part.first(total) - before);
                    int to = Math.min(counts.get(i), part.end(total) - before);
                    if (from < to && !(isBag(inputs.get(i)) && Files.exists(EpisodeStore.path(folder, before)))) {
                        take(inputs.get(i), store, from, to, progress);
                    }
                    before += counts.get(i);
                }
            }
        });
        spec.commandLine().getOut().println("written: " + work.finish(Map.of("episodes", part.end(total) - part.first(total)))
                + "; when all parts are there: dpros merge " + output);
    }

    /** How many episodes an input has, and what tells it from others. */
    private void survey(Path input, List<Integer> counts, List<String> data) {
        if (isBag(input)) {
            counts.add(1);
            data.add(input.getFileName().toString());
            return;
        }
        try (EpisodeDataset dataset = open(input)) {
            counts.add(dataset.episodes());
            data.add(DatasetParts.fingerprint(dataset));
        }
    }

    private Map<String, Object> work(List<String> data, int total) {
        Map<String, Object> work = new LinkedHashMap<>();
        work.put("version", ProductVersion.number());
        work.put("data", data);
        work.put("units", total);
        work.put("config", config == null ? "" : ConfigReader.read(config).config().toString());
        work.put("map", topics);
        work.put("task", task);
        return work;
    }

    private static boolean isBag(Path input) {
        return BagReader.is(input) || input.toString().endsWith(".bag") || Rosbag2.is(input);
    }

    private void requireReadable(Path input) {
        if (!Files.exists(input)) {
            throw InputException.of(input.toString(), "input", "a directory of a data set, an HDF5 file or a bag", "nothing", "check the path");
        }
        if (input.toString().endsWith(".bag") && !BagReader.is(input)) {
            throw InputException.of(input.toString(), "bag", "'#ROSBAG V2.0' at its beginning", "something else", "");
        }
        if (isBag(input)) {
            bagImporter();
        } else {
            open(input).close();
        }
    }

    private SelectedEpisodes open(Path input) {
        return SelectedEpisodes.of(DatasetFormat.open(input, fps, path -> ZarrDataset.open(path, 1)), EVERYTHING, this::say);
    }

    /** Imports a bag; or of a data set the episodes from {@code from} to {@code to}, if it has so many. */
    private void take(Path input, EpisodeStore store, int from, int to, ConsoleProgress progress) {
        if (BagReader.is(input) || input.toString().endsWith(".bag")) {
            imported(input, bagImporter().importBag(input, store, this::say));
        } else if (Rosbag2.is(input)) {
            Archive.requireWhole("dataset import of a ROS 2 bag");
            BagImporter importer = bagImporter();
            try (Rosbag2 bag = Rosbag2.open(input, store.directory())) {
                imported(input, importer.importBag(bag, store, this::say));
            }
        } else {
            try (EpisodeDataset dataset = open(input)) {
                int end = Math.min(to, dataset.episodes());
                int written = new DatasetImporter(store, new RosMessageReaders(Transports::recorded)).importPart(dataset, from, end, progress);
                spec.commandLine().getOut().println(input + ": " + written + " episodes imported, "
                        + (end - from - written) + " were there already");
            }
        }
    }

    private void imported(Path input, Path journal) {
        spec.commandLine().getOut().println(input + " -> " + journal);
        look(journal);
    }

    private void say(String line) {
        Verbosity.warn(spec, line);
    }

    /** Says at once what an export would find; the messages are kept whatever that is. */
    private void look(Path journal) {
        if (config == null) {
            return; // nobody said what is in the messages
        }
        try (JournalDataset dataset = JournalDataset.open(journal, null, new RosMessageReaders(Transports::recorded), stamps.bounds());
                EpisodeDataset.Episode episode = dataset.episode(0)) {
            String unfit = episode.unfit();
            if (unfit != null) {
                say(journal.getFileName() + ": UNFIT: " + unfit + "; export and training will leave it out");
            }
            episode.notes().forEach(note -> say(journal.getFileName() + ": " + note));
        } catch (InputException e) {
            OpenFiles.rethrow(e);
            say(e.getMessage());
        }
    }

    private BagImporter bagImporter() {
        DatasetLayout layout = null;
        Map<String, String> byTopic = new LinkedHashMap<>(topics);
        if (config != null) {
            RecordingPlan plan = RecordingPlan.of(ConfigReader.read(config).config());
            layout = plan.layout();
            plan.topics().forEach(topic -> byTopic.putIfAbsent(topic.topic(), topic.key()));
        }
        if (byTopic.isEmpty()) {
            throw new InputException("dataset import: a bag needs --config or --map TOPIC=KEY");
        }
        return new BagImporter(byTopic, layout, task, new RosMessageReaders(Transports::recorded));
    }
}
