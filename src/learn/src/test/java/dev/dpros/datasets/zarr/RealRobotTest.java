package dev.dpros.datasets.zarr;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.InputException;
import dev.dpros.datasets.DatasetFeature;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.SelectedEpisodes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What diffusion_policy's recorder leaves of a real robot, its films written by FFmpeg's own program as PyAV does: H.264 at 30 Hz. */
@Tag("realpeer")
@Timeout(120)
class RealRobotTest {
    private static final int SIDE = 64;
    private static final int[] LENGTHS = {6, 4};
    private static final int STEPS = 10;
    /** Frames in a step of 0.1 s. */
    private static final int FRAMES = 3;
    /** Grey levels from one frame to the next. */
    private static final int LEVELS = 6;
    private static final int FIRST = 20;

    @TempDir
    private Path folder;
    private Path root;

    @BeforeEach
    void write() throws Exception {
        root = Files.createDirectories(folder.resolve("pusht_real"));
        array("meta/episode_ends", "<i8", new int[] {2}, i -> i == 0 ? LENGTHS[0] : STEPS);
        array("data/action", "<f4", new int[] {STEPS, 2}, i -> i);
        array("data/robot_eef_pose", "<f4", new int[] {STEPS, 6}, i -> i);
        array("data/timestamp", "<f8", new int[] {STEPS}, i -> 1.6e9 + i / 10.0);
        for (int episode = 0; episode < 2; episode++) {
            for (int camera : new int[] {1, 3}) {
                film(root.resolve("videos/" + episode + "/" + camera + ".mp4"), FRAMES * LENGTHS[episode], FIRST + 2 * camera, 30);
            }
        }
    }

    private void array(String name, String dtype, int[] shape, IntToDoubleFunction value) throws IOException {
        Path directory = Files.createDirectories(root.resolve("replay_buffer.zarr").resolve(name));
        Files.writeString(directory.resolve(".zarray"), "{\"zarr_format\": 2, \"order\": \"C\", \"filters\": null, \"compressor\": null, "
                + "\"dtype\": \"%s\", \"shape\": %s, \"chunks\": %s, \"fill_value\": 0}".formatted(dtype, Arrays.toString(shape),
                Arrays.toString(shape)));
        int count = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        ByteBuffer bytes = ByteBuffer.allocate(8 * count).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            switch (dtype) {
                case "<i8" -> bytes.putLong((long) value.applyAsDouble(i));
                case "<f8" -> bytes.putDouble(value.applyAsDouble(i));
                default -> bytes.putFloat((float) value.applyAsDouble(i));
            }
        }
        Files.write(directory.resolve(shape.length == 1 ? "0" : "0.0"), Arrays.copyOf(bytes.array(), bytes.position()));
    }

    /** Grey pictures, each lighter than the one before. */
    private void film(Path path, int frames, int first, int fps) throws Exception {
        Files.createDirectories(path.getParent());
        byte[] pixels = new byte[frames * SIDE * SIDE * 3];
        for (int i = 0; i < frames; i++) {
            Arrays.fill(pixels, i * SIDE * SIDE * 3, (i + 1) * SIDE * SIDE * 3, (byte) (first + LEVELS * i));
        }
        Files.write(folder.resolve("in.rgb"), pixels);
        List<String> command = List.of("ffmpeg", "-hide_banner", "-loglevel", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s",
                SIDE + "x" + SIDE, "-r", String.valueOf(fps), "-i", folder.resolve("in.rgb").toString(), "-c:v", "libx264", "-qp", "1",
                "-pix_fmt", "yuv420p", path.toString());
        Process process;
        try {
            process = new ProcessBuilder(command).inheritIO().start();
        } catch (IOException e) {
            Assumptions.abort("ffmpeg is not installed");
            return;
        }
        assertEquals(0, process.waitFor());
    }

    private static int grey(EpisodeDataset dataset, int episode, int feature, int step) {
        byte[] rgb = new byte[SIDE * SIDE * 3];
        try (EpisodeDataset.Episode opened = dataset.episode(episode)) {
            opened.frame(feature, step, rgb);
        }
        return rgb[SIDE * SIDE] & 255;
    }

    private static int camera(EpisodeDataset dataset, int number) {
        return dataset.features().stream().map(DatasetFeature::key).toList().indexOf("observation.images.camera_" + number);
    }

    /** The recorder's folder, or the buffer in it; every step of every film, in any order. */
    @Test
    void shouldReadTheFilmsFramesOfEachStep() {
        assertTrue(ZarrDataset.is(root));
        for (Path path : List.of(root, root.resolve("replay_buffer.zarr"))) {
            try (EpisodeDataset dataset = ZarrDataset.open(path, 10)) {
                assertEquals(List.of(), dataset.faults());
                assertEquals(List.of(), dataset.leftOut());
                assertEquals(2, dataset.episodes());
                for (int number : new int[] {1, 3}) {
                    int feature = camera(dataset, number);
                    assertEquals(List.of(3, SIDE, SIDE), dataset.features().get(feature).shape());
                    assertEquals("camera_" + number, dataset.storedName(feature));
                    for (int episode = 1; episode >= 0; episode--) {
                        for (int step : new int[] {0, 1, 3, 2, LENGTHS[episode] - 1}) {
                            assertEquals(FIRST + 2 * number + LEVELS * FRAMES * step, grey(dataset, episode, feature, step), 2,
                                    "camera " + number + ", episode " + episode + ", step " + step);
                        }
                    }
                }
                SelectedEpisodes.readAll(dataset, dataset.episode(0));
            }
        }
    }

    /** A step is as long as the timestamps say; at 25 Hz it begins between two frames, and the later one is taken. */
    @Test
    void shouldTakeTheFirstFrameAtOrAfterAStep() throws Exception {
        array("data/timestamp", "<f8", new int[] {STEPS}, i -> i * 0.11);
        film(root.resolve("videos/0/1.mp4"), 20, FIRST, 25);
        try (EpisodeDataset dataset = ZarrDataset.open(root, 10)) {
            int[] frames = new int[LENGTHS[0]];
            for (int step = 0; step < frames.length; step++) {
                frames[step] = Math.round((grey(dataset, 0, camera(dataset, 1), step) - FIRST) / (float) LEVELS);
            }
            assertEquals("[0, 3, 6, 9, 11, 14]", Arrays.toString(frames), "0, 0.11, 0.22, 0.33, 0.44, 0.55 s in frames of 0.04 s");
        }
    }

    @Test
    void shouldLeaveTheLastFrameForTenStepsThenSayThatTheFilmWasCut() throws Exception {
        array("meta/episode_ends", "<i8", new int[] {1}, i -> 16);
        array("data/action", "<f4", new int[] {16, 2}, i -> i);
        array("data/robot_eef_pose", "<f4", new int[] {16, 6}, i -> i);
        array("data/timestamp", "<f8", new int[] {16}, i -> i / 10.0);
        try (EpisodeDataset dataset = ZarrDataset.open(root, 10)) {
            assertEquals(FIRST + 2 + LEVELS * (FRAMES * LENGTHS[0] - 1), grey(dataset, 0, camera(dataset, 1), 15), 2);
        }
        film(root.resolve("videos/0/1.mp4"), FRAMES * 5, FIRST, 30);
        try (EpisodeDataset dataset = ZarrDataset.open(root, 10)) {
            String line = assertThrows(InputException.class, () -> grey(dataset, 0, camera(dataset, 1), 15)).getMessage();
            assertTrue(line.startsWith(root.resolve("videos/0/1.mp4") + ": step 15: expected a frame at 1.5 s, found its end"), line);
        }
    }

    @Test
    void shouldLeaveOutAnEpisodeWithoutAFilmAndNameWhatIsNone() throws Exception {
        Files.delete(root.resolve("videos/1/3.mp4"));
        Files.writeString(root.resolve("videos/1/notes.txt"), "");
        Files.writeString(Files.createDirectories(root.resolve("videos/0")).resolve("7.mp4"), "no film");
        List<String> said = new ArrayList<>();
        SelectedEpisodes.Choice all = new SelectedEpisodes.Choice(SelectedEpisodes.Label.ALL, false);
        try (EpisodeDataset dataset = ZarrDataset.open(root, 10)) {
            assertEquals(-1, camera(dataset, 7));
            assertEquals(1, SelectedEpisodes.of(dataset, all, said::add).episodes());
            try (EpisodeDataset.Episode whole = dataset.episode(0)) {
                assertNull(whole.unfit());
            }
        }
        String lines = String.join("\n", said);
        assertTrue(lines.contains("episode 1: left out: " + root.resolve("videos/1/3.mp4") + ": expected the film of a camera, found none"), lines);
        assertTrue(lines.contains("notes.txt: no film of a camera"), lines);
        assertTrue(lines.contains("videos/0/7.mp4: video: it cannot be opened as mp4"), lines);
    }

    /** As tools for large files keep them. */
    @Test
    void shouldReadFilmsBehindLinks() throws Exception {
        Path store = Files.createDirectory(folder.resolve("store"));
        for (Path film : List.of(root.resolve("videos/0/1.mp4"), root.resolve("videos/1/1.mp4"))) {
            Path kept = store.resolve(film.getParent().getFileName() + "_1");
            Files.move(film, kept);
            Files.createSymbolicLink(film, kept);
        }
        try (EpisodeDataset dataset = ZarrDataset.open(root, 10)) {
            assertEquals(FIRST + 2, grey(dataset, 0, camera(dataset, 1), 0), 2);
        }
    }

    /** All these buffers have one name: two of them in one recording must not pass for the same episodes. */
    @Test
    void shouldTellEpisodesOfTwoRobotsApart() throws Exception {
        String first = id(root);
        Files.move(root, folder.resolve("other_real"));
        assertNotEquals(first, id(folder.resolve("other_real")));
    }

    private static String id(Path path) {
        try (EpisodeDataset dataset = ZarrDataset.open(path, 10); EpisodeDataset.Episode episode = dataset.episode(0)) {
            return episode.id();
        }
    }
}
