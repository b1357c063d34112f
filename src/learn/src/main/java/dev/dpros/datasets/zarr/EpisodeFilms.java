package dev.dpros.datasets.zarr;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.datasets.DatasetFeature;
import dev.dpros.datasets.lerobot.VideoReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The pictures of diffusion_policy's recorder on real robots: {@code videos/EPISODE/CAMERA.mp4} beside
 * {@code replay_buffer.zarr}, a film for each camera and episode, at the camera's own rate. A step's picture is the first frame
 * at or after it, and a film may end ten steps early, as in the reference's {@code real_data_conversion.py}. One thread.
 */
final class EpisodeFilms implements AutoCloseable {
    private static final Pattern FILM = Pattern.compile("(\\d{1,6})\\.mp4");
    /** A frame counts as at a step that is so much of a step later: rounding. */
    private static final double EARLY_STEPS = 1e-5;
    /** Steps after a film's end for which its last frame still stands. */
    private static final int MOST_AFTER_END = 10;

    private final Path folder;
    private final double stepSeconds;
    private final List<Integer> cameras = new ArrayList<>();
    private final List<DatasetFeature> features = new ArrayList<>();
    private final List<String> leftOut = new ArrayList<>();
    private final Map<Integer, Film> open = new TreeMap<>();

    private record Film(Path path, VideoReader reader) {}

    /**
     * Looks what there is; a camera's first film says how large its pictures are.
     *
     * @param folder holds a folder for each episode
     * @param stepSeconds length of a step, s
     * @throws InputException if it cannot be read
     */
    EpisodeFilms(Path folder, double stepSeconds) {
        this.folder = folder;
        this.stepSeconds = stepSeconds;
        Map<Integer, Path> first = new TreeMap<>();
        List<Path> others = new ArrayList<>();
        try (Stream<Path> found = Files.find(folder, 2, (path, is) -> is.isRegularFile(), FileVisitOption.FOLLOW_LINKS)) {
            for (Path path : found.sorted().toList()) {
                Matcher film = FILM.matcher(path.getFileName().toString());
                if (film.matches() && path.getParent().getFileName().toString().matches("\\d{1,9}")) {
                    first.putIfAbsent(Integer.valueOf(film.group(1)), path);
                } else {
                    others.add(path);
                }
            }
        } catch (IOException | UncheckedIOException e) {
            throw new InputException(folder + ": cannot be read: " + e.getMessage(), e);
        }
        if (!others.isEmpty()) {
            leftOut.add(others.get(0) + (others.size() == 1 ? "" : " and " + (others.size() - 1) + " more")
                    + ": no film of a camera (EPISODE/CAMERA.mp4, both numbers)");
        }
        first.forEach(this::addCamera);
    }

    private void addCamera(int camera, Path film) {
        try (VideoReader reader = new VideoReader(film)) {
            cameras.add(camera);
            features.add(new DatasetFeature("observation.images.camera_" + camera, FeatureSpec.Kind.VISUAL,
                    List.of(3, reader.height(), reader.width()), List.of()));
        } catch (InputException e) {
            leftOut.add(e.getMessage());
        }
    }

    /** A column for each camera. */
    List<DatasetFeature> features() {
        return features;
    }

    /** A camera's name as the reference's configurations have it. */
    String name(int camera) {
        return "camera_" + cameras.get(camera);
    }

    /** What is there and is not read, one line each. */
    List<String> leftOut() {
        return leftOut;
    }

    /** Which film an episode lacks, or null. @param episode its number in the replay buffer */
    String missing(int episode) {
        return cameras.stream().map(camera -> path(camera, episode)).filter(film -> !Files.isRegularFile(film)).findFirst()
                .map(film -> film + ": expected the film of a camera, found none").orElse(null);
    }

    private Path path(int camera, int episode) {
        return folder.resolve(String.valueOf(episode)).resolve(camera + ".mp4");
    }

    /**
     * Copies a step's picture.
     *
     * @param camera index in {@link #features}
     * @param episode its number in the replay buffer
     * @param rgb {@code [H, W, 3]}
     * @throws InputException if the film is damaged or ends too early
     */
    void frame(int camera, int episode, int step, byte[] rgb) {
        VideoReader reader = reader(camera, path(cameras.get(camera), episode));
        double[] times = reader.times();
        int at = Arrays.binarySearch(times, (step - EARLY_STEPS) * stepSeconds);
        int frame = at >= 0 ? at : -at - 1;
        if (frame == times.length) {
            double last = times.length == 0 ? Double.NEGATIVE_INFINITY : times[times.length - 1];
            if (!(step <= Math.floor(last / stepSeconds + EARLY_STEPS) + MOST_AFTER_END)) {
                throw InputException.of(path(cameras.get(camera), episode).toString(), "step " + step, "a frame at "
                        + Math.round(1e3 * step * stepSeconds) / 1e3 + " s", "its end, after " + times.length + " frames", "the recording was cut");
            }
            frame--;
        }
        reader.read(times[frame], rgb);
    }

    private VideoReader reader(int camera, Path path) {
        Film film = open.get(camera);
        if (film == null || !film.path.equals(path)) {
            if (film != null) {
                open.remove(camera);
                film.reader.close();
            }
            film = new Film(path, new VideoReader(path, features.get(camera).width(), features.get(camera).height()));
            open.put(camera, film);
        }
        return film.reader;
    }

    @Override
    public void close() {
        open.values().forEach(film -> film.reader.close());
        open.clear();
    }
}
