package dev.dpros.datasets.rosbag2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.Progress;
import dev.dpros.datasets.DatasetLayout;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.JournalDataset;
import dev.dpros.datasets.rosbag.BagImporter;
import dev.dpros.datasets.rosbag.BagReader;
import dev.dpros.datasets.rosbag.BagWriter;
import dev.dpros.messages.ImageWriter;
import dev.dpros.node.record.RosMessageReaders;
import dev.dpros.recording.EpisodeStore;
import dev.dpros.recording.ExternalReader;
import dev.dpros.recording.RecordingSource.Description;
import dev.dpros.ros.message.SchemaCatalog;
import dev.dpros.transports.Transports;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** MCAP against another project's writer and reader, Foxglove's packages for Node.js: both ways, ROS 1 and ROS 2. */
@Timeout(180)
@Tag("realpeer")
class McapPeerTest {
    private static final Path PEERS = Path.of("target/peers").toAbsolutePath();
    private static final long SECOND = 1_000_000_000L;
    private static final long START = 1_700_000_000L * SECOND;
    private static final int STEPS = 100;
    private static final Map<String, String> TOPICS = Map.of("/camera", "front", "/joint_states", "joints");

    /** Writes a camera and joints at 10 Hz: FILE COMPRESSION ros1|ros2 chunks|plain. */
    private static final String WRITE = """
            import {createRequire} from 'node:module';
            import {open} from 'node:fs/promises';
            const require = createRequire(process.argv[2] + '/');
            const {McapWriter} = require('@mcap/core');
            const {FileHandleWritable} = require('@mcap/nodejs');
            const {parse} = require('@foxglove/rosmsg');
            const [file, compression, ros, form] = process.argv.slice(3);
            const ros2 = ros === 'ros2';
            const {MessageWriter} = require(ros2 ? '@foxglove/rosmsg2-serialization' : '@foxglove/rosmsg-serialization');
            const line = '='.repeat(80);
            const header = line + '\\nMSG: std_msgs/Header\\n' + (ros2
                ? 'builtin_interfaces/Time stamp\\nstring frame_id\\n' + line + '\\nMSG: builtin_interfaces/Time\\nint32 sec\\nuint32 nanosec\\n'
                : 'uint32 seq\\ntime stamp\\nstring frame_id\\n');
            const joints = '# joints\\nstd_msgs/Header header\\nstring[] name\\nfloat64[] position\\nfloat64[] velocity\\nfloat64[] effort\\n' + header;
            const image = 'std_msgs/Header header\\nuint32 height\\nuint32 width\\nstring encoding\\nuint8 is_bigendian\\nuint32 step\\nuint8[] data\\n'
                + header;
            const lz4 = require('lz4js');
            const zstd = require('@foxglove/wasm-zstd');
            await zstd.isLoaded;
            const compressors = {none: undefined, lz4: d => ({compression: 'lz4', compressedData: lz4.compress(d)}),
                zstd: d => ({compression: 'zstd', compressedData: zstd.compress(d, 3)})};
            const handle = await open(file, 'w');
            const writer = new McapWriter({writable: new FileHandleWritable(handle), useChunks: form === 'chunks', chunkSize: 20000,
                compressChunk: compressors[compression]});
            await writer.start({profile: ros, library: 'peer'});
            async function topic(name, type, text) {
                const schemaId = await writer.registerSchema({name: ros2 ? type.replace('/', '/msg/') : type,
                    encoding: ros + 'msg', data: new TextEncoder().encode(text)});
                const channelId = await writer.registerChannel({schemaId, topic: name, messageEncoding: ros2 ? 'cdr' : 'ros1', metadata: new Map()});
                return {channelId, encode: new MessageWriter(parse(text, {ros2}))};
            }
            const state = await topic('/joint_states', 'sensor_msgs/JointState', joints);
            const camera = await topic('/camera', 'sensor_msgs/Image', image);
            await writer.addMetadata({name: 'rosbag2', metadata: new Map([['serialized_metadata', 'x']])});
            await writer.addAttachment({name: 'a.txt', logTime: 0n, createTime: 0n, mediaType: 'text/plain', data: new Uint8Array(5000)});
            async function say(to, k, message) {
                const at = 1700000000000000000n + BigInt(k) * 100000000n;
                const sec = Number(at / 1000000000n), nsec = Number(at % 1000000000n);
                const stamp = ros2 ? {sec, nanosec: nsec} : {sec, nsec};
                const data = to.encode.writeMessage({header: {seq: k, stamp, frame_id: 'f'.repeat(k % 5)}, ...message});
                await writer.addMessage({channelId: to.channelId, sequence: k, logTime: at + 1000n, publishTime: at, data});
            }
            for (let k = 0; k < 100; k++) {
                await say(state, k, {name: ['b', 'a'], position: [-k / 10, k / 10], velocity: [], effort: []});
                await say(camera, k, {height: 6, width: 8, encoding: 'rgb8', is_bigendian: 0, step: 24, data: new Uint8Array(144).fill(k)});
            }
            await writer.end();
            await handle.close();
            """;

    /** Prints what an indexed and a streaming reader find, and the decoded messages. */
    private static final String READ = """
            import {createRequire} from 'node:module';
            import {open, readFile} from 'node:fs/promises';
            const require = createRequire(process.argv[2] + '/');
            const {McapIndexedReader, McapStreamReader} = require('@mcap/core');
            const {FileHandleReadable} = require('@mcap/nodejs');
            const {loadDecompressHandlers} = require('@mcap/support');
            const {parse} = require('@foxglove/rosmsg');
            const {MessageReader} = require('@foxglove/rosmsg2-serialization');
            const file = process.argv[3];
            const decompressHandlers = await loadDecompressHandlers();
            const stream = new McapStreamReader({decompressHandlers, validateCrcs: true});
            stream.append(await readFile(file));
            let streamed = 0;
            for (let record; (record = stream.nextRecord());) {
                streamed += record.type === 'Message' ? 1 : 0;
            }
            const handle = await open(file, 'r');
            const reader = await McapIndexedReader.Initialize({readable: new FileHandleReadable(handle), decompressHandlers});
            const decoders = new Map();
            const messages = [];
            for await (const message of reader.readMessages()) {
                const channel = reader.channelsById.get(message.channelId);
                const schema = reader.schemasById.get(channel.schemaId);
                if (!decoders.has(channel.id)) {
                    decoders.set(channel.id, new MessageReader(parse(new TextDecoder().decode(schema.data), {ros2: true})));
                }
                messages.push({topic: channel.topic, type: schema.name, encoding: schema.encoding + ' ' + channel.messageEncoding,
                    time: message.logTime, value: decoders.get(channel.id).readMessage(message.data)});
            }
            console.log(JSON.stringify({done: stream.done(), streamed, profile: reader.header.profile, chunks: reader.chunkIndexes.length,
                count: reader.statistics.messageCount, metadata: Object.fromEntries(reader.channelsById.get(0).metadata), messages},
                (key, value) => typeof value === 'bigint' ? value.toString() : ArrayBuffer.isView(value) ? [...value] : value));
            """;

    @TempDir
    private Path folder;
    private final List<String> said = new ArrayList<>();

    @BeforeEach
    void peers() {
        Assumptions.assumeTrue(Files.exists(PEERS.resolve("node_modules/@mcap/core")), "@mcap/core is not installed");
    }

    private String node(String program, String... args) throws Exception {
        Path script = Files.writeString(folder.resolve("script.mjs"), program);
        List<String> command = new ArrayList<>(List.of("node", script.toString(), PEERS.toString()));
        command.addAll(List.of(args));
        return ExternalReader.run(command.toArray(String[]::new));
    }

    private static DatasetLayout layout() {
        return new DatasetLayout(10, List.of(
                new DatasetLayout.Field("observation.front", FeatureSpec.Kind.VISUAL, "front", "", DatasetLayout.Stamp.HEADER, 0,
                        DatasetLayout.Align.NEAREST, List.of(), List.of()),
                new DatasetLayout.Field("observation.state", FeatureSpec.Kind.STATE, "joints", "position[a,b]",
                        DatasetLayout.Stamp.HEADER, 0, DatasetLayout.Align.LINEAR, List.of(), List.of())));
    }

    private Path imported(Path bag, String name) {
        Path recording = folder.resolve(name);
        BagImporter importer = new BagImporter(TOPICS, layout(), "", new RosMessageReaders(Transports::recorded));
        try (EpisodeStore store = EpisodeStore.open(recording); Rosbag2 open = Rosbag2.open(bag, recording)) {
            importer.importBag(open, store, said::add);
        }
        return recording;
    }

    /** The joints lead from 0 by 0.1 a step, and the pictures are as grey as the step's number. */
    private static void assertAligned(Path recording) {
        try (JournalDataset dataset = JournalDataset.open(recording, null, new RosMessageReaders(Transports::recorded));
                EpisodeDataset.Episode episode = dataset.episode(0)) {
            assertEquals(null, episode.unfit());
            assertEquals(List.of(), episode.notes());
            assertEquals(STEPS, episode.length());
            byte[] rgb = new byte[6 * 8 * 3];
            float[] state = new float[2];
            for (int step = 0; step < STEPS; step++) {
                episode.vector(1, step, state, 0);
                assertEquals(step / 10f, state[0], 1e-5f);
                assertEquals(-step / 10f, state[1], 1e-5f);
                episode.frame(0, step, rgb);
                assertEquals(step, rgb[17]);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"none,ros2,chunks", "zstd,ros2,chunks", "lz4,ros2,chunks", "none,ros2,plain", "none,ros1,chunks", "zstd,ros1,chunks",
        "lz4,ros1,plain"})
    void shouldImportWhatFoxglovesWriterWrote(String compression, String ros, String form) throws Exception {
        Path file = folder.resolve("peer.mcap");
        node(WRITE, file.toString(), compression, ros, form);
        assertAligned(imported(file, "imported"));
        assertEquals(List.of(), said);
    }

    private static ByteBuffer joints(long stampNs, double a) {
        ByteBuffer out = ByteBuffer.allocate(128).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(0).putInt((int) (stampNs / SECOND)).putInt((int) (stampNs % SECOND)).putInt(0).putInt(2);
        out.putInt(1).put((byte) 'b').putInt(1).put((byte) 'a').putInt(2).putDouble(-a).putDouble(a);
        return out.putInt(0).putInt(0).flip();
    }

    private static int connect(BagWriter bag, String topic, String type) {
        Description description = new RosMessageReaders(Transports::recorded).describe(type);
        return bag.connect(topic, type, description.md5(), description.definition());
    }

    /** A recording of ROS 1. */
    private Path recorded() throws IOException {
        Path bag = folder.resolve("ros1.bag");
        ImageWriter images = new ImageWriter(SchemaCatalog.packaged(), 8, 6, "rgb8", 3, "c");
        try (BagWriter writer = new BagWriter(bag)) {
            int state = connect(writer, "/joint_states", "sensor_msgs/JointState");
            int camera = connect(writer, "/camera", "sensor_msgs/Image");
            int labels = connect(writer, "/dpros/episode", "std_msgs/String");
            byte[] text = "{\"task\": \"push\", \"success\": true}".getBytes(StandardCharsets.UTF_8);
            writer.message(labels, START, ByteBuffer.allocate(4 + text.length).order(ByteOrder.LITTLE_ENDIAN).putInt(text.length).put(text).flip());
            for (int k = 0; k < STEPS; k++) {
                long at = START + k * SECOND / 10;
                writer.message(state, at, joints(at, k / 10.0));
                byte[] pixels = new byte[6 * 8 * 3];
                java.util.Arrays.fill(pixels, (byte) k);
                writer.message(camera, at, images.write(at, pixels));
            }
        }
        Path recording = folder.resolve("ros1");
        try (EpisodeStore store = EpisodeStore.open(recording)) {
            new BagImporter(TOPICS, layout(), "", new RosMessageReaders(Transports::recorded)).importBag(bag, store);
        }
        return recording;
    }

    private Path exported(Path recording, String name) {
        new McapExporter(Transports::toRos2, "dpros test", said::add).export(EpisodeStore.episodes(recording), folder.resolve(name),
                Progress.NONE);
        return folder.resolve(name).resolve("episode_000000");
    }

    @Test
    void shouldExportWhatFoxglovesReaderReads() throws Exception {
        Path bag = exported(recorded(), "mcap");
        JsonNode found = new ObjectMapper().readTree(node(READ, bag.resolve("episode_000000_0.mcap").toString()));
        assertTrue(found.get("done").asBoolean());
        assertEquals("ros2", found.get("profile").asText());
        assertEquals(2 * STEPS + 1, found.get("streamed").asInt());
        assertEquals(2 * STEPS + 1, found.get("count").asInt());
        assertTrue(found.get("chunks").asInt() >= 1);
        assertEquals(2 * STEPS + 1, found.get("messages").size());
        int joints = 0;
        int pictures = 0;
        for (JsonNode message : found.get("messages")) {
            assertEquals("ros2msg cdr", message.get("encoding").asText());
            JsonNode value = message.get("value");
            if (message.get("topic").asText().equals("/joint_states")) {
                assertEquals("sensor_msgs/msg/JointState", message.get("type").asText());
                assertEquals(START + joints * SECOND / 10, message.get("time").asLong());
                assertEquals(1_700_000_000 + joints / 10, value.at("/header/stamp/sec").asInt());
                assertEquals(joints % 10 * 100_000_000, value.at("/header/stamp/nanosec").asInt());
                assertEquals("[\"b\",\"a\"]", value.get("name").toString());
                assertEquals(joints++ / 10.0, value.at("/position/1").asDouble());
            } else if (message.get("topic").asText().equals("/camera")) {
                assertEquals("sensor_msgs/msg/Image 8 6 24 rgb8 c", message.get("type").asText() + " " + value.get("width") + " "
                        + value.get("height") + " " + value.get("step") + " " + value.get("encoding").asText() + " "
                        + value.at("/header/frame_id").asText());
                assertEquals(144, value.get("data").size());
                assertEquals(pictures++, value.at("/data/143").asInt());
            } else {
                assertEquals("/dpros/episode std_msgs/msg/String", message.get("topic").asText() + " " + message.get("type").asText());
                assertEquals("push", new ObjectMapper().readTree(value.get("data").asText()).get("task").asText());
            }
        }
        assertEquals(STEPS, joints);
        assertEquals(STEPS, pictures);
        assertEquals("", found.at("/metadata/offered_qos_profiles").asText("none"));
        assertTrue(found.at("/metadata/topic_type_hash").asText().matches("RIHS01_[0-9a-f]{64}"));
    }

    /** A damaged message, and a topic whose fields would have one name in ROS 2. */
    @Test
    void shouldLeaveOutWhatHasNoFormInRos2() throws Exception {
        Path bag = folder.resolve("odd.bag");
        try (BagWriter writer = new BagWriter(bag)) {
            int state = connect(writer, "/joint_states", "sensor_msgs/JointState");
            writer.message(state, START, joints(START, 1));
            writer.message(state, START + 1, ByteBuffer.allocate(20));
            writer.message(writer.connect("/k", "a_msgs/K", "ab", "int8 K\nint8 k\n"), START + 2, ByteBuffer.allocate(2));
        }
        Path recording = folder.resolve("odd");
        try (EpisodeStore store = EpisodeStore.open(recording)) {
            new BagImporter(Map.of("/joint_states", "joints", "/k", "k"), null, "", new RosMessageReaders(Transports::recorded))
                    .importBag(bag, store);
        }
        Path exported = exported(recording, "odd-mcap");
        assertEquals(List.of("episode_000000.dpj: /k: left out: a_msgs/K: fields: expected names that differ in ROS 2, found 'k' twice",
                "episode_000000.dpj: /joint_states: 1 damaged messages left out"), said);
        assertEquals(2, McapReader.read(exported.resolve("episode_000000_0.mcap"), new Heard()).messages());
    }

    @Test
    void shouldImportItsOwnExportsWithTaskAndLabel() throws Exception {
        Path first = recorded();
        assertAligned(first);
        Path bag = exported(first, "mcap");
        Path second = imported(bag, "again");
        assertAligned(second);
        try (JournalDataset dataset = JournalDataset.open(second, null, new RosMessageReaders(Transports::recorded));
                EpisodeDataset.Episode episode = dataset.episode(0)) {
            assertEquals("push", episode.task());
            assertEquals(true, episode.success());
        }
        Path third = exported(second, "mcap2"); // ROS 2 messages are taken as they are
        assertEquals(-1, Files.mismatch(bag.resolve("metadata.yaml"), third.resolve("metadata.yaml")));
        Heard once = new Heard();
        Heard twice = new Heard();
        BagReader.Scan scan = McapReader.read(bag.resolve("episode_000000_0.mcap"), once);
        assertEquals(scan, McapReader.read(third.resolve("episode_000000_0.mcap"), twice));
        assertEquals(once.bytes, twice.bytes);
        assertEquals(List.of(), said);
    }
}
