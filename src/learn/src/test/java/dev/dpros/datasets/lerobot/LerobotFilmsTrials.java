package dev.dpros.datasets.lerobot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.Progress;
import dev.dpros.datasets.DatasetFeature;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.recording.ExternalReader;
import java.io.BufferedInputStream;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Three hundred episodes joined in films, each frame looked up as LeRobot does it, in films as FFmpeg's own tools see them: its place by time and
 * rate, the difference of times as float32 within 1e-4 s, and the picture that is there. Minutes: run by name alone.
 */
@Tag("realpeer")
class LerobotFilmsTrials {
    private static final String CAMERA = "observation.images.top";
    private static final int EPISODES = 300;
    private static final int SIDE = 64;
    private static final float TOLERANCE_S = 1e-4f;
    /** A frame's number in octal digits, one a row of a picture. */
    private static final int DIGITS = 8;
    private static final int ROWS = SIDE / DIGITS;

    /** What the tables say of an episode. */
    private record Said(int length, int chunk, int file, double fromS) {}

    @ParameterizedTest
    @CsvSource({"30, 45, false", "10, 40, true", "29.97, 110, false"})
    void shouldFindEveryFrameByItsTime(double fps, int usual, boolean appended, @TempDir Path folder) throws Exception {
        ExternalReader.assumeWorks("ffmpeg", "-version");
        ExternalReader.assumeWorks("ffprobe", "-version");
        Path root = folder.resolve("lerobot");
        LerobotExporter.export(new Numbered(fps, usual, 0, appended ? EPISODES / 2 : EPISODES), root, Progress.NONE);
        if (appended) {
            LerobotExporter.append(new Numbered(fps, usual, EPISODES / 2, EPISODES), root, Progress.NONE);
        }
        Map<Path, double[]> times = new HashMap<>();
        Map<Path, int[]> numbers = new HashMap<>();
        long frames = 0;
        double worst = 0;
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:"); Statement statement = connection.createStatement()) {
            for (int episode = 0; episode < EPISODES; episode++) {
                Said said = said(statement, root, episode);
                Path film = root.resolve(String.format("videos/%s/chunk-%03d/file-%03d.mp4", CAMERA, said.chunk, said.file));
                if (!times.containsKey(film)) {
                    times.put(film, times(film.toString()));
                    numbers.put(film, numbers(film.toString()));
                }
                double[] shown = times.get(film);
                int[] pictures = numbers.get(film);
                assertEquals(shown.length, pictures.length, film.toString());
                double rate = (shown.length - 1) / (shown[shown.length - 1] - shown[0]);
                try (ResultSet rows = statement.executeQuery("SELECT \"timestamp\", frame_index FROM '" + root
                        + "/data/*/*.parquet' WHERE episode_index = " + episode + " ORDER BY frame_index")) {
                    for (int step = 0; step < said.length; step++, frames++) {
                        assertTrue(rows.next());
                        double wanted = said.fromS + rows.getFloat(1);
                        int at = (int) Math.rint(wanted * rate);
                        float off = Math.abs((float) wanted - (float) shown[at]);
                        worst = Math.max(worst, off);
                        assertTrue(off <= TOLERANCE_S, "episode " + episode + ", step " + step + ": wanted " + wanted + ", shown " + shown[at]);
                        assertEquals(Numbered.number(episode, step), pictures[at], "episode " + episode + ", step " + step);
                    }
                }
            }
        }
        System.out.printf("%s Hz: %d frames of %d episodes in %d films, at most %.1e s away%n", fps, frames, EPISODES, times.size(), worst);
    }

    private static Said said(Statement statement, Path root, int episode) throws Exception {
        String prefix = "\"videos/" + CAMERA + "/";
        try (ResultSet rows = statement.executeQuery("SELECT length, " + prefix + "chunk_index\", " + prefix + "file_index\", " + prefix
                + "from_timestamp\" FROM '" + root + "/meta/episodes/*/*.parquet' WHERE episode_index = " + episode)) {
            assertTrue(rows.next());
            return new Said(rows.getInt(1), rows.getInt(2), rows.getInt(3), rows.getDouble(4));
        }
    }

    /** When each frame is shown, by ffprobe. */
    private static double[] times(String film) throws Exception {
        String[] base = ExternalReader.run("ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "stream=time_base", "-of", "csv=p=0", film)
                .strip().split("/");
        return ExternalReader.run("ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "packet=pts", "-of", "csv=p=0", film).lines()
                .filter(line -> !line.isBlank()).mapToDouble(line -> Long.parseLong(line.replace(",", "").strip()) * Double.parseDouble(base[0])
                        / Double.parseDouble(base[1])).sorted().toArray();
    }

    /** The number that each frame's picture shows, by ffmpeg. */
    private static int[] numbers(String film) throws Exception {
        Path raw = Files.createTempFile("film", ".rgb");
        try {
            ExternalReader.run("ffmpeg", "-v", "error", "-y", "-i", film, "-f", "rawvideo", "-pix_fmt", "rgb24", raw.toString());
            int size = SIDE * SIDE * 3;
            int[] numbers = new int[(int) (Files.size(raw) / size)];
            try (InputStream in = new BufferedInputStream(Files.newInputStream(raw), 1 << 20)) {
                for (int i = 0; i < numbers.length; i++) {
                    numbers[i] = Numbered.read(in.readNBytes(size));
                }
            }
            return numbers;
        } finally {
            Files.delete(raw);
        }
    }

    /** Episodes whose pictures show which frame they are: eight rows of a grey each. */
    private record Numbered(double fps, int usual, int first, int end) implements EpisodeDataset {
        private static final List<DatasetFeature> FEATURES = List.of(
                new DatasetFeature(CAMERA, FeatureSpec.Kind.VISUAL, List.of(3, SIDE, SIDE), List.of()),
                new DatasetFeature("action", FeatureSpec.Kind.ACTION, List.of(1), List.of()));

        static int number(int episode, int step) {
            return episode * 1000 + step;
        }

        static int read(byte[] rgb) {
            int number = 0;
            for (int digit = 0; digit < DIGITS; digit++) {
                long sum = 0;
                for (int y = digit * ROWS + 2; y < (digit + 1) * ROWS - 2; y++) {
                    for (int x = 0; x < SIDE; x++) {
                        sum += rgb[(y * SIDE + x) * 3 + 1] & 0xFF;
                    }
                }
                number = number * 8 + (int) Math.round((sum / (double) ((ROWS - 4) * SIDE) - 16) / 32);
            }
            return number;
        }

        @Override
        public String name() {
            return "numbered";
        }

        @Override
        public List<DatasetFeature> features() {
            return FEATURES;
        }

        @Override
        public String robot() {
            return "";
        }

        @Override
        public int episodes() {
            return end - first;
        }

        @Override
        public Episode episode(int index) {
            return new One(first + index, usual + (first + index) * 7 % 23);
        }

        @Override
        public void close() {}

        /** One of them. */
        private record One(int episode, int length) implements Episode {
            @Override
            public String id() {
                return "numbered-" + episode;
            }

            @Override
            public String task() {
                return "count";
            }

            @Override
            public Boolean success() {
                return null;
            }

            @Override
            public void vector(int feature, int step, float[] out, int offset) {
                out[offset] = step;
            }

            @Override
            public void frame(int feature, int step, byte[] rgb) {
                int number = number(episode, step);
                for (int digit = DIGITS - 1; digit >= 0; digit--, number /= 8) {
                    java.util.Arrays.fill(rgb, digit * ROWS * SIDE * 3, (digit + 1) * ROWS * SIDE * 3, (byte) (16 + 32 * (number % 8)));
                }
            }

            @Override
            public void close() {}
        }
    }
}
