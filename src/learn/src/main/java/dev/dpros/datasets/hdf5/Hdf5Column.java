package dev.dpros.datasets.hdf5;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.datasets.DatasetFeature;
import dev.dpros.datasets.array.ChunkedArray;
import dev.dpros.datasets.array.PictureArray;
import dev.dpros.datasets.lerobot.StoredPictures;
import java.util.List;

/**
 * A column of an episode. Immutable.
 *
 * @param path within the episode's group
 * @param stored its name there
 * @param form how its rows lie
 */
record Hdf5Column(String path, String stored, DatasetFeature feature, Form form) {
    private static final int MOST_VALUES = 1 << 20;
    private static final long MOST_PIXELS = 1 << 25;

    /** How rows lie. */
    enum Form {
        /** Numbers. */ VECTOR,
        /** Bytes of red, green and blue. */ PICTURES,
        /** JPEG files by OpenCV of pictures that it took for blue, green, red, zeros after them. */ SWAPPED_JPEG
    }

    /**
     * A column as it is in an episode.
     *
     * @param key of the feature
     * @param kind of the feature, if it is a vector
     * @param encoded whether bytes of two axes are encoded pictures
     * @throws InputException if it is of a kind that is not read, or damaged
     */
    static Hdf5Column of(Hdf5File file, String group, String path, String key, FeatureSpec.Kind kind, boolean encoded) {
        ChunkedArray array = file.array(group + path);
        List<Integer> shape = array.shape().subList(1, array.shape().size());
        String name = path.substring(path.lastIndexOf('/') + 1);
        boolean bytes = array.type().code().equals("|u1");
        if (encoded && bytes && shape.size() == 1) {
            int[] size = StoredPictures.size(firstRow(array), file.where(group + path));
            if ((long) size[0] * size[1] > MOST_PIXELS) {
                throw file.unread(group + path, "picture", "at most " + MOST_PIXELS + " pixels", size[0] + " x " + size[1], "");
            }
            return new Hdf5Column(path, name, new DatasetFeature(key, FeatureSpec.Kind.VISUAL, List.of(3, size[1], size[0]), List.of()),
                    Form.SWAPPED_JPEG);
        }
        PictureArray pictures = bytes ? PictureArray.of(array) : null;
        if (pictures != null) {
            return new Hdf5Column(path, name, new DatasetFeature(key, FeatureSpec.Kind.VISUAL,
                    List.of(3, pictures.height(), pictures.width()), List.of()), Form.PICTURES);
        }
        if (shape.size() > 1 || encoded || array.rowSize() < 1 || array.rowSize() > MOST_VALUES) {
            throw file.unread(group + path, "shape", "[T, D] of numbers or [T, H, W, 3] of uint8",
                    array.shape() + " of " + array.type().code(), "");
        }
        return new Hdf5Column(path, name, new DatasetFeature(key, kind, shape.isEmpty() ? List.of(1) : shape, List.of()), Form.VECTOR);
    }

    private static byte[] firstRow(ChunkedArray array) {
        byte[] row = new byte[array.rowSize()];
        if (array.rows() > 0) {
            array.row(0, row);
        }
        return row;
    }
}
