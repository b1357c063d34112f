package dev.dpros.cli.bench;

import dev.dpros.bench.ingest.IngestMeasurement;
import dev.dpros.bench.ingest.IngestResult;
import dev.dpros.bench.ingest.IngestSource;
import dev.dpros.cli.options.Numbers;
import dev.dpros.cli.options.OutputTarget;
import dev.dpros.cli.options.TransportOption;
import dev.dpros.core.InputException;
import dev.dpros.core.NodeArguments;
import dev.dpros.core.NodeGraph;
import dev.dpros.core.Transport;
import dev.dpros.core.TransportProvider;
import dev.dpros.process.ChildJvm;
import dev.dpros.process.JsonFile;
import dev.dpros.process.Lifecycle;
import dev.dpros.process.ParentWatch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dpros bench ros}: latency, processor time, allocation and loss of what this machine receives over ROS. */
@Command(
        name = "ros",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Subscribe to topics and measure one-way latency from header stamp to the whole message (us), messages "
                + "lost (gaps in the numbers of header.seq, or of ROS 2's samples), CPU of this process and its allocation.",
        footer = {"", "With --publish another process publishes four cameras (640x480 rgb8, 30 Hz) and joint states (500 Hz); "
                + "on ROS 1 without ROS_MASTER_URI or __master:= a master is started, too. Stamps of another machine need synchronized clocks.",
            "Examples: dpros bench ros --publish --seconds 60",
            "          dpros bench ros --publish --transport ros2",
            "          dpros bench ros /camera/image_raw /joint_states"})
final class BenchRosCommand implements Callable<Integer> {
    @Parameters(paramLabel = "TOPIC", arity = "0..*", description = "topics of types with a header, one publisher each; ROS "
            + "arguments as __name:=N or --ros-args ... -- (default: those of --publish)")
    private List<String> arguments = List.of();

    @Option(names = "--publish", description = "start a publisher in a process of its own")
    private boolean publish;

    @Option(names = "--seconds", converter = Numbers.Positive.class, paramLabel = "S", defaultValue = "30",
            description = "measured time (default: ${DEFAULT-VALUE})")
    private double seconds;

    @Option(names = "--warm-up", converter = Numbers.NotNegative.class, paramLabel = "S", defaultValue = "10",
            description = "time before (default: ${DEFAULT-VALUE})")
    private double warmUp;

    @Option(names = "--wait", converter = Numbers.NotNegative.class, paramLabel = "S", defaultValue = "20",
            description = "how long the topics may take to come (default: ${DEFAULT-VALUE})")
    private double wait;

    @Mixin
    private TransportOption transport = new TransportOption();

    @Option(names = "--json", converter = OutputTarget.OfFile.class, paramLabel = "FILE", description = "write the result to this file")
    private Path json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException, IOException {
        TransportProvider provider = transport.provider("");
        NodeArguments given = provider.arguments(arguments, System.getenv());
        List<String> topics = given.rest().isEmpty() && publish ? IngestSource.TOPICS : given.rest();
        if (topics.isEmpty()) {
            throw new InputException("bench ros: no topic given; name some, or use --publish");
        }
        IngestMeasurement.Config config = new IngestMeasurement.Config(topics, warmUp, seconds, wait);
        try (Lifecycle lifecycle = Lifecycle.onSignals()) {
            NodeArguments joined = publish ? withSource(lifecycle, provider, given) : given;
            Transport node = lifecycle.own(joined.connect("bench_ros"));
            IngestResult result = new IngestMeasurement(node, config).run();
            spec.commandLine().getOut().println(result.table());
            spec.commandLine().getOut().flush();
            if (json != null) {
                JsonFile.write(json, result);
            }
        }
        return 0;
    }

    /** Starts the publisher, and what nodes need to meet where nothing of that is named. */
    private NodeArguments withSource(Lifecycle lifecycle, TransportProvider provider, NodeArguments given) throws IOException {
        NodeGraph graph = lifecycle.own(given.graph(false));
        lifecycle.own(ChildJvm.start(List.of("bench", "ros-source"), graph.environment()));
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.putAll(graph.environment());
        return provider.arguments(arguments, environment);
    }

    /** {@code dpros bench ros-source}: the publisher. */
    @Command(name = "ros-source", hidden = true, description = "Publish the topics that bench ros measures.")
    static final class Source implements Callable<Integer> {
        @Mixin
        private TransportOption transport = new TransportOption();

        @Override
        public Integer call() throws InterruptedException {
            try (Lifecycle lifecycle = Lifecycle.onSignals()) {
                ParentWatch.start(lifecycle);
                Transport node = lifecycle.own(transport.arguments(List.of(), "").connect("bench_ros_source"));
                lifecycle.own(new IngestSource(node));
                return lifecycle.awaitStop();
            }
        }
    }
}
