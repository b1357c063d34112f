package dev.dpros.datasets.zarr;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.dpros.datasets.DatasetFeature;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.PartialDirectory;
import dev.dpros.datasets.array.ElementType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** One array being written, chunk by chunk; chunks that an interrupted export left are kept and not read again. */
final class ZarrColumn {
    private static final int CHUNK_BYTES = 4 << 20;

    private final Path directory;
    private final DatasetFeature feature;
    private final ElementType type;
    private final int rowBytes;
    private final int rows;
    private final int chunkRows;
    private final byte[] frame;
    private final float[] values;
    private final ByteBuffer chunk;
    private int next;

    ZarrColumn(Path directory, DatasetFeature feature, int rows) throws IOException {
        this.directory = directory;
        this.feature = feature;
        this.rows = rows;
        type = feature.visual() ? ElementType.U1 : ElementType.F4;
        rowBytes = feature.size() * type.bytes();
        chunkRows = Math.max(1, Math.min(rows, CHUNK_BYTES / rowBytes));
        frame = new byte[feature.visual() ? rowBytes : 0];
        values = new float[feature.visual() ? 0 : feature.size()];
        chunk = ByteBuffer.allocate(chunkRows * rowBytes).order(ByteOrder.LITTLE_ENDIAN);
        List<Integer> shape = new ArrayList<>(List.of(rows));
        shape.addAll(feature.visual() ? List.of(feature.height(), feature.width(), 3) : feature.shape());
        PartialDirectory.write(directory.resolve(".zarray"),
                ZarrArray.metadata(type, shape, chunkRows, ZarrCodec.BLOSC));
        PartialDirectory.write(directory.resolve(".zattrs"),
                JsonNodeFactory.instance.objectNode().put("dpros_key", feature.key()).toString().getBytes(StandardCharsets.UTF_8));
    }

    /** Appends one step of an episode. */
    void append(EpisodeDataset.Episode episode, int index, int step) throws IOException {
        boolean there = Files.exists(file());
        if (!there && feature.visual()) {
            episode.frame(index, step, frame);
            chunk.put(frame);
        } else if (!there) {
            episode.vector(index, step, values, 0);
            for (float value : values) {
                chunk.putFloat(value);
            }
        }
        if ((next + 1) % chunkRows == 0 || next + 1 == rows) {
            if (!there) {
                while (chunk.hasRemaining()) {
                    chunk.put((byte) 0);
                }
                PartialDirectory.write(file(), ZarrCodec.BLOSC.encode(chunk.array(), type.bytes()));
            }
            chunk.clear();
        }
        next++;
    }

    private Path file() {
        int trailing = feature.visual() ? 3 : feature.shape().size();
        return directory.resolve(next / chunkRows + ".0".repeat(trailing));
    }
}
