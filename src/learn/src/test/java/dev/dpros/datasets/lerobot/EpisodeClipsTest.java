package dev.dpros.datasets.lerobot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.InputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class EpisodeClipsTest {
    private static final int EPISODES = 120;
    private static final int LENGTH = 23;
    private static final double FPS = 30;

    private static EpisodeClips clips() {
        List<EpisodeClips.Clip> clips = new ArrayList<>();
        for (int e = 0; e < EPISODES; e++) {
            clips.add(new EpisodeClips.Clip(0, 0, e * LENGTH / FPS));
        }
        int[] lengths = new int[EPISODES];
        Arrays.fill(lengths, LENGTH);
        return new EpisodeClips("camera", FPS, clips, lengths);
    }

    /** Joined as FFmpeg's concat joins: each piece begins at the sum of the lengths, each rounded up to a millisecond. */
    private static double[] joined() {
        double[] times = new double[EPISODES * LENGTH];
        double piece = Math.ceil(LENGTH / FPS * 1000) / 1000;
        for (int i = 0; i < times.length; i++) {
            times[i] = i / LENGTH * piece + i % LENGTH / FPS;
        }
        return times;
    }

    @Test
    void shouldCountFramesWhereJoiningMovedThem() {
        double[] times = joined();
        for (int e = 0; e < EPISODES; e++) {
            for (int step = 0; step < LENGTH; step++) {
                assertEquals(times[e * LENGTH + step], clips().time(e, step, times, "film.mp4"));
            }
        }
    }

    @Test
    void shouldTakeTheNearestFrameOfAFilmThatGoesOn() {
        double[] times = new double[EPISODES * LENGTH + 5];
        for (int i = 0; i < times.length; i++) {
            times[i] = i / FPS + 0.004;
        }
        assertEquals(times[99 * LENGTH + 7], clips().time(99, 7, times, "film.mp4"));
        assertEquals("film.mp4: frames: expected 2760, the lengths of its 120 episodes, found 2765",
                clips().contradiction(5, times.length, "film.mp4"));
    }

    @Test
    void shouldRefuseAFilmOfOtherTimes() {
        double[] twice = Arrays.stream(joined()).map(t -> 2 * t).toArray();
        InputException e = assertThrows(InputException.class, () -> clips().time(60, 3, twice, "film.mp4"));
        assertTrue(e.getMessage().contains("film.mp4") && e.getMessage().contains("episode 60"), e.getMessage());

        double[] shorter = Arrays.copyOf(joined(), 100);
        assertThrows(InputException.class, () -> clips().time(60, 3, shorter, "film.mp4"));
    }
}
