package dev.dpros.datasets.lerobot;

import dev.dpros.core.InputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which frames of a camera's files belong to which episode. Frames are counted: FFmpeg's concat, by which LeRobot joins the
 * episodes' videos, moves each by its length rounded up to a millisecond, so that after some dozens of episodes the time of a
 * frame is the time of the next. Where the number of frames is not the sum of the lengths (episodes taken out of the
 * tables, a film that goes on), the nearest frame within half a period is taken. One thread.
 */
final class EpisodeClips {
    /** How far joining moves an episode's beginning at most, s per episode before it. */
    private static final double DRIFT_PER_JOIN_S = 1e-3;

    /** Where an episode lies. @param fromSeconds as the tables say */
    record Clip(int chunk, int file, double fromSeconds) {}

    private record File(int chunk, int file) {}

    private final String camera;
    private final double fps;
    private final List<Clip> clips;
    private final int[] lengths;
    private final Map<File, List<Integer>> byFile = new HashMap<>();

    /**
     * A camera's clips.
     *
     * @param clips by episode
     * @param lengths steps by episode
     */
    EpisodeClips(String camera, double fps, List<Clip> clips, int[] lengths) {
        this.camera = camera;
        this.fps = fps;
        this.clips = List.copyOf(clips);
        this.lengths = lengths.clone();
        for (int i = 0; i < clips.size(); i++) {
            byFile.computeIfAbsent(new File(clips.get(i).chunk(), clips.get(i).file()), key -> new ArrayList<>()).add(i);
        }
        byFile.values().forEach(episodes -> episodes.sort(Comparator.comparingDouble(i -> clips.get(i).fromSeconds())));
    }

    Clip clip(int episode) {
        return clips.get(episode);
    }

    /**
     * When the frame of a step is shown, s.
     *
     * @param times of all frames of the episode's file, in order
     * @throws InputException if the file has no frame for it
     */
    double time(int episode, int step, double[] times, String path) {
        List<Integer> together = byFile.get(new File(clips.get(episode).chunk(), clips.get(episode).file()));
        int frames = together.stream().mapToInt(i -> lengths[i]).sum();
        double wanted = clips.get(episode).fromSeconds() + step / fps;
        int place = together.indexOf(episode);
        if (times.length == frames) {
            int before = together.subList(0, place).stream().mapToInt(i -> lengths[i]).sum();
            double found = times[before + step];
            if (Math.abs(found - wanted) <= 0.5 / fps + place * DRIFT_PER_JOIN_S) {
                return found;
            }
            throw noFrame(path, episode, step, wanted, "frame " + (before + step) + ", by the lengths, at " + found + " s");
        }
        int at = Arrays.binarySearch(times, wanted);
        int after = at >= 0 ? at : -at - 1;
        double nearest = after == times.length || after > 0 && wanted - times[after - 1] < times[after] - wanted
                ? times[Math.max(0, after - 1)] : times[after];
        if (Math.abs(nearest - wanted) <= 0.5 / fps) {
            return nearest;
        }
        throw noFrame(path, episode, step, wanted, "none nearer than " + nearest + " s");
    }

    private InputException noFrame(String path, int episode, int step, double wanted, String found) {
        return InputException.of(path, "'" + camera + "', episode " + episode + ", step " + step,
                "a frame at " + wanted + " s, within half a period", found, "the file is cut, or the tables are another film's");
    }

    /** What the number of a file's frames says against the lengths, or empty. */
    String contradiction(int episode, int frames, String path) {
        List<Integer> together = byFile.get(new File(clips.get(episode).chunk(), clips.get(episode).file()));
        int sum = together.stream().mapToInt(i -> lengths[i]).sum();
        return sum == frames ? "" : path + ": frames: expected " + sum + ", the lengths of its " + together.size() + " episodes, found "
                + frames;
    }

    /** The first episode of each file. */
    List<Integer> firstOfEachFile() {
        return byFile.values().stream().map(episodes -> episodes.get(0)).sorted().toList();
    }
}
