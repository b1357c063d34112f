package dev.dpros.cli.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.cli.MainAccess;
import dev.dpros.config.ConfigReader;
import dev.dpros.config.Layer;
import dev.dpros.core.CommandFrame;
import dev.dpros.core.ObservationWindow;
import dev.dpros.core.Transport;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.JournalDataset;
import dev.dpros.datasets.JournalIndex;
import dev.dpros.inference.DiffusionPolicy;
import dev.dpros.inference.InferenceOptions;
import dev.dpros.messages.JointTrajectoryWriter;
import dev.dpros.node.record.RecordingSession;
import dev.dpros.recording.EpisodeStore;
import dev.dpros.recording.ExternalReader;
import dev.dpros.ros.master.EmbeddedMaster;
import dev.dpros.ros.message.SchemaCatalog;
import dev.dpros.ros.node.RosNode;
import dev.dpros.ros.node.RosNodeConfig;
import dev.dpros.ros.testing.CollectingSlots;
import dev.dpros.ros.testing.RosTool;
import dev.dpros.simnode.PushTWorldNode;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/** Ten episodes recorded from the simulated robot, exported to each format, and read by programs that are not ours. */
@Tag("realpeer")
@Timeout(120)
@Tag("long")
@Execution(ExecutionMode.CONCURRENT)
@ResourceLock("training")
class RoundTripTest {
    private static final int EPISODES = 10;
    private static final int STEPS = 12;
    private static final Path HYPARQUET = Path.of("target/peers/node_modules/hyparquet/src/node.js").toAbsolutePath();
    private static final String SETTINGS = "launch/pusht.yaml";

    @TempDir
    private static Path folder;
    private static EmbeddedMaster master;
    private static Path recordings;
    private static int rows;

    @BeforeAll
    static void record() throws Exception {
        master = EmbeddedMaster.start(InetAddress.getLoopbackAddress(), 0);
        recordings = folder.resolve("demos");
        URI uri = master.uri();
        try (RosNode world = RosNode.connect(RosNodeConfig.local(uri, "pusht"));
                PushTWorldNode robot = new PushTWorldNode(world, PushTWorldNode.Options.DEFAULT);
                RosNode node = RosNode.connect(RosNodeConfig.local(uri, "recorder"));
                RosNode operator = RosNode.connect(RosNodeConfig.local(uri, "operator"));
                RecordingSession session = new RecordingSession(ConfigReader.read(Path.of(SETTINGS),
                        Layer.settings("test", Map.of("record", Map.of("min_free_mb", 1)))).config(), node, recordings);
                Transport.Publication commands = operator.advertise("/arm_controller/command",
                        "trajectory_msgs/JointTrajectory", new Transport.PublicationOptions(false, 10))) {
            robot.start();
            while (commands.subscribers() < 2) {
                Thread.sleep(10);
            }
            for (int episode = 0; episode < EPISODES; episode++) {
                session.recorder().task("circle " + episode);
                session.start();
                push(operator, commands, episode);
                session.recorder().success();
                assertEquals(0, session.recorder().status().dropped());
            }
        }
        try (JournalDataset dataset = MainAccess.journals(recordings)) {
            assertEquals(EPISODES, dataset.episodes());
            for (int e = 0; e < EPISODES; e++) {
                try (EpisodeDataset.Episode episode = dataset.episode(e)) {
                    rows += episode.length();
                    assertTrue(episode.length() >= STEPS - 3, "episode of " + episode.length());
                }
            }
        }
    }

    private static void push(RosNode operator, Transport.Publication commands, int episode) throws InterruptedException {
        CommandFrame frame = new CommandFrame(List.of("x", "y"), 1);
        JointTrajectoryWriter writer = new JointTrajectoryWriter(SchemaCatalog.packaged(), frame, "world");
        for (int step = 0; step < STEPS; step++) {
            frame.stampNs = operator.clock().rosNs();
            frame.points = 1;
            frame.positions[0] = 256 + 100 * Math.cos(step * 0.3 + episode);
            frame.positions[1] = 256 + 100 * Math.sin(step * 0.3 + episode);
            commands.publish(writer.write(frame));
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    @AfterAll
    static void close() {
        master.close();
    }

    private static Path export(String format) {
        Path target = folder.resolve("out." + format);
        assertEquals(0, MainAccess.execute("dataset", "export", recordings.toString(), "--format", format, "-o", target.toString()));
        return target;
    }

    /** The journal's columns, one after the other, all rows: float32 values, or RGB bytes. */
    private static Path column(String key) throws IOException {
        Path file = folder.resolve(key + ".raw");
        try (JournalDataset dataset = MainAccess.journals(recordings);
                DataOutputStream out = new DataOutputStream(Files.newOutputStream(file))) {
            List<String> keys = dataset.features().stream().map(feature -> feature.key()).toList();
            int column = keys.indexOf(key);
            boolean image = key.contains("image");
            for (int e = 0; e < EPISODES; e++) {
                try (EpisodeDataset.Episode episode = dataset.episode(e)) {
                    for (int step = 0; step < episode.length(); step++) {
                        out.write(image ? frame(episode, column, step) : vector(episode, column, step));
                    }
                }
            }
        }
        return file;
    }

    private static byte[] frame(EpisodeDataset.Episode episode, int column, int step) {
        byte[] rgb = new byte[96 * 96 * 3];
        episode.frame(column, step, rgb);
        return rgb;
    }

    private static byte[] vector(EpisodeDataset.Episode episode, int column, int step) {
        float[] values = new float[2];
        episode.vector(column, step, values, 0);
        return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putFloat(values[0]).putFloat(values[1]).array();
    }

    @Test
    void shouldWriteAReplayBufferThatPythonZarrReadsValueForValue() throws Exception {
        ExternalReader.assumeWorks("/usr/bin/python3", "-c", "import zarr");
        String said = ExternalReader.python("""
                import sys, zarr, numpy as np
                root = zarr.open(sys.argv[1], 'r')
                data = root['data']
                names = list(data.array_keys())
                image = next(n for n in names if data[n].ndim == 4)
                state = next(n for n in names if 'state' in n)
                assert np.array_equal(data['action'][:].ravel(), np.fromfile(sys.argv[2], '<f4'))
                assert np.array_equal(data[state][:].ravel(), np.fromfile(sys.argv[3], '<f4'))
                assert np.array_equal(data[image][:].ravel(), np.fromfile(sys.argv[4], 'u1'))
                ends = root['meta/episode_ends'][:]
                assert ends.dtype == np.int64 and ends[-1] == len(data['action'])
                print(len(ends), ends[-1])
                """, export("zarr").toString(), column("action").toString(), column("observation.state").toString(),
                column("observation.image").toString());
        assertEquals(EPISODES + " " + rows, said.strip());
    }

    @Test
    void shouldWriteALerobotDatasetWhoseTablesAndVideosOthersRead() throws Exception {
        ExternalReader.assumeWorks("ffprobe", "-version");
        Path target = export("lerobot");
        String frames = ExternalReader.run("ffprobe", "-v", "error", "-count_frames", "-select_streams", "v:0", "-show_entries",
                "stream=nb_read_frames", "-of", "csv=p=0",
                target.resolve("videos/observation.image/chunk-000/file-000.mp4").toString());
        assertEquals(rows, Integer.parseInt(frames.strip()));
        org.junit.jupiter.api.Assumptions.assumeTrue(Files.exists(HYPARQUET), "hyparquet is not installed");
        Path script = Files.writeString(folder.resolve("read.mjs"), """
                import {asyncBufferFromFile, parquetReadObjects} from '%s';
                const rows = await parquetReadObjects({file: await asyncBufferFromFile(process.argv[2])});
                console.log(JSON.stringify(rows, (key, value) => typeof value === 'bigint' ? Number(value) : ArrayBuffer.isView(value) ? [...value] : value));
                """.formatted(HYPARQUET.toUri()));
        JsonNode table = new ObjectMapper().readTree(node(script, target.resolve("data/chunk-000/file-000.parquet")));
        assertEquals(rows, table.size());
        ByteBuffer actions = ByteBuffer.wrap(Files.readAllBytes(column("action"))).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer states = ByteBuffer.wrap(Files.readAllBytes(column("observation.state"))).order(ByteOrder.LITTLE_ENDIAN);
        for (int row = 0; row < rows; row++) {
            assertEquals(row, table.get(row).get("index").asInt());
            for (int d = 0; d < 2; d++) {
                assertEquals(actions.getFloat(), (float) table.get(row).get("action").get(d).asDouble(), "row " + row);
                assertEquals(states.getFloat(), (float) table.get(row).get("observation.state").get(d).asDouble(), "row " + row);
            }
        }
        assertEquals(EPISODES - 1, table.get(rows - 1).get("episode_index").asInt());
    }

    private static String node(Path script, Path file) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("node", script.toString(), file.toString()).redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor());
        return output;
    }

    @Test
    void shouldTrainAPolicyFromTheRecordingThatRunsAtOnce() throws Exception {
        ObjectNode policy = (ObjectNode) new ObjectMapper().readTree(Path.of("models/pusht_image/config.json").toFile());
        policy.putArray("down_dims").add(16).add(32).add(32);
        policy.put("diffusion_step_embed_dim", 32);
        Files.writeString(folder.resolve("policy.json"), policy.toString());
        Path config = Files.writeString(folder.resolve("train.yaml"), """
                policy: policy.json
                datasets: [demos]
                loader: {batch_size: 8}
                cache: {memory_gb: 0}
                steps: 6
                validation: {ratio: 0.2, every_steps: 6, batches: 1}
                """);
        Path output = folder.resolve("trained");
        assertEquals(0, MainAccess.execute("train", "--config", config.toString(), "--output", output.toString()));
        try (DiffusionPolicy trained = DiffusionPolicy.load(PolicyReader.read(output.resolve("last")), InferenceOptions.DEFAULT)) {
            ObservationWindow window = new ObservationWindow(trained.config().inputs(), trained.config().nObsSteps());
            assertTrue(trained.predictAction(window).finite());
        }
        assertTrue(Files.readString(output.resolve("metrics.csv")).contains("6,val_loss,"));
        assertTrue(Files.notExists(output.resolve("frames.cache")), "the cache is left");
    }

    @Test
    void shouldWriteBagsThatRosbagInfoCountsAndRosbagPlays() throws Exception {
        RosTool.assumeInstalled("rosbag");
        Path bags = export("bag");
        List<Long> counts = new ArrayList<>();
        for (int e = 0; e < EPISODES; e++) {
            JournalIndex journal = JournalIndex.of(EpisodeStore.path(recordings, e));
            long messages = 1; // what the episode is, on a topic of its own
            for (String track : List.of("observation.image", "observation.state", "sent")) {
                messages += journal.track(track).count();
            }
            counts.add((long) journal.track("observation.state").count());
            String info = ExternalReader.run("rosbag", "info", "-y", "-k", "messages",
                    bags.resolve(String.format("episode_%06d.bag", e)).toString());
            assertEquals(messages, Long.parseLong(info.strip()), "episode " + e);
        }
        try (RosNode listener = RosNode.connect(RosNodeConfig.local(master.uri(), "listener"));
                Transport.Subscription joints = listener.subscribe("/joint_states", "sensor_msgs/JointState", new CollectingSlots())) {
            RosTool.run(master.uri(), "rosbag", "play", "-q", "--queue=1000", "-d", "1", "--wait-for-subscribers", "--topics", "/joint_states",
                    "--bags=" + bags.resolve("episode_000003.bag"));
            while (joints.received() < counts.get(3)) {
                Thread.sleep(10); // the test's own time limit ends it
            }
            assertEquals(counts.get(3), joints.received());
        }
    }
}
