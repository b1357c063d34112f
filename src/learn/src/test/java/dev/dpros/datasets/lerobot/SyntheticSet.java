package dev.dpros.datasets.lerobot;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Random;
import javax.imageio.ImageIO;

/**
 * A LeRobotDataset v2.1 of any size: a camera {@code front} as AV1 films and a camera {@code side} as JPEG in the tables, a film
 * and a table for each episode. Encoding is slow, so that episodes are copies of a few distinct ones: copies on disk, each of its full
 * size, with indices of their own. Made again where it stands, it goes on.
 */
public final class SyntheticSet {
    private static final String FRONT = "observation.images.front";
    private static final String SIDE = "observation.images.side";
    private static final int FPS = 10;

    private final Path root;
    private final Size size;

    /**
     * How large.
     *
     * @param steps of each episode
     * @param distinct episodes that are encoded
     */
    public record Size(int episodes, int steps, int height, int width, int distinct) {
        /** Bytes of all pictures, decoded. */
        public long rawBytes() {
            return 2L * episodes * steps * height * width * 3;
        }
    }

    private SyntheticSet(Path root, Size size) {
        this.root = root;
        this.size = size;
    }

    /** Makes what is not there yet. */
    public static void make(Path root, Size size) throws IOException, SQLException {
        new SyntheticSet(root, size).run();
    }

    private void run() throws IOException, SQLException {
        Path made = root.resolveSibling(root.getFileName() + ".distinct");
        Files.createDirectories(made);
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:")) {
            for (int d = 0; d < size.distinct(); d++) {
                film(made.resolve(d + ".mp4"), d);
                table(connection, made, d);
            }
            for (int e = 0; e < size.episodes(); e++) {
                String name = String.format("chunk-%03d/%s/episode_%06d", e / 1000, "%s", e);
                copy(made.resolve(e % size.distinct() + ".mp4"), root.resolve("videos/" + String.format(name, FRONT) + ".mp4"));
                table(connection, made.resolve(e % size.distinct() + ".parquet"),
                        root.resolve("data").resolve(String.format("chunk-%03d/episode_%06d.parquet", e / 1000, e)), e);
            }
        }
        lines();
    }

    /** A picture that neither encoder makes nothing of: stripes that move, a disc, some noise. */
    private void draw(int distinct, int step, boolean side, byte[] rgb) {
        Random noise = new Random(distinct * 100_003L + step * 2L + (side ? 1 : 0));
        double x = size.width() * (0.5 + 0.4 * Math.sin(0.1 * step + distinct));
        double y = size.height() * (0.5 + 0.4 * Math.cos(0.13 * step));
        for (int i = 0; i < rgb.length; i += 3) {
            int column = i / 3 % size.width();
            int line = i / 3 / size.width();
            boolean disc = Math.hypot(column - x, line - y) < size.height() / 8.0;
            int grain = noise.nextInt(16);
            rgb[i] = (byte) (disc ? 220 : 60 + (column + step) % 64 + grain);
            rgb[i + 1] = (byte) (side ? 40 + (line + 2 * step) % 96 + grain : 90 + grain);
            rgb[i + 2] = (byte) (disc ? 30 : (column * line / 64 + distinct * 16) % 128 + grain);
        }
    }

    private void film(Path file, int distinct) throws IOException {
        if (Files.exists(file)) {
            return;
        }
        Path partial = LerobotPaths.partial(file);
        byte[] rgb = new byte[size.height() * size.width() * 3];
        try (VideoEncoder encoder = new VideoEncoder(partial, size.width(), size.height(), FPS)) {
            for (int step = 0; step < size.steps(); step++) {
                draw(distinct, step, false, rgb);
                encoder.append(rgb);
            }
            encoder.finish();
        }
        Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private byte[] jpeg(int distinct, int step) throws IOException {
        byte[] rgb = new byte[size.height() * size.width() * 3];
        draw(distinct, step, true, rgb);
        BufferedImage image = new BufferedImage(size.width(), size.height(), BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < rgb.length; i += 3) {
            image.setRGB(i / 3 % size.width(), i / 3 / size.width(), (rgb[i] & 255) << 16 | (rgb[i + 1] & 255) << 8 | rgb[i + 2] & 255);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, "jpg", out);
        return out.toByteArray();
    }

    /** The rows of a distinct episode. */
    private void table(Connection connection, Path made, int distinct) throws IOException, SQLException {
        Path file = made.resolve(distinct + ".parquet");
        if (Files.exists(file)) {
            return;
        }
        Path pictures = made.resolve("jpeg");
        Files.createDirectories(pictures);
        for (int step = 0; step < size.steps(); step++) {
            Files.write(pictures.resolve(String.format("%06d.jpg", step)), jpeg(distinct, step));
        }
        write(connection, "SELECT [sin(i / 10.0 + " + distinct + "), cos(i / 7.0)]::FLOAT[] AS \"observation.state\", "
                + "[sin((i + 1) / 10.0 + " + distinct + "), cos((i + 1) / 7.0)]::FLOAT[] AS action, {'bytes': content, 'path': NULL} AS \""
                + SIDE + "\", (i / " + FPS + ".0)::FLOAT AS \"timestamp\", i AS frame_index, 0::BIGINT AS episode_index, i AS \"index\", "
                + "0::BIGINT AS task_index FROM (SELECT content, row_number() OVER (ORDER BY filename) - 1 AS i FROM read_blob('" + pictures
                + "/*.jpg')) ORDER BY i", file);
    }

    private void table(Connection connection, Path from, Path to, int episode) throws IOException, SQLException {
        if (!Files.exists(to)) {
            Files.createDirectories(to.getParent());
            write(connection, "SELECT * REPLACE (" + episode + "::BIGINT AS episode_index, \"index\" + " + (long) episode * size.steps()
                    + " AS \"index\") FROM read_parquet('" + from + "')", to);
        }
    }

    private static void write(Connection connection, String query, Path file) throws IOException, SQLException {
        Path partial = LerobotPaths.partial(file);
        try (Statement statement = connection.createStatement()) {
            statement.execute("COPY (" + query + ") TO '" + partial + "' (FORMAT parquet, CODEC snappy)");
        }
        Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void copy(Path from, Path to) throws IOException {
        if (!Files.exists(to)) {
            Files.createDirectories(to.getParent());
            Path partial = LerobotPaths.partial(to);
            Files.copy(from, partial, StandardCopyOption.REPLACE_EXISTING);
            Files.move(partial, to, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private void lines() throws IOException {
        StringBuilder episodes = new StringBuilder();
        StringBuilder statistics = new StringBuilder();
        for (int e = 0; e < size.episodes(); e++) {
            episodes.append("{\"episode_index\": ").append(e).append(", \"tasks\": [\"\"], \"length\": ").append(size.steps()).append("}\n");
            statistics.append("{\"episode_index\": ").append(e).append(", \"stats\": {}}\n");
        }
        String camera = "\"shape\": [%d, %d, 3], \"names\": [\"height\", \"width\", \"channels\"]}".formatted(size.height(), size.width());
        String vector = "{\"dtype\": \"float32\", \"shape\": [2], \"names\": null}";
        String info = """
                {"codebase_version": "v2.1", "robot_type": null, "total_episodes": %d, "total_frames": %d, "total_tasks": 1,
                 "chunks_size": 1000, "fps": %d, "splits": {},
                 "data_path": "data/chunk-{episode_chunk:03d}/episode_{episode_index:06d}.parquet",
                 "video_path": "videos/chunk-{episode_chunk:03d}/{video_key}/episode_{episode_index:06d}.mp4",
                 "features": {"observation.state": %s, "action": %s, "%s": {"dtype": "video", %s, "%s": {"dtype": "image", %s}}
                """.formatted(size.episodes(), size.episodes() * size.steps(), FPS, vector, vector, FRONT, camera, SIDE, camera);
        Path meta = root.resolve("meta");
        Files.createDirectories(meta);
        Files.writeString(meta.resolve("episodes.jsonl"), episodes);
        Files.writeString(meta.resolve("episodes_stats.jsonl"), statistics);
        Files.writeString(meta.resolve("tasks.jsonl"), "{\"task_index\": 0, \"task\": \"\"}\n");
        Files.write(meta.resolve("info.json"), info.getBytes(StandardCharsets.UTF_8));
    }
}
