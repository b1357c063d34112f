package dev.dpros.sim;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.zip.GZIPInputStream;

/** Recorded tables: gzip of rows, columns (int32) and values (float64), big-endian, row-major. */
final class Vectors {
    private Vectors() {}

    static double[][] read(String name) {
        try (InputStream file = Vectors.class.getResourceAsStream("/sim/" + name);
                DataInputStream in = new DataInputStream(new GZIPInputStream(file))) {
            int rows = in.readInt();
            double[][] table = new double[rows][in.readInt()];
            for (double[] row : table) {
                for (int i = 0; i < row.length; i++) {
                    row[i] = in.readDouble();
                }
            }
            return table;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
