package dev.dpros.datasets.hdf5;

import dev.dpros.core.InputException;
import io.jhdf.filter.ByteShuffleFilter;
import io.jhdf.filter.LzfFilter;
import io.jhdf.filter.PipelineFilterWithData;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.zip.InflaterInputStream;

/** What a data set's chunks went through when they were written, undone: h5py's gzip, lzf, shuffle and fletcher32. Stateless. */
final class Hdf5Filters {
    private static final int DEFLATE = 1;
    private static final int SHUFFLE = 2;
    private static final int FLETCHER32 = 3;
    private static final int LZF = 32_000;
    private static final int SUM_BYTES = 4;

    private final String where;
    private final List<PipelineFilterWithData> filters;
    private final int chunkBytes;

    /** @throws InputException if there is another filter */
    Hdf5Filters(Hdf5File file, String inside, List<PipelineFilterWithData> filters, int elementBytes, int chunkBytes) {
        where = file.where(inside);
        this.filters = filters;
        this.chunkBytes = chunkBytes;
        for (PipelineFilterWithData filter : filters) {
            int[] data = filter.getFilterData();
            boolean known = switch (filter.getId()) {
                case DEFLATE, FLETCHER32 -> true;
                case SHUFFLE -> data.length >= 1 && data[0] == elementBytes;
                case LZF -> data.length >= 3 && data[2] == chunkBytes;
                default -> false;
            };
            if (!known) {
                throw file.unread(inside, "filter", "gzip, lzf, shuffle or fletcher32, as h5py writes them", filter.toString(),
                        "rewrite the file with one of these");
            }
        }
    }

    /** The chunk's elements. @throws InputException if they are damaged */
    byte[] decode(String name, byte[] stored) {
        byte[] bytes = stored;
        for (int i = filters.size() - 1; i >= 0; i--) {
            PipelineFilterWithData filter = filters.get(i);
            bytes = switch (filter.getId()) {
                case DEFLATE -> inflate(bytes);
                case SHUFFLE -> new ByteShuffleFilter().decode(bytes, filter.getFilterData());
                case FLETCHER32 -> summed(name, bytes);
                default -> new LzfFilter().decode(bytes, filter.getFilterData());
            };
        }
        if (bytes.length != chunkBytes) {
            throw InputException.of(where, name, chunkBytes + " bytes", String.valueOf(bytes.length), "the file is damaged");
        }
        return bytes;
    }

    /** No more than a chunk, and the sum that may follow it. */
    private byte[] inflate(byte[] bytes) {
        try (InflaterInputStream in = new InflaterInputStream(new ByteArrayInputStream(bytes))) {
            return in.readNBytes(chunkBytes + SUM_BYTES + 1);
        } catch (IOException e) {
            throw new IllegalStateException("gzip: " + e.getMessage(), e);
        }
    }

    /** Without the sum at its end, which is compared. */
    private byte[] summed(String name, byte[] bytes) {
        int length = Math.max(0, bytes.length - SUM_BYTES);
        int told = bytes.length < SUM_BYTES ? 0 : ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(length);
        int found = fletcher32(bytes, length);
        if (bytes.length < SUM_BYTES || found != told) {
            throw InputException.of(where, name + ", fletcher32", Integer.toHexString(told), Integer.toHexString(found), "the file is damaged");
        }
        return Arrays.copyOf(bytes, length);
    }

    /** HDF5's: of big-endian words of 16 bits, sums modulo 65535 that are never zero unless all words are. */
    private static int fletcher32(byte[] bytes, int length) {
        long first = 0;
        long second = 0;
        for (int i = 0; i < length; i += 2) {
            int low = i + 1 < length ? bytes[i + 1] & 0xFF : 0;
            first = folded(first + ((bytes[i] & 0xFF) << 8 | low));
            second = folded(second + first);
        }
        return (int) (second << 16 | first);
    }

    private static long folded(long sum) {
        return (sum & 0xFFFF) + (sum >>> 16);
    }
}
