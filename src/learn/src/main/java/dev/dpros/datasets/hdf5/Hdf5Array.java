package dev.dpros.datasets.hdf5;

import dev.dpros.core.InputException;
import dev.dpros.datasets.array.ChunkedArray;
import dev.dpros.datasets.array.ElementType;
import io.jhdf.api.Dataset;
import io.jhdf.api.dataset.ChunkedDataset;
import io.jhdf.api.dataset.ContiguousDataset;
import io.jhdf.dataset.CompactDataset;
import io.jhdf.object.datatype.DataType;
import io.jhdf.object.datatype.EnumDataType;
import io.jhdf.object.datatype.FixedPoint;
import io.jhdf.object.datatype.FloatingPoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A data set of numbers in an HDF5 file: its type, sizes and bytes, whichever way they lie. The library finds them; values are
 * taken from the bytes, since it would widen uint8 to int, make objects of uint64 and texts of h5py's truth values. One thread.
 */
final class Hdf5Array {
    private static final int STRETCH_BYTES = 4 << 20;
    private static final int MOST_AXES = 8;

    private final Hdf5File file;
    private final String inside;
    private final FileChannel channel;
    private final ElementType type;
    private final List<Integer> shape;
    private final List<Integer> chunks;
    private final ChunkedArray rows;

    /** @throws InputException if it is of a kind that is not read */
    Hdf5Array(Hdf5File file, String inside, Dataset set, FileChannel channel) {
        this.file = file;
        this.inside = inside;
        this.channel = channel;
        type = type(set.getDataType());
        if (type == null) {
            throw file.unread(inside, "type", "numbers of 1 to 8 bytes or truth values", set.getDataType().getClass().getSimpleName(), "");
        }
        shape = sizes(set.getDimensionsAsLong());
        chunks = set instanceof ChunkedDataset chunked ? sizes(Arrays.stream(chunked.getChunkDimensions()).asLongStream().toArray()) : stretches();
        require(chunks.size() == shape.size() && chunks.stream().allMatch(size -> size > 0), "chunks", "a size for each of " + shape, chunks.toString());
        if (!ChunkedArray.fits(type, shape, chunks)) {
            throw file.unread(inside, "chunks", "at most 1 GB a row of chunks", chunks.toString(), "");
        }
        rows = new ChunkedArray(type, shape, chunks, new byte[8], source(set));
    }

    /** Its rows. */
    ChunkedArray rows() {
        return rows;
    }

    private static ElementType type(DataType stored) {
        DataType number = stored instanceof EnumDataType named ? named.getBaseType() : stored; // h5py's truth values: FALSE 0, TRUE 1
        if (number instanceof FixedPoint whole && whole.getBitOffset() == 0 && whole.getBitPrecision() == 8 * whole.getSize()) {
            return ElementType.of(order(whole.getByteOrder(), whole.getSize()) + (whole.isSigned() ? "i" : "u") + whole.getSize());
        }
        boolean ieee = number instanceof FloatingPoint real && switch (real.getSize()) {
            case 2 -> real.getExponentSize() == 5;
            case 4 -> real.getExponentSize() == 8;
            default -> real.getExponentSize() == 11;
        };
        return ieee ? ElementType.of(order(((FloatingPoint) number).getByteOrder(), number.getSize()) + "f" + number.getSize()) : null;
    }

    private static String order(ByteOrder order, int bytes) {
        return bytes == 1 ? "|" : order == ByteOrder.BIG_ENDIAN ? ">" : "<";
    }

    private List<Integer> sizes(long[] sizes) {
        if (sizes.length < 1 || sizes.length > MOST_AXES || Arrays.stream(sizes).anyMatch(size -> size < 0 || size > Integer.MAX_VALUE)) {
            throw file.unread(inside, "sizes", "1 to " + MOST_AXES + " of at most " + Integer.MAX_VALUE, Arrays.toString(sizes), "");
        }
        return Arrays.stream(sizes).mapToObj(size -> (int) size).toList();
    }

    /** Data that lie in one piece are read in stretches of rows. */
    private List<Integer> stretches() {
        long rowBytes = Math.max(1, ChunkedArray.product(shape.subList(1, shape.size())) * type.bytes());
        List<Integer> stretches = new ArrayList<>(shape);
        stretches.replaceAll(size -> Math.max(1, size));
        stretches.set(0, (int) Math.max(1, Math.min(shape.get(0), STRETCH_BYTES / rowBytes)));
        return stretches;
    }

    private ChunkedArray.Source source(Dataset set) {
        if (set instanceof ChunkedDataset chunked) {
            Hdf5Filters filters = new Hdf5Filters(file, inside, chunked.getFilters(), type.bytes(), chunkBytes());
            requireLast(chunked);
            return index -> chunk(chunked, filters, index);
        }
        long bytes = ChunkedArray.product(shape.subList(1, shape.size())) * shape.get(0) * type.bytes();
        if (set instanceof ContiguousDataset whole) {
            require(bytes == 0 || !whole.isEmpty() && whole.getDataAddress() >= 0 && whole.getDataAddress() <= file.size() - bytes, "data",
                    bytes + " bytes within the file", whole.isEmpty() ? "none: it was never written" : "an end beyond the file's; it was cut");
            return index -> stretch(whole.getDataAddress() + set.getHdfFile().getUserBlockSize(), index[0]);
        }
        if (!(set instanceof CompactDataset compact)) {
            throw file.unread(inside, "layout", "chunked, contiguous or compact", set.getDataLayout().toString(), "");
        }
        ByteBuffer data = compact.getDataBuffer();
        require(data.remaining() == bytes, "data", bytes + " bytes", String.valueOf(data.remaining()));
        return index -> Arrays.copyOf(bytes(data.duplicate()), chunkBytes());
    }

    /** Nobody takes memory for rows that are claimed and not there. */
    private void requireLast(ChunkedDataset chunked) {
        if (shape.stream().allMatch(size -> size > 0)) {
            int[] last = new int[shape.size()];
            Arrays.setAll(last, d -> (shape.get(d) - 1) / chunks.get(d) * chunks.get(d));
            chunked.getRawChunkBuffer(last); // throws if there is none
        }
    }

    private int chunkBytes() {
        return (int) ChunkedArray.product(chunks) * type.bytes();
    }

    private byte[] chunk(ChunkedDataset chunked, Hdf5Filters filters, int[] index) {
        int[] at = new int[index.length];
        Arrays.setAll(at, d -> index[d] * chunks.get(d));
        String name = "chunk " + Arrays.toString(at);
        return file.guarded(inside + ": " + name, () -> filters.decode(name, bytes(chunked.getRawChunkBuffer(at))));
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    private byte[] stretch(long address, int number) {
        byte[] bytes = new byte[chunkBytes()];
        long rowBytes = (long) bytes.length / chunks.get(0);
        long from = (long) number * bytes.length;
        ByteBuffer into = ByteBuffer.wrap(bytes, 0, (int) Math.min(bytes.length, shape.get(0) * rowBytes - from));
        try {
            while (into.hasRemaining()) {
                if (channel.read(into, address + from + into.position()) < 0) {
                    throw InputException.of(file.where(inside), "data", bytes.length + " bytes", "the file's end", "the file was cut");
                }
            }
        } catch (IOException e) {
            throw new InputException(file.where(inside) + ": cannot be read: " + e.getMessage(), e);
        }
        return bytes;
    }

    private void require(boolean ok, String what, String expected, String found) {
        if (!ok) {
            throw InputException.of(file.where(inside), what, expected, found, "the file is damaged");
        }
    }
}
