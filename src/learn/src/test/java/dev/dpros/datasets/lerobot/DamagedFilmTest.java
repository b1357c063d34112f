package dev.dpros.datasets.lerobot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.InputException;
import dev.dpros.recording.ExternalReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Damaged films: pictures, or one line with the file's name; whatever lengths and addresses they claim. */
@Tag("long")
@Timeout(180)
class DamagedFilmTest {
    private static final int SIDE = 64;
    private static final int FRAMES = 4;
    private static final int TURNS = 100 * Math.max(1, Integer.getInteger("dpros.fuzz", 1));
    /** The index of an mp4 is a few hundred bytes among thousands: every other damage is there. */
    private static final byte[] INDEX = "moov".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    @TempDir
    private Path folder;

    private static byte[] picture(int number) {
        byte[] rgb = new byte[SIDE * SIDE * 3];
        new Random(number).nextBytes(rgb);
        Arrays.fill(rgb, 0, rgb.length / 2, (byte) (20 * number));
        return rgb;
    }

    private static int index(byte[] film) {
        int at = 0;
        while (!Arrays.equals(Arrays.copyOfRange(film, at, at + INDEX.length), INDEX)) {
            at++;
        }
        return at;
    }

    private static byte[] damaged(byte[] film, Random random, int turn) {
        if (turn % 10 == 9) {
            return Arrays.copyOf(film, random.nextInt(film.length));
        }
        byte[] damaged = film.clone();
        int from = turn % 2 == 0 ? index(film) : 0;
        int at = from + random.nextInt(film.length - from - 8);
        for (int i = 0; turn % 10 == 8 && i < 8; i++) { // a length or an address of any size
            damaged[at + i] = (byte) random.nextInt();
        }
        damaged[at] ^= (byte) (1 << random.nextInt(8));
        return damaged;
    }

    /** What is said of a film, or null. */
    private static String problem(Path film) {
        try (VideoReader reader = new VideoReader(film, SIDE, SIDE)) {
            byte[] rgb = new byte[SIDE * SIDE * 3];
            double[] times = reader.times();
            for (int i = 0; i < Math.min(times.length, 2 * FRAMES); i++) {
                reader.read(times[i], rgb);
            }
            return times.length == FRAMES ? null : film + ": " + times.length + " frames";
        } catch (InputException e) {
            return e.getMessage();
        }
    }

    private void damageEverywhere(byte[] whole) throws IOException {
        Path film = folder.resolve("damaged.mp4");
        Files.write(film, whole);
        assertNull(problem(film));
        Random random = new Random(3);
        int noticed = 0;
        for (int turn = 0; turn < TURNS; turn++) {
            Files.write(film, damaged(whole, random, turn));
            String problem = problem(film);
            if (problem != null) {
                noticed++;
                assertEquals(1, problem.lines().count(), problem);
                assertTrue(problem.startsWith(film.toString()) && !problem.contains("Exception"), "turn " + turn + ": " + problem);
            }
        }
        assertTrue(noticed > TURNS / 10, noticed + " of " + TURNS);
    }

    @Test
    void shouldReadOrNameADamagedFilmOfAv1() throws IOException {
        Path film = folder.resolve("whole.mp4");
        try (VideoEncoder encoder = new VideoEncoder(film, SIDE, SIDE, 10)) {
            for (int i = 0; i < FRAMES; i++) {
                encoder.append(picture(i));
            }
            encoder.finish();
        }
        damageEverywhere(Files.readAllBytes(film));
    }

    /** As the films of a real robot are. */
    @Test
    @Tag("realpeer")
    void shouldReadOrNameADamagedFilmOfH264() throws Exception {
        ExternalReader.assumeWorks("ffmpeg", "-version");
        Path film = folder.resolve("whole.mp4");
        ExternalReader.run("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=size=64x64:rate=10:duration=0.4", "-c:v", "libx264", "-pix_fmt", "yuv420p",
                film.toString());
        damageEverywhere(Files.readAllBytes(film));
    }
}
