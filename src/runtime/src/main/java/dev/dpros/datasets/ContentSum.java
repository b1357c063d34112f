package dev.dpros.datasets;

import dev.dpros.core.InputException;
import dev.dpros.core.OpenFiles;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Tells episodes apart whose files have the same names and lengths, as those of every session of a lab may have: a checksum of an
 * episode's first, middle and last vectors. Stateless.
 */
public final class ContentSum {
    private ContentSum() {}

    /** Eight hexadecimal digits; the same wherever the episode's file lies, and whoever reads it. @param features the episode's columns */
    public static String of(EpisodeDataset.Episode episode, List<DatasetFeature> features) {
        CRC32C sum = new CRC32C();
        try {
            for (int step : new int[] {0, episode.length() / 2, episode.length() - 1}) {
                for (int f = 0; f < features.size(); f++) {
                    if (!features.get(f).visual()) {
                        add(sum, episode, f, features.get(f).size(), step);
                    }
                }
            }
        } catch (InputException e) {
            OpenFiles.rethrow(e); // whoever reads the values says what is damaged
        }
        return String.format("%08x", sum.getValue());
    }

    private static void add(CRC32C sum, EpisodeDataset.Episode episode, int feature, int size, int step) {
        float[] values = new float[size];
        episode.vector(feature, step, values, 0);
        ByteBuffer bytes = ByteBuffer.allocate(size * Float.BYTES);
        bytes.asFloatBuffer().put(values);
        sum.update(bytes);
    }
}
