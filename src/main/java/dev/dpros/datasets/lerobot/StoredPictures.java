package dev.dpros.datasets.lerobot;

import dev.dpros.core.InputException;
import dev.dpros.datasets.DatasetFeature;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Blob;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.imageio.ImageIO;

/** Pictures that lie in the table itself (LeRobot's dtype {@code image}): PNG or JPEG files in a column. Stateless. */
final class StoredPictures {
    private StoredPictures() {}

    /** The encoded pictures of an episode. @throws InputException if there is not one for each step */
    static byte[][] read(Connection connection, Path file, String column, int episode, int length) {
        String query = "SELECT " + ParquetTable.quoted(column) + ".bytes FROM read_parquet(" + ParquetTable.literal(file.toString())
                + ") WHERE episode_index = " + episode + " ORDER BY frame_index";
        byte[][] pictures = new byte[length][];
        int step = 0;
        try (Statement statement = connection.createStatement(); ResultSet result = statement.executeQuery(query)) {
            for (; result.next(); step++) {
                Blob blob = result.getBlob(1);
                if (step < length && blob != null) {
                    pictures[step] = blob.getBytes(1, Math.toIntExact(blob.length()));
                }
            }
        } catch (SQLException e) {
            throw new InputException(file + ": '" + column + "': cannot be read: " + ParquetTable.reason(e), e);
        }
        if (step != length) {
            throw InputException.of(file.toString(), "episode " + episode, length + " rows", String.valueOf(step),
                    "the dataset is damaged");
        }
        return pictures;
    }

    /** Decodes one. @param rgb {@code [H, W, 3]} @throws InputException if it is no picture of this size */
    static void decode(byte[] encoded, DatasetFeature camera, String where, byte[] rgb) {
        BufferedImage image = null;
        try {
            image = encoded == null ? null : ImageIO.read(new ByteArrayInputStream(encoded));
        } catch (IOException | RuntimeException e) { // decoders of damaged files throw whatever they please
            throw new InputException(where + ": '" + camera.key() + "': a damaged picture: " + e.getMessage(), e);
        }
        String size = camera.width() + " x " + camera.height();
        if (image == null || image.getWidth() != camera.width() || image.getHeight() != camera.height()) {
            throw InputException.of(where, "'" + camera.key() + "'", "a PNG or JPEG of " + size,
                    image == null ? "none" : image.getWidth() + " x " + image.getHeight(), "");
        }
        int[] row = new int[camera.width()];
        for (int y = 0; y < camera.height(); y++) {
            image.getRGB(0, y, camera.width(), 1, row, 0, camera.width());
            for (int x = 0; x < row.length; x++) {
                int at = (y * camera.width() + x) * 3;
                rgb[at] = (byte) (row[x] >> 16);
                rgb[at + 1] = (byte) (row[x] >> 8);
                rgb[at + 2] = (byte) row[x];
            }
        }
    }
}
