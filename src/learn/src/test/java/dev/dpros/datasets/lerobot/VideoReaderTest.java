package dev.dpros.datasets.lerobot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Videos written by FFmpeg's own program. */
@Tag("realpeer")
@Timeout(120)
class VideoReaderTest {
    private static final int SIDE = 64;
    private static final int[][] COLOURS = {{200, 40, 30}, {30, 180, 60}, {40, 60, 210}, {220, 210, 40}};

    @TempDir
    private Path folder;

    private void ffmpeg(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("ffmpeg", "-hide_banner", "-loglevel", "error", "-y"));
        command.addAll(Arrays.asList(arguments));
        Process process;
        try {
            process = new ProcessBuilder(command).directory(folder.toFile()).inheritIO().start();
        } catch (IOException e) {
            Assumptions.abort("ffmpeg is not installed");
            return;
        }
        assertEquals(0, process.waitFor());
    }

    private static byte[] quarters() {
        byte[] rgb = new byte[SIDE * SIDE * 3];
        for (int i = 0; i < SIDE * SIDE; i++) {
            int[] colour = COLOURS[(i / SIDE / (SIDE / 2)) * 2 + i % SIDE / (SIDE / 2)];
            for (int c = 0; c < 3; c++) {
                rgb[i * 3 + c] = (byte) colour[c];
            }
        }
        return rgb;
    }

    @ParameterizedTest
    @CsvSource({"bt709, tv", "bt709, pc", "smpte170m, tv", "smpte170m, pc"})
    void shouldReadTheColoursThatTheTagsSay(String space, String range) throws Exception {
        Files.write(folder.resolve("in.rgb"), quarters());
        String matrix = space.equals("bt709") ? "bt709" : "bt601";
        ffmpeg("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", SIDE + "x" + SIDE, "-i", "in.rgb", "-vf",
                "scale=out_color_matrix=" + matrix + ":out_range=" + range + ",format=yuv420p", "-c:v", "libx264", "-qp", "1",
                "-colorspace", space, "-color_range", range, "out.mp4");
        byte[] read = new byte[SIDE * SIDE * 3];
        try (VideoReader reader = new VideoReader(folder.resolve("out.mp4"), SIDE, SIDE)) {
            reader.read(0, read);
        }
        byte[] right = quarters();
        for (int quarter = 0; quarter < 4; quarter++) {
            int pixel = (quarter / 2 * SIDE / 2 + SIDE / 4) * SIDE + quarter % 2 * SIDE / 2 + SIDE / 4;
            for (int c = 0; c < 3; c++) {
                int off = Math.abs((read[pixel * 3 + c] & 255) - (right[pixel * 3 + c] & 255));
                assertTrue(off <= 4, space + " " + range + ", quarter " + quarter + ", channel " + c + ": " + off + " levels off");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"-f hls, libx264, as mp4", "-f matroska, libx264, as mp4", "-f mov, magicyuv, magicyuv"})
    void shouldRefuseOtherContainersAndCodecs(String container, String codec, String named) throws Exception {
        ffmpeg(("-f lavfi -i testsrc=size=64x64:rate=10:duration=1 -c:v " + codec + " " + container + " out.mp4").split(" "));
        InputException e = assertThrows(InputException.class, () -> new VideoReader(folder.resolve("out.mp4"), SIDE, SIDE).close());
        assertTrue(e.getMessage().contains("out.mp4: video") && e.getMessage().contains(named), e.getMessage());
    }

    /** Key frames far apart, frames out of order between them: the one asked for, wherever the one before was. */
    @Test
    void shouldFindTheFrameAfterAnyJump() throws Exception {
        int frames = 240;
        byte[] film = new byte[frames * SIDE * SIDE * 3];
        for (int i = 0; i < frames; i++) {
            Arrays.fill(film, i * SIDE * SIDE * 3, (i + 1) * SIDE * SIDE * 3, (byte) (i + 8));
        }
        Files.write(folder.resolve("in.rgb"), film);
        ffmpeg("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", SIDE + "x" + SIDE, "-r", "10", "-i", "in.rgb", "-c:v", "libx264", "-g", "40", "-bf", "2",
                "-qp", "4", "-pix_fmt", "yuv420p", "out.mp4");
        byte[] rgb = new byte[SIDE * SIDE * 3];
        try (VideoReader reader = new VideoReader(folder.resolve("out.mp4"), SIDE, SIDE)) {
            double[] times = reader.times();
            for (int frame : new int[] {0, 1, 30, 45, 79, 80, 81, 119, 121, 10, 239, 160, 171, 172, 200, 220}) {
                reader.read(times[frame], rgb);
                assertEquals(frame + 8, rgb[SIDE * SIDE] & 255, 2, "frame " + frame);
            }
        }
    }

    /** Cut without encoding: the frames from the key frame to the cut are in the file and are not shown. */
    @Test
    void shouldLeaveOutFramesThatWereCutOff() throws Exception {
        int frames = 90;
        byte[] film = new byte[frames * SIDE * SIDE * 3];
        for (int i = 0; i < frames; i++) {
            Arrays.fill(film, i * SIDE * SIDE * 3, (i + 1) * SIDE * SIDE * 3, (byte) (2 * i + 20));
        }
        Files.write(folder.resolve("in.rgb"), film);
        ffmpeg("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", SIDE + "x" + SIDE, "-r", "30", "-i", "in.rgb", "-c:v", "libx264", "-g", "30", "-bf", "2",
                "-qp", "4", "-pix_fmt", "yuv420p", "whole.mp4");
        ffmpeg("-ss", "1.5", "-i", "whole.mp4", "-c", "copy", "cut.mp4");
        byte[] rgb = new byte[SIDE * SIDE * 3];
        try (VideoReader reader = new VideoReader(folder.resolve("cut.mp4"), SIDE, SIDE)) {
            double[] times = reader.times();
            assertEquals(45, times.length);
            for (int frame : new int[] {0, 1, 20, 14, 44}) {
                assertEquals(frame / 30.0, times[frame], 1e-3);
                reader.read(times[frame], rgb);
                assertEquals(2 * (frame + 45) + 20, rgb[SIDE * SIDE] & 255, 1, "frame " + frame);
            }
        }
    }

    /** FFmpeg's concat moves each piece by the length of the one before, rounded up: pictures of late episodes lie a step late. */
    @Test
    void shouldFindTheFramesOfManyJoinedEpisodes() throws Exception {
        int length = 23;
        int episodes = 120;
        byte[] film = new byte[length * SIDE * SIDE * 3];
        for (int i = 0; i < length; i++) {
            Arrays.fill(film, i * SIDE * SIDE * 3, (i + 1) * SIDE * SIDE * 3, (byte) (10 * i + 10));
        }
        Files.write(folder.resolve("in.rgb"), film);
        ffmpeg("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", SIDE + "x" + SIDE, "-r", "30", "-i", "in.rgb", "-c:v", "libx264", "-bf", "0",
                "-pix_fmt", "yuv420p", "piece.mp4");
        Files.writeString(folder.resolve("list.txt"), "file 'piece.mp4'\n".repeat(episodes));
        ffmpeg("-f", "concat", "-i", "list.txt", "-c", "copy", "joined.mp4");
        List<EpisodeClips.Clip> clips = new ArrayList<>();
        int[] lengths = new int[episodes];
        for (int e = 0; e < episodes; e++) {
            clips.add(new EpisodeClips.Clip(0, 0, e * length / 30.0));
            lengths[e] = length;
        }
        EpisodeClips of = new EpisodeClips("camera", 30, clips, lengths);
        byte[] rgb = new byte[SIDE * SIDE * 3];
        Path joined = folder.resolve("joined.mp4");
        int wrong = 0;
        try (VideoReader reader = new VideoReader(joined, SIDE, SIDE)) {
            assertEquals(episodes * length, reader.times().length);
            assertTrue(reader.times()[episodes * length - 1] - (episodes * length - 1) / 30.0 > 0.5 / 30, "the joined film is not late");
            for (int e = 0; e < episodes; e++) {
                for (int step = 0; step < length; step++) {
                    reader.read(of.time(e, step, reader.times(), joined.toString()), rgb);
                    wrong += Math.abs((rgb[SIDE * SIDE] & 255) - (10 * step + 10)) > 4 ? 1 : 0;
                }
            }
        }
        assertEquals(0, wrong);
    }
}
