package dev.dpros.datasets.hdf5;

import dev.dpros.core.InputException;
import dev.dpros.datasets.ContentSum;
import dev.dpros.datasets.DatasetFeature;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.array.ChunkedArray;
import dev.dpros.datasets.array.PictureArray;
import dev.dpros.datasets.lerobot.StoredPictures;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/** An episode: a group of an HDF5 file, or a file of its own. Arrays are opened when they are first asked for. One thread. */
final class Hdf5Episode implements EpisodeDataset.Episode {
    private final Hdf5File file;
    private final String group;
    private final List<Hdf5Column> columns;
    private final Facts facts;
    private final boolean own;
    private final ChunkedArray[] arrays;
    private final PictureArray[] pictures;
    private byte[] encoded = new byte[0];
    private String id;
    private Map<String, String> labels = Map.of();

    /**
     * What is known of it without reading values.
     *
     * @param name of its file, its own, and its length: the same wherever the file lies
     * @param masks the lists that it is in
     */
    record Facts(String name, int length, String task, Set<String> masks) {
        Facts {
            masks = Set.copyOf(masks);
        }
    }

    /**
     * An episode.
     *
     * @param group path of its group, with a slash at its end; empty for the whole file
     * @param own whether the file is closed with it
     */
    Hdf5Episode(Hdf5File file, String group, List<Hdf5Column> columns, Facts facts, boolean own) {
        this.file = file;
        this.group = group;
        this.columns = columns;
        this.facts = facts;
        this.own = own;
        arrays = new ChunkedArray[columns.size()];
        pictures = new PictureArray[columns.size()];
    }

    /** Names the arrays that say something of each step. @param arrays by the label's name */
    Hdf5Episode labelled(Map<String, String> arrays) {
        labels = Map.copyOf(arrays);
        return this;
    }

    @Override
    public Map<String, float[]> stepLabels() {
        Map<String, float[]> found = new TreeMap<>();
        labels.forEach((name, array) -> {
            if (file.isArray(group + array)) {
                ChunkedArray values = file.array(group + array);
                if (values.rows() == facts.length() && values.rowSize() == 1) {
                    float[] steps = new float[values.rows()];
                    for (int step = 0; step < steps.length; step++) {
                        values.row(step, steps, step);
                    }
                    found.put(name, steps);
                }
            }
        });
        return found;
    }

    @Override
    public String id() {
        if (id == null) {
            String content = facts.name() + "/" + ContentSum.of(this, columns.stream().map(Hdf5Column::feature).toList());
            id = UUID.nameUUIDFromBytes(content.getBytes(StandardCharsets.UTF_8)).toString();
        }
        return id;
    }

    @Override
    public int length() {
        return facts.length();
    }

    @Override
    public String task() {
        return facts.task();
    }

    @Override
    public Boolean success() {
        return null; // neither format says
    }

    @Override
    public Set<String> masks() {
        return facts.masks();
    }

    @Override
    public void vector(int feature, int step, float[] out, int offset) {
        array(feature).row(step, out, offset);
    }

    @Override
    public void frame(int feature, int step, byte[] rgb) {
        Hdf5Column column = columns.get(feature);
        ChunkedArray array = array(feature);
        if (column.form() == Hdf5Column.Form.PICTURES) {
            pictures[feature].row(step, rgb);
            return;
        }
        if (encoded.length != array.rowSize()) {
            encoded = new byte[array.rowSize()];
        }
        array.row(step, encoded);
        StoredPictures.decode(encoded, column.feature(), file.where(group + column.path()) + ": step " + step, rgb);
        for (int i = 0; i < rgb.length; i += 3) {
            byte blue = rgb[i];
            rgb[i] = rgb[i + 2];
            rgb[i + 2] = blue;
        }
    }

    private ChunkedArray array(int feature) {
        if (arrays[feature] == null) {
            Hdf5Column column = columns.get(feature);
            ChunkedArray array = file.array(group + column.path());
            requireShape(column, array);
            pictures[feature] = column.form() == Hdf5Column.Form.PICTURES ? PictureArray.of(array) : null;
            arrays[feature] = array;
        }
        return arrays[feature];
    }

    /** Of encoded pictures each may have another number of bytes. */
    private void requireShape(Hdf5Column column, ChunkedArray array) {
        String where = file.where(group + column.path());
        if (array.rows() != facts.length()) {
            throw InputException.of(where, "rows", facts.length() + ", those of the actions", String.valueOf(array.rows()), "the file is damaged");
        }
        DatasetFeature feature = column.feature();
        boolean bytes = array.type().code().equals("|u1");
        boolean same = switch (column.form()) {
            case VECTOR -> array.rowSize() == feature.size();
            case PICTURES -> bytes && samePictures(PictureArray.of(array), feature);
            case SWAPPED_JPEG -> bytes && array.shape().size() == 2;
        };
        if (!same) {
            throw InputException.of(where, "shape", feature.shape() + ", as in the first episode", array.shape() + " of " + array.type().code(), "");
        }
    }

    private static boolean samePictures(PictureArray found, DatasetFeature feature) {
        return found != null && found.height() == feature.height() && found.width() == feature.width();
    }

    @Override
    public void close() {
        if (own) {
            file.close();
        }
    }
}
