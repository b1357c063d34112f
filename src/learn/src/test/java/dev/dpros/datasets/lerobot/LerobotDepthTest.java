package dev.dpros.datasets.lerobot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dpros.checkpoint.ExpectedTensors;
import dev.dpros.core.DepthPixels;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.FeatureSpec.Kind;
import dev.dpros.core.InputException;
import dev.dpros.core.Progress;
import dev.dpros.core.TensorData;
import dev.dpros.datasets.DatasetFeature;
import dev.dpros.datasets.DepthCodes;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.diffusion.UnetConfig;
import dev.dpros.diffusion.VisionConfig;
import dev.dpros.inference.torchscript.Arithmetic;
import dev.dpros.recording.ExternalReader;
import dev.dpros.training.DiffusionObjective;
import dev.dpros.training.InitialWeights;
import dev.dpros.training.LearningRate;
import dev.dpros.training.PolicyTrainer;
import dev.dpros.training.data.Batch;
import dev.dpros.training.data.DatasetColumns;
import dev.dpros.training.data.EpisodeWindows;
import dev.dpros.training.data.FittedNormalizers;
import dev.dpros.training.data.PrefetchingBatches;
import dev.dpros.training.data.ReplayData;
import dev.dpros.training.data.WindowBatches;
import dev.dpros.training.engine.OptimizerConfig;
import dev.dpros.training.engine.WeightDecay;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.PixelInterleavedSampleModel;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Depth in LeRobot's format, against numpy and FFmpeg's own program. */
@Tag("realpeer")
@Timeout(120)
class LerobotDepthTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String CAMERA = DepthEpisodes.CAMERA;
    private static final int PIXELS = DepthEpisodes.WIDTH * DepthEpisodes.HEIGHT;
    private static final int FRAMES = 2 * DepthEpisodes.STEPS;

    @TempDir
    private Path folder;

    private Path exported(DepthCodes codes) {
        Path root = folder.resolve("set");
        try (EpisodeDataset made = new DepthEpisodes(codes)) {
            LerobotExporter.export(made, root, Progress.NONE);
        }
        return root;
    }

    /** numpy and FFmpeg make a film in place of the exported one, which info.json is then told. */
    private Path foreign(DepthCodes codes, String... more) throws Exception {
        ExternalReader.assumeWorks("ffmpeg", "-version");
        ExternalReader.assumeWorks("/usr/bin/python3", "-c", "import numpy");
        Path root = exported(DepthCodes.OWN);
        List<String> command = new ArrayList<>(List.of("/usr/bin/python3", "src/learn/src/test/resources/recording/lerobot_depth.py", folder.toString(),
                "" + DepthEpisodes.WIDTH, "" + DepthEpisodes.HEIGHT, "" + FRAMES, "10", "" + codes.minM(), "" + codes.maxM(), "" + codes.shiftM(),
                "" + codes.log()));
        command.addAll(List.of(more));
        int code = new ProcessBuilder(command).inheritIO().start().waitFor();
        Assumptions.assumeTrue(code != 3, "numpy or ffmpeg is not installed");
        assertEquals(0, code);
        Files.copy(folder.resolve("film.mp4"), LerobotPaths.video(root, CAMERA, 0), StandardCopyOption.REPLACE_EXISTING);
        return root;
    }

    /** LeRobot's entry of the camera: its marks, codec and codes, nothing of ours. */
    private static void describe(Path root, String info) throws IOException {
        Path file = root.resolve("meta/info.json");
        ObjectNode tree = (ObjectNode) JSON.readTree(file.toFile());
        ((ObjectNode) tree.path("features").path(CAMERA)).set("info", JSON.readTree(info));
        JSON.writeValue(file.toFile(), tree);
    }

    private static int camera(EpisodeDataset dataset) {
        return dataset.features().stream().map(DatasetFeature::key).toList().indexOf(CAMERA);
    }

    private static byte[] frame(EpisodeDataset dataset, int episode, int step) {
        byte[] rows = new byte[2 * PIXELS];
        dataset.episode(episode).frame(camera(dataset), step, rows);
        return rows;
    }

    private static byte[] part(byte[] all, int frame) {
        return Arrays.copyOfRange(all, frame * 2 * PIXELS, (frame + 1) * 2 * PIXELS);
    }

    /** Value for value, all 4096 codes, by LeRobot's defaults, others, and in equal steps of a millimetre. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "0.01 | 10 | 3.5 | true | {'is_depth_map': true, 'depth_unit': 'mm', 'video.pix_fmt': 'gray12le', 'video.codec': 'hevc'} | ",
        "0.0 | 2.5 | 0.25 | true | {'video.is_depth_map': true, 'video.pix_fmt': 'gray12le', 'video.depth_min': 0, "
            + "'video.depth_max': 2.5, 'video.shift': 0.25} | codes",
        "0.0 | 4.095 | 3.5 | false | {'is_depth_map': true, 'video.pix_fmt': 'gray12le', 'video.depth_min': 0, "
            + "'video.depth_max': 4.095, 'video.use_log': false} | codes"})
    void shouldReadWhatNumpyAndFfmpegWrote(double low, double high, double shift, boolean log, String info, String codes) throws Exception {
        DepthCodes meant = new DepthCodes(low, high, shift, log);
        Path root = codes == null ? foreign(meant) : foreign(meant, codes);
        describe(root, info.replace('\'', '"'));
        byte[] expected = Files.readAllBytes(folder.resolve("read.raw"));
        byte[] saw = Files.readAllBytes(folder.resolve("mm.raw"));
        byte[] written = Files.readAllBytes(folder.resolve("codes.raw"));
        try (EpisodeDataset read = LerobotDataset.open(root)) {
            assertEquals(DatasetFeature.depth(CAMERA, DepthEpisodes.HEIGHT, DepthEpisodes.WIDTH, meant), read.features().get(camera(read)));
            for (int at : new int[] {0, 1, 2, 11, 5, 6, 0, 10}) {
                assertArrayEquals(part(expected, at), frame(read, at / DepthEpisodes.STEPS, at % DepthEpisodes.STEPS), "frame " + at);
            }
        }
        for (int i = 0; codes == null && i < PIXELS * FRAMES; i++) {
            assertEquals(DepthPixels.mm(written, i), meant.code(DepthPixels.mm(saw, i)));
        }
        if (!log) {
            assertEquals(1234, meant.mm(meant.code(1234)), "a millimetre a step: nothing is lost");
        }
    }

    @Test
    void shouldWriteWhatFfmpegReadsAndAppendByTheSameCodes() throws Exception {
        Path root = exported(DepthCodes.OWN);
        Path film = LerobotPaths.video(root, CAMERA, 0);
        Process process;
        try {
            process = new ProcessBuilder("ffmpeg", "-v", "error", "-i", film.toString(), "-f", "rawvideo", "-pix_fmt", "gray12le", "-")
                    .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        } catch (IOException e) {
            Assumptions.abort("ffmpeg is not installed");
            return;
        }
        byte[] codes = process.getInputStream().readAllBytes();
        assertEquals(FRAMES * 2 * PIXELS, codes.length);
        try (EpisodeDataset read = LerobotDataset.open(root)) {
            assertEquals(List.of(), read.contradictions());
            for (int i = 0; i < FRAMES; i++) {
                byte[] rows = frame(read, i / DepthEpisodes.STEPS, i % DepthEpisodes.STEPS);
                for (int pixel = 0; pixel < PIXELS; pixel++) {
                    int code = DepthPixels.mm(codes, i * PIXELS + pixel);
                    int saw = DepthEpisodes.mm(i / DepthEpisodes.STEPS, i % DepthEpisodes.STEPS, pixel);
                    assertEquals(DepthCodes.OWN.code(saw), code);
                    assertEquals(DepthCodes.OWN.mm(code), DepthPixels.mm(rows, pixel));
                    assertTrue(Math.abs(Math.min(saw, 10_000) - DepthPixels.mm(rows, pixel)) <= (saw == 0 ? 0 : 3), saw + " mm");
                }
            }
        }
        JsonNode about = JSON.readTree(root.resolve("meta/info.json").toFile()).path("features").path(CAMERA);
        assertEquals("[48,64,1]", about.path("shape").toString());
        assertTrue(about.path("info").path("is_depth_map").asBoolean() && about.path("info").path("video.depth_max").asDouble() == 10, about::toString);
        JsonNode statistics = JSON.readTree(root.resolve("meta/stats.json").toFile()).path(CAMERA);
        assertEquals("[[[0.0]]]", statistics.path("min").toString());
        assertEquals("[[[10000.0]]]", statistics.path("max").toString());
        try (EpisodeDataset other = new DepthEpisodes(DepthCodes.LEROBOT)) {
            String line = assertThrows(InputException.class, () -> LerobotExporter.append(other, root, Progress.NONE)).getMessage();
            assertTrue(line.contains("video.depth_min: expected 0.0") && line.contains("found 0.01"), line);
        }
        EpisodeDataset more = LerobotDataset.open(root);
        Path again = folder.resolve("again");
        LerobotExporter.export(more, again, Progress.NONE);
        Files.delete(again.resolve("meta/appended.json")); // to have them twice
        LerobotExporter.append(more, again, Progress.NONE);
        more.close();
        try (EpisodeDataset grown = LerobotDataset.open(again); EpisodeDataset once = LerobotDataset.open(root)) {
            assertEquals(4, grown.episodes());
            assertArrayEquals(frame(once, 1, 4), frame(grown, 3, 4), "coded again without loss");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{'is_depth_map': true, 'video.pix_fmt': 'yuv420p'} | marked as depth, but its video is yuv420p",
        "{'is_depth_map': true} | marked as depth, but its video is of unnamed pixels",
        "{'is_depth_map': true, 'video.pix_fmt': 'gray12le', 'video.depth_min': 5, 'video.depth_max': 5} | depth_min < depth_max",
        "{'is_depth_map': true, 'video.pix_fmt': 'gray12le', 'video.shift': -1} | depth_min + shift > 0",
        "{'is_depth_map': true, 'video.pix_fmt': 'gray12le', 'video.shift': 'much'} | video.shift: expected metres",
        "{'is_depth_map': true, 'video.pix_fmt': 'gray12le', 'video.use_log': 1} | video.use_log: expected true or false",
        "{'video.pix_fmt': 'gray12le'} | video of shape [48, 64, 1]"})
    void shouldLeaveOutWhatNothingSaysTheMeaningOf(String info, String named) throws Exception {
        Path root = exported(DepthCodes.OWN);
        describe(root, info.replace('\'', '"'));
        try (EpisodeDataset read = LerobotDataset.open(root)) {
            assertEquals(-1, camera(read));
            assertTrue(read.leftOut().stream().anyMatch(line -> line.contains(CAMERA) && line.contains(named)), () -> read.leftOut().toString());
        }
    }

    /** The description says otherwise. */
    @Test
    void shouldRefuseAFilmOfEightBits() throws Exception {
        Path root = exported(DepthCodes.OWN);
        describe(root, "{\"is_depth_map\": true, \"video.pix_fmt\": \"gray12le\"}");
        try (VideoEncoder colours = new VideoEncoder(LerobotPaths.video(root, CAMERA, 0), 64, 64, 10)) {
            colours.append(new byte[64 * 64 * 3]);
            colours.finish();
        }
        Path info = root.resolve("meta/info.json");
        Files.writeString(info, Files.readString(info).replace("[48,64,1]", "[64,64,1]"));
        try (EpisodeDataset read = LerobotDataset.open(root)) {
            String line = assertThrows(InputException.class, () -> read.episode(0).frame(camera(read), 0, new byte[2 * 64 * 64])).getMessage();
            assertTrue(line.contains("12-bit codes (gray12le), found yuv420p"), line);
        }
    }

    /** As LeRobot's recorder keeps depth without videos: TIFF of uint16 in mm, or of float32 in m. */
    @Test
    void shouldReadDepthThatLiesInTheTable() throws Exception {
        short[] mm = {0, 1, 1234, (short) 65_535};
        BufferedImage whole = new BufferedImage(2, 2, BufferedImage.TYPE_USHORT_GRAY);
        whole.getRaster().setDataElements(0, 0, 2, 2, mm);
        WritableRaster raster = Raster.createWritableRaster(new PixelInterleavedSampleModel(DataBuffer.TYPE_FLOAT, 2, 2, 1, 2, new int[1]), null);
        raster.setPixels(0, 0, 2, 2, new float[] {Float.NaN, 0.001f, 1.2344f, -1});
        BufferedImage floats = new BufferedImage(new ComponentColorModel(ColorSpace.getInstance(ColorSpace.CS_GRAY), false, false,
                BufferedImage.OPAQUE, DataBuffer.TYPE_FLOAT), raster, false, null);
        DatasetFeature camera = DatasetFeature.depth(CAMERA, 2, 2, DepthCodes.LEROBOT);
        byte[] out = new byte[8];
        for (String format : List.of("tiff", "png")) {
            StoredPictures.decodeDepth(encoded(whole, format), camera, "", "here", out);
            assertArrayEquals(new byte[] {0, 0, 1, 0, (byte) 0xD2, 4, -1, -1}, out);
        }
        StoredPictures.decodeDepth(encoded(floats, "tiff"), camera, "m", "here", out);
        assertArrayEquals(new byte[] {0, 0, 1, 0, (byte) 0xD2, 4, 0, 0}, out);
        byte[] colours = encoded(new BufferedImage(2, 2, BufferedImage.TYPE_INT_RGB), "png");
        assertTrue(assertThrows(InputException.class, () -> StoredPictures.decodeDepth(colours, camera, "", "here", out)).getMessage()
                .contains("16-bit grey or float32"));
    }

    private static byte[] encoded(BufferedImage image, String format) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertTrue(ImageIO.write(image, format, out));
        return out.toByteArray();
    }

    private static PolicyConfig policy() {
        VisionConfig vision = new VisionConfig(VisionConfig.Backbone.CONV, VisionConfig.Norm.GROUP, null, null, false, VisionConfig.Pool.SPATIAL_SOFTMAX, 4, 8,
                false, false, List.of(new VisionConfig.ConvLayer(5, 4, 2, 8, 4)));
        return new PolicyConfig(2, 8, 4, List.of(FeatureSpec.of("observation.state", Kind.STATE, 2),
                FeatureSpec.of(CAMERA, Kind.VISUAL, 1, DepthEpisodes.HEIGHT, DepthEpisodes.WIDTH)), FeatureSpec.of("action", Kind.ACTION, 2),
                new UnetConfig(List.of(16, 32), 3, 8, 16, true), vision, new SchedulerConfig(SchedulerConfig.Type.DDIM, 100,
                SchedulerConfig.BetaSchedule.SQUAREDCOS_CAP_V2, 1e-4, 0.02, SchedulerConfig.PredictionType.EPSILON, true, 1,
                SchedulerConfig.Variance.FIXED_SMALL, true, 0, 0, 10));
    }

    /** What a training sees is what the running node shows a policy: 10 m is 1. */
    @Test
    void shouldTrainAPolicyOfOneChannel() throws Exception {
        Path root = exported(DepthCodes.OWN);
        PolicyConfig config = policy();
        List<FeatureSpec> features = List.of(config.inputs().get(0), config.inputs().get(1), config.action());
        try (EpisodeDataset read = LerobotDataset.open(root)) {
            ReplayData data = DatasetColumns.read(read, features, Map.of());
            EpisodeWindows windows = new EpisodeWindows(data.ends(), 8, 1, 3, episode -> true);
            WindowBatches batches = new WindowBatches(List.of(new WindowBatches.Part(data, windows, 1)), FittedNormalizers.fit(List.of(data)),
                    new WindowBatches.Options(2, 8, 4, 1, false, null, null));
            Batch first = batches.make(0);
            TensorData pictures = first.inputs().get(CAMERA);
            assertEquals(List.of(4L, 2L, 1L, 48L, 64L), pictures.shape());
            byte[] rows = frame(read, 0, 1);
            for (int pixel = 0; pixel < PIXELS; pixel++) { // the third window begins at step 1
                float seen = pictures.bytes().order(ByteOrder.LITTLE_ENDIAN).getFloat(4 * ((2 * 2) * PIXELS + pixel));
                assertEquals(Math.min(1f, DepthPixels.mm(rows, pixel) / 10_000f), seen);
            }
            PolicyDefinition initial = new PolicyDefinition(config, InitialWeights.of(ExpectedTensors.of(config), 1), Map.of(), "initial");
            OptimizerConfig optimizer = new OptimizerConfig(1e-3, 0.95, 0.999, 1e-8, WeightDecay.uniform(1e-6), 10, OptimizerConfig.EmaConfig.REFERENCE);
            try (PolicyTrainer trainer = new PolicyTrainer(initial, new DiffusionObjective(config, new DiffusionObjective.Options(
                    DiffusionObjective.Kind.DENOISING, true, false, Arithmetic.FLOAT32)), new PrefetchingBatches(batches, 1, 1),
                    new PolicyTrainer.Options(optimizer, new LearningRate(1e-3, LearningRate.Shape.CONSTANT, 0, 100), name -> true, 1, 5, 1))) {
                float loss = trainer.step();
                assertTrue(Float.isFinite(loss) && loss > 0, "loss " + loss);
                assertTrue(Float.isFinite(trainer.step()));
            }
        }
    }
}
