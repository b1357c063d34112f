package dev.dpros.datasets.lerobot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.core.Progress;
import dev.dpros.datasets.DatasetFeature;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.zarr.ZarrDataset;
import dev.dpros.recording.ExternalReader;
import dev.dpros.training.CollectedDataset;
import dev.dpros.training.PushTCollection;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(180)
class LerobotExporterTest {
    private static final Path SLICE = Path.of("src/learn/src/test/resources/recording/pusht_slice_blosc.zarr");
    private static final String IMAGE = "observation.image";

    @TempDir
    Path directory;

    private static EpisodeDataset slice() {
        return ZarrDataset.open(SLICE, 10);
    }

    private Path export() {
        Path target = directory.resolve("lerobot");
        LerobotExporter.export(slice(), target, Progress.NONE);
        return target;
    }

    @Test
    void shouldWriteTheTableRowForRow() throws Exception {
        Path file = export().resolve("data/chunk-000/file-000.parquet");
        try (var connection = DriverManager.getConnection("jdbc:duckdb:"); Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT *, action[1] AS ax, \"observation.keypoint\"[18] AS k FROM '" + file
                        + "' ORDER BY index")) {
            for (int e = 0, index = 0; e < 3; e++) {
                EpisodeDataset.Episode episode = slice().episode(e);
                for (int step = 0; step < episode.length(); step++, index++) {
                    assertTrue(rows.next());
                    float[] action = new float[2];
                    float[] keypoint = new float[18];
                    episode.vector(0, step, action, 0);
                    episode.vector(2, step, keypoint, 0);
                    assertEquals(action[0], rows.getFloat("ax"));
                    assertEquals(keypoint[17], rows.getFloat("k"));
                    assertEquals(index, rows.getLong("index"));
                    assertEquals(step, rows.getLong("frame_index"));
                    assertEquals(e, rows.getLong("episode_index"));
                    assertEquals((float) (step / 10.0), rows.getFloat("timestamp"));
                }
            }
            assertFalse(rows.next());
        }
    }

    @Test
    void shouldDescribeItselfInInfo() throws Exception {
        JsonNode info = new ObjectMapper().readTree(export().resolve("meta/info.json").toFile());
        assertEquals("v3.0", info.get("codebase_version").asText());
        assertEquals(24, info.get("total_frames").asInt());
        assertEquals(3, info.get("total_episodes").asInt());
        assertEquals("video", info.at("/features/" + IMAGE + "/dtype").asText());
        assertEquals("[96,96,3]", info.at("/features/" + IMAGE + "/shape").toString());
        assertEquals("[18]", info.at("/features/observation.keypoint/shape").toString());
    }

    /** LeRobot makes of shape [1] a plain value and of any other a list; its reader casts neither into the other. */
    @Test
    void shouldWriteColumnsOfTheTypesThatLerobotExpectsOfTheirShapes() throws Exception {
        Path root = export();
        JsonNode features = new ObjectMapper().readTree(root.resolve("meta/info.json").toFile()).get("features");
        int plain = 0;
        try (var connection = DriverManager.getConnection("jdbc:duckdb:"); Statement statement = connection.createStatement();
                ResultSet columns = statement.executeQuery("DESCRIBE SELECT * FROM '" + root.resolve("data/chunk-000/file-000.parquet") + "'")) {
            while (columns.next()) {
                boolean one = features.at("/" + columns.getString(1) + "/shape").toString().equals("[1]");
                String type = features.at("/" + columns.getString(1) + "/dtype").asText().equals("int64") ? "BIGINT" : "FLOAT";
                assertEquals(one ? type : type + "[]", columns.getString(2), columns.getString(1));
                plain += one ? 1 : 0;
            }
        }
        assertEquals(6, plain, "n_contacts, timestamp and four indices");
    }

    @Test
    void shouldWriteStatisticsWithQuantiles() throws Exception {
        JsonNode stats = new ObjectMapper().readTree(export().resolve("meta/stats.json").toFile());
        assertEquals(2, stats.at("/action/q01").size());
        assertEquals(3, stats.at("/" + IMAGE + "/mean").size());
        assertEquals(24, stats.at("/" + IMAGE + "/count/0").asInt());
        double low = stats.at("/" + IMAGE + "/q01/0/0/0").asDouble();
        double high = stats.at("/" + IMAGE + "/q99/0/0/0").asDouble();
        assertTrue(low > 0.2 && low < high && high <= 1, low + " " + high);
    }

    @Test
    @Tag("realpeer")
    void shouldWriteVideosThatFfprobeCountsAsManyFramesInAsTheTableHasRows() throws Exception {
        ExternalReader.assumeWorks("ffprobe", "-version");
        Path video = export().resolve("videos/" + IMAGE + "/chunk-000/file-000.mp4");
        String output = ExternalReader.run("ffprobe", "-v", "error", "-count_frames", "-select_streams", "v:0",
                "-show_entries", "stream=codec_name,width,height,avg_frame_rate,nb_read_frames", "-of", "csv=p=0",
                video.toString());
        assertEquals("av1,96,96,10/1,24", output.strip());
    }

    @Test
    @Tag("realpeer")
    void shouldShowTheRecordedPicturesInTheVideo() throws Exception {
        ExternalReader.assumeWorks("ffmpeg", "-version");
        Path video = export().resolve("videos/" + IMAGE + "/chunk-000/file-000.mp4");
        Path raw = directory.resolve("frames.rgb");
        ExternalReader.run("ffmpeg", "-v", "error", "-i", video.toString(), "-f", "rawvideo", "-pix_fmt", "rgb24",
                raw.toString());
        byte[] decoded = Files.readAllBytes(raw);
        assertEquals(24 * 96 * 96 * 3, decoded.length);
        byte[] original = new byte[96 * 96 * 3];
        slice().episode(2).frame(1, 7, original);
        long difference = 0;
        for (int i = 0; i < original.length; i++) {
            difference += Math.abs((original[i] & 0xFF) - (decoded[23 * original.length + i] & 0xFF));
        }
        assertTrue(difference / (double) original.length < 4, "mean difference " + difference / (double) original.length);
    }

    @Test
    void shouldStartANewFileWhenOneIsFullAndContinueAfterAnInterruption() throws Exception {
        Path target = directory.resolve("lerobot");
        Progress failing = new Progress() {
            private int steps;

            @Override
            public void begin(String what, long total) {}

            @Override
            public void advance(long by) {
                if (++steps == 15) {
                    throw new IllegalStateException("interrupted");
                }
            }
        };
        assertThrows(IllegalStateException.class, () -> LerobotExporter.export(slice(), target, failing, 1));
        assertFalse(Files.exists(target));
        assertTrue(Files.exists(directory.resolve(".lerobot.partial/data/chunk-000/file-000.parquet")));
        LerobotExporter.export(slice(), target, Progress.NONE, 1);
        Path whole = directory.resolve("whole");
        LerobotExporter.export(slice(), whole, Progress.NONE, 1);
        for (String file : new String[] {"meta/stats.json", "meta/info.json"}) {
            assertEquals(Files.readString(whole.resolve(file)), Files.readString(target.resolve(file)));
        }
        assertTrue(Files.exists(target.resolve("videos/" + IMAGE + "/chunk-000/file-002.mp4")));
        try (var connection = DriverManager.getConnection("jdbc:duckdb:"); Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT \"data/file_index\", length FROM '" + target
                        + "/meta/episodes/chunk-000/file-000.parquet' ORDER BY episode_index")) {
            for (int file = 0; file < 3; file++) {
                assertTrue(rows.next());
                assertEquals(file, rows.getInt(1));
            }
        }
    }

    /** More episodes than are told to DuckDB at once; no pictures. Values that are not finite spoil neither table nor JSON. */
    @Test
    void shouldListAnyNumberOfEpisodes() throws Exception {
        List<PushTCollection.Episode> played = new ArrayList<>();
        for (int e = 0; e < 120; e++) {
            double[] state = {e, e == 7 ? Double.POSITIVE_INFINITY : 1, e == 8 ? Double.NEGATIVE_INFINITY : 2, e == 9 ? Double.NaN : 3, 4};
            played.add(new PushTCollection.Episode(e, Collections.nCopies(1 + e % 3, state), Collections.nCopies(1 + e % 3, new double[] {e, -e}), 1,
                    e % 2 == 0));
        }
        Path target = directory.resolve("many");
        LerobotExporter.export(new CollectedDataset(played), target, Progress.NONE);
        JsonNode stats = new ObjectMapper().readTree(target.resolve("meta/stats.json").toFile());
        assertEquals(119, stats.at("/observation.state/max/0").asDouble());
        assertTrue(stats.at("/observation.state/max/1").isNull() && stats.at("/observation.state/min/2").isNull(), stats.toString());
        try (LerobotDataset many = LerobotDataset.open(target)) {
            assertEquals(120, many.episodes());
            assertEquals(List.of(), many.contradictions());
            for (int e = 0; e < 120; e++) {
                try (EpisodeDataset.Episode episode = many.episode(e)) {
                    float[] action = new float[2];
                    episode.vector(1, 0, action, 0);
                    assertEquals(e, action[0]);
                    assertEquals(e % 2 == 0, episode.success());
                }
            }
        }
    }

    /** Java's own conversion makes 128 of grey 188 of each colour. */
    @ParameterizedTest
    @CsvSource({"png, 10", "jpg, 10", "png, 11"})
    void shouldReadGreyPicturesAsTheyAre(String format, int type) throws Exception {
        BufferedImage grey = new BufferedImage(16, 16, type);
        for (int i = 0; i < 256; i++) {
            grey.getRaster().setSample(i % 16, i / 16, 0, type == BufferedImage.TYPE_BYTE_GRAY ? 128 : 128 * 257);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertTrue(ImageIO.write(grey, format, out));
        byte[] rgb = new byte[16 * 16 * 3];
        StoredPictures.decode(out.toByteArray(), new DatasetFeature("x", FeatureSpec.Kind.VISUAL, List.of(3, 16, 16), List.of()), "here", rgb);
        for (byte value : rgb) {
            assertEquals(128, value & 0xFF);
        }
    }

    @Test
    void shouldRefuseToOverwrite() {
        export();
        assertThrows(InputException.class, this::export);
    }

    @Test
    void shouldRefuseAVideoSizeThatTheFormatCannotHold() {
        InputException error = assertThrows(InputException.class,
                () -> new VideoEncoder(directory.resolve("x.mp4"), 33, 97, 10));
        assertTrue(error.getMessage().contains("33 x 97"), error.getMessage());
    }
}
