package dev.dpros.app;

import dev.dpros.config.ConfigReader;
import dev.dpros.core.InputException;
import dev.dpros.recording.EpisodeStore;
import dev.dpros.recording.dataset.DatasetImporter;
import dev.dpros.recording.dataset.DatasetLayout;
import dev.dpros.recording.rosbag.BagImporter;
import dev.dpros.recording.zarr.ZarrDataset;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dpros dataset import}. */
@Command(name = "import", mixinStandardHelpOptions = true,
        description = {"Turns diffusion_policy replay buffers (*.zarr) or rosbags (*.bag, one episode each) into journals.",
            "Episodes that are in the output already are skipped."},
        footer = {"", "A bag needs to know which topics to take: from --config (the robot's sources), or by --map:",
            "  dpros dataset import demo.bag --output rec --map /camera/image_raw=front --map /joint_states=joints"})
final class DatasetImport implements Callable<Integer> {
    @Parameters(paramLabel = "INPUT", arity = "1..*", description = "*.zarr directories or *.bag files.")
    private List<Path> inputs;

    @Option(names = {"-o", "--output"}, converter = OutputTarget.OfFolder.class, required = true, paramLabel = "DIR",
            description = "Recording directory.")
    private Path output;

    @Option(names = "--fps", converter = Numbers.Positive.class, paramLabel = "HZ", defaultValue = "10",
            description = "Frequency of a replay buffer, which does not tell it (default 10).")
    private double fps;

    @Option(names = "--config", paramLabel = "FILE", description = "Robot configuration: topics and alignment of bags.")
    private Path config;

    @Option(names = "--map", paramLabel = "TOPIC=KEY", description = "Take this topic of a bag as this source; repeatable.")
    private Map<String, String> topics = new LinkedHashMap<>();

    @Option(names = "--task", paramLabel = "TEXT", defaultValue = "", description = "Task text of imported bags.")
    private String task;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        try (EpisodeStore store = EpisodeStore.open(output); ConsoleProgress progress = new ConsoleProgress()) {
            for (Path input : inputs) {
                if (input.toString().endsWith(".bag")) {
                    Path journal = bagImporter().importBag(input, store);
                    spec.commandLine().getOut().println(input + " -> " + journal);
                } else {
                    try (ZarrDataset dataset = ZarrDataset.open(input, fps)) {
                        int written = new DatasetImporter(store, new RosMessageReaders()).importAll(dataset, progress);
                        spec.commandLine().getOut().println(input + ": " + written + " episodes imported, "
                                + (dataset.episodes() - written) + " were there already");
                    }
                }
            }
        }
        return 0;
    }

    private BagImporter bagImporter() {
        DatasetLayout layout = null;
        Map<String, String> byTopic = new LinkedHashMap<>(topics);
        if (config != null) {
            RecordingPlan plan = RecordingPlan.of(ConfigReader.read(config, Map.of()).config());
            layout = plan.layout();
            plan.topics().forEach(topic -> byTopic.putIfAbsent(topic.topic(), topic.key()));
        }
        if (byTopic.isEmpty()) {
            throw new InputException("dataset import: a bag needs --config or --map TOPIC=KEY");
        }
        return new BagImporter(byTopic, layout, task);
    }
}
