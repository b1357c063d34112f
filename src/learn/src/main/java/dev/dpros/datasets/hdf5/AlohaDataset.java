package dev.dpros.datasets.hdf5;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.core.OpenFiles;
import dev.dpros.datasets.array.ChunkedArray;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * ALOHA's (ACT's) recordings, a file for each episode: {@code action}, {@code observations/qpos, qvel, effort} and
 * {@code observations/images/*}, bytes or JPEG. The first episode says which columns there are. One file is open at a time.
 * One thread.
 */
final class AlohaDataset extends Hdf5Layout {
    private static final String ACTION = "action";
    private static final String BASE_ACTION = "base_action";
    private static final String OBSERVATIONS = "observations/";
    private static final String IMAGES = OBSERVATIONS + "images";
    /** Its recorder's step is 0.02 s. */
    private static final double USUAL_HZ = 50;
    /** Columns as other formats name them, by ALOHA's names. */
    private static final Map<String, String> KEYS =
            Map.of("qpos", "observation.state", "qvel", "observation.velocity", "effort", "observation.effort");

    private final List<Recorded> episodes = new ArrayList<>();
    private final double fps;

    /** An episode: its file, its steps, and why it cannot be read, or null. */
    private record Recorded(Path file, int length, InputException damage) {}

    /**
     * Looks into every file.
     *
     * @param path what was asked for: a file, or their folder
     * @param files of the episodes, in order; at least one
     * @param fps frequency, which the files do not tell, or null for the usual one
     * @throws InputException if none can be read
     */
    AlohaDataset(Path path, List<Path> files, Double fps) {
        super(path);
        this.fps = fps == null ? USUAL_HZ : fps;
        for (Path file : files) {
            episodes.add(look(file));
        }
        if (columns().isEmpty()) {
            throw episodes.get(0).damage();
        }
    }

    private Recorded look(Path path) {
        try (Hdf5File file = new Hdf5File(path)) {
            int length = file.array(ACTION).rows();
            if (length == 0) {
                throw InputException.of(file.where(ACTION), "rows", "at least one", "none", "take the file away");
            }
            if (columns().isEmpty()) {
                readColumns(file);
            }
            return new Recorded(path, length, null);
        } catch (InputException e) {
            OpenFiles.rethrow(e);
            return new Recorded(path, 0, e);
        }
    }

    /** Whether a file is one. */
    static boolean is(Hdf5File file) {
        return file.isArray(ACTION) && file.isGroup(OBSERVATIONS);
    }

    private void readColumns(Hdf5File file) {
        add(file, ACTION, ACTION, FeatureSpec.Kind.ACTION, false);
        if (file.isArray(BASE_ACTION)) {
            add(file, BASE_ACTION, BASE_ACTION, FeatureSpec.Kind.ACTION, false);
        }
        for (String name : file.names(OBSERVATIONS).stream().sorted().toList()) {
            if (file.isArray(OBSERVATIONS + name)) {
                add(file, OBSERVATIONS + name, KEYS.getOrDefault(name, "observation." + name), FeatureSpec.Kind.STATE, false);
            } else if (!name.equals("images")) {
                leaveOut(file.where(OBSERVATIONS + name) + ": a group; pictures alone lie in one");
            }
        }
        for (String name : file.names(IMAGES).stream().sorted().toList()) {
            add(file, IMAGES + "/" + name, "observation.images." + name, FeatureSpec.Kind.STATE, true);
        }
    }

    private void add(Hdf5File file, String inside, String key, FeatureSpec.Kind kind, boolean picture) {
        add(() -> Hdf5Column.of(file, "", inside, key, kind, picture));
    }

    @Override
    public double fps() {
        return fps;
    }

    @Override
    public String robot() {
        return "aloha";
    }

    @Override
    public int episodes() {
        return episodes.size();
    }

    /** {@code compress_len}, the lengths of the JPEG files, for each camera and step. */
    @Override
    public List<String> contradictions() {
        List<String> lines = new ArrayList<>();
        for (Recorded episode : episodes) {
            if (episode.damage() == null) {
                try (Hdf5File file = new Hdf5File(episode.file())) {
                    if (file.isArray("compress_len")) {
                        compare(lines, file, episode.length());
                    }
                }
            }
        }
        return lines;
    }

    private void compare(List<String> lines, Hdf5File file, int steps) {
        ChunkedArray told = file.array("compress_len");
        int longest = 0;
        int cameras = 0;
        for (Hdf5Column column : columns()) {
            if (column.form() == Hdf5Column.Form.SWAPPED_JPEG) {
                longest = Math.max(longest, file.array(column.path()).rowSize());
                cameras++;
            }
        }
        String where = file.where("compress_len") + ": ";
        if (told.rows() < cameras || told.rowSize() != steps) {
            lines.add(where + "shape: expected [" + cameras + ", " + steps + "], cameras with JPEG and steps, found " + told.shape());
            return;
        }
        float[] row = new float[told.rowSize()];
        for (int camera = 0; camera < told.rows(); camera++) {
            told.row(camera, row, 0);
            for (int step = 0; step < row.length; step++) {
                if (!(row[step] >= 0 && row[step] <= longest)) {
                    lines.add(where + "camera " + camera + ", step " + step + ": expected 0 to " + longest + " bytes, found " + row[step]);
                    return;
                }
            }
        }
    }

    @Override
    public String label(int index) {
        return String.valueOf(episodes.get(index).file().getFileName());
    }

    @Override
    public Episode episode(int index) {
        Recorded episode = episodes.get(index);
        if (episode.damage() != null) {
            throw episode.damage();
        }
        String usual = episode.file().toAbsolutePath().getParent().getFileName() + "/" + episode.file().getFileName() + "/" + episode.length();
        return new Hdf5Episode(new Hdf5File(episode.file()), "", columns(), new Hdf5Episode.Facts(
                usual, episode.length(), "", Set.of()), true);
    }

    @Override
    public void close() {
        // a file is open as long as its episode
    }
}
