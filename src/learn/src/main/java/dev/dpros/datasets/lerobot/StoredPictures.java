package dev.dpros.datasets.lerobot;

import dev.dpros.core.DepthPixels;
import dev.dpros.core.InputException;
import dev.dpros.datasets.DatasetFeature;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Blob;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import org.jspecify.annotations.Nullable;

/** Pictures that lie in a table itself, as PNG or JPEG files (LeRobot's dtype {@code image}, ALOHA's), depth as TIFF or PNG. Stateless. */
public final class StoredPictures {
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

    /** Width and height of one, pixels. @throws InputException if it is no picture */
    public static int[] size(byte[] encoded, String where) {
        try (ImageInputStream in = ImageIO.createImageInputStream(new ByteArrayInputStream(encoded))) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
            if (readers.hasNext()) {
                ImageReader reader = readers.next();
                try {
                    reader.setInput(in, true, true);
                    return new int[] {reader.getWidth(0), reader.getHeight(0)};
                } finally {
                    reader.dispose();
                }
            }
        } catch (IOException | RuntimeException e) { // decoders of damaged files throw whatever they please
            String why = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            throw new InputException(where + ": a damaged picture: " + why, e);
        }
        throw InputException.of(where, "picture", "a PNG or JPEG", "none", "");
    }

    /** Decodes one. @param rgb {@code [H, W, 3]} @throws InputException if it is no picture of this size */
    public static void decode(byte[] encoded, DatasetFeature camera, String where, byte[] rgb) {
        BufferedImage image = opened(encoded, camera, where);
        if (image == null) {
            throw InputException.of(where, "'" + camera.key() + "'", "a PNG or JPEG of " + size(camera.width(), camera.height()), "none", "");
        }
        int greyBits = greyBits(image.getColorModel());
        int[] row = new int[camera.width()];
        for (int y = 0; y < camera.height(); y++) {
            if (greyBits > 0) {
                image.getRaster().getSamples(0, y, camera.width(), 1, 0, row);
                Arrays.setAll(row, x -> (row[x] >> greyBits - 8) * 0x010101);
            } else {
                image.getRGB(0, y, camera.width(), 1, row, 0, camera.width());
            }
            for (int x = 0; x < row.length; x++) {
                int at = (y * camera.width() + x) * 3;
                rgb[at] = (byte) (row[x] >> 16);
                rgb[at + 1] = (byte) (row[x] >> 8);
                rgb[at + 2] = (byte) row[x];
            }
        }
    }

    /**
     * Decodes one of depth, as LeRobot's recorder keeps them: 16-bit grey in mm, or TIFF of float32 in m.
     *
     * @param unit {@code mm} or {@code m}, as the data set says; empty: by the kind of numbers
     * @param out {@code [H, W]}, as {@link DepthPixels} has them
     * @throws InputException if it is none of this size
     */
    static void decodeDepth(byte[] encoded, DatasetFeature camera, String unit, String where, byte[] out) {
        BufferedImage image = opened(encoded, camera, where);
        int type = image == null ? DataBuffer.TYPE_UNDEFINED : image.getRaster().getDataBuffer().getDataType();
        boolean floats = type == DataBuffer.TYPE_FLOAT;
        if (image == null || image.getRaster().getNumBands() != 1 || !floats && type != DataBuffer.TYPE_USHORT) {
            throw InputException.of(where, "'" + camera.key() + "'", "a depth picture of " + size(camera.width(), camera.height())
                    + ", 16-bit grey or float32", image == null ? "none" : "one of colours or 8 bits", "");
        }
        boolean metres = unit.isEmpty() ? floats : unit.equals("m");
        for (int pixel = 0; pixel < camera.size(); pixel++) {
            float value = image.getRaster().getSampleFloat(pixel % camera.width(), pixel / camera.width(), 0);
            DepthPixels.put(out, pixel, DepthPixels.ofMetres(metres ? value : value / 1000));
        }
    }

    /**
     * Bits of a picture of grey alone; 0 of any other. Java takes such greys for linear light and would make them lighter; what wrote
     * them, and every other reader, means the three colours to be the same value.
     */
    private static int greyBits(ColorModel model) {
        boolean grey = !(model instanceof IndexColorModel) && model.getColorSpace().getType() == ColorSpace.TYPE_GRAY;
        return grey && model.getComponentSize(0) >= 8 ? model.getComponentSize(0) : 0;
    }

    private static @Nullable BufferedImage opened(byte @Nullable [] encoded, DatasetFeature camera, String where) {
        try {
            return encoded == null ? null : image(encoded, camera);
        } catch (IOException | RuntimeException e) { // decoders of damaged files throw whatever they please
            String why = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            throw new InputException(where + ": '" + camera.key() + "': a damaged picture: " + why, e);
        }
    }

    /** Null if it is no picture; one of another size is refused before memory is taken for it. */
    private static BufferedImage image(byte[] encoded, DatasetFeature camera) throws IOException {
        try (ImageInputStream in = ImageIO.createImageInputStream(new ByteArrayInputStream(encoded))) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
            if (!readers.hasNext()) {
                return null;
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(in, true, true);
                if (reader.getWidth(0) != camera.width() || reader.getHeight(0) != camera.height()) {
                    throw new IOException("expected " + size(camera.width(), camera.height()) + ", found "
                            + size(reader.getWidth(0), reader.getHeight(0)));
                }
                return reader.read(0);
            } finally {
                reader.dispose();
            }
        }
    }

    private static String size(int width, int height) {
        return width + " x " + height;
    }
}
