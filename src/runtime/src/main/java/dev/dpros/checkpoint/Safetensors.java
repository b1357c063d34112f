package dev.dpros.checkpoint;

import dev.dpros.core.InputException;
import dev.dpros.core.TensorData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The safetensors format: 8 bytes header length, JSON header, tensors (huggingface/safetensors, "Format"). The bytes of
 * tensors that were read stay in the file until they are used. Stateless.
 */
public final class Safetensors {
    private static final int LARGEST_HEADER = 16 << 20;
    private static final int ALIGNMENT = 8;
    private static final int PIECE = 1 << 20;
    private static final String METADATA = "__metadata__";
    private static final Map<String, TensorData.DType> DTYPES =
            Arrays.stream(TensorData.DType.values()).collect(Collectors.toMap(Enum::name, d -> d));

    private Safetensors() {}

    private record Entry(String name, TensorData.DType dtype, List<Long> shape, long begin, long end) {}

    /**
     * The tensors of a file, in the order of their bytes; each is read when it is used.
     *
     * @throws InputException naming file and tensor if anything is not as the format demands
     */
    public static Map<String, TensorData> read(Path path) {
        CheckpointFile file = CheckpointFile.open(path);
        String source = path.toString();
        long headerLength = file.piece(0, 8, "header length").getLong();
        if (headerLength < 2 || headerLength > LARGEST_HEADER || headerLength > file.size() - 8) {
            throw InputException.of(source, "header length", "at least 2, and at most " + Math.min(LARGEST_HEADER, file.size() - 8),
                    Long.toUnsignedString(headerLength), "this is not a complete safetensors file");
        }
        byte[] header = file.piece(8, headerLength, "header").array();
        List<Entry> entries = entries(StrictJson.parse(header, source));
        long start = 8 + headerLength;
        checkLayout(source, entries, file.size() - start);
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        for (Entry entry : entries) {
            TensorData.Content content = file.content(start + entry.begin, entry.end - entry.begin, Quoted.tensor(entry.name));
            tensors.put(entry.name, new TensorData(entry.dtype, entry.shape, content));
        }
        return tensors;
    }

    private static List<Entry> entries(ConfigNode header) {
        List<Entry> entries = new ArrayList<>();
        header.fields().forEach((name, node) -> {
            if (!name.equals(METADATA)) {
                entries.add(entry(name, node));
            }
        });
        entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
        return entries;
    }

    private static Entry entry(String name, ConfigNode node) {
        TensorData.DType dtype = node.get("dtype").choice(DTYPES, null);
        List<Long> shape = longs(node.get("shape"));
        List<Long> offsets = longs(node.get("data_offsets"));
        if (offsets.size() != 2 || offsets.get(0) > offsets.get(1)) {
            throw node.get("data_offsets").wrong("[begin, end]");
        }
        long length = offsets.get(1) - offsets.get(0);
        long expected = bytes(dtype, shape);
        if (length != expected) {
            throw InputException.of(node.source(), Quoted.tensor(name),
                    expected + " bytes for " + dtype + " " + shape, length + " bytes", "");
        }
        return new Entry(name, dtype, shape, offsets.get(0), offsets.get(1));
    }

    private static List<Long> longs(ConfigNode node) {
        List<Long> values = new ArrayList<>();
        for (ConfigNode item : node.items()) {
            if (!item.json().isIntegralNumber() || !item.json().canConvertToLong() || item.json().longValue() < 0) {
                throw item.wrong("a non-negative integer");
            }
            values.add(item.json().longValue());
        }
        return values;
    }

    /** Size in bytes, or -1 if it overflows. */
    private static long bytes(TensorData.DType dtype, List<Long> shape) {
        try {
            return shape.stream().reduce((long) dtype.bytes(), Math::multiplyExact);
        } catch (ArithmeticException e) {
            return -1;
        }
    }

    private static void checkLayout(String source, List<Entry> entries, long available) {
        long end = 0;
        for (Entry entry : entries) {
            if (entry.begin != end) {
                throw InputException.of(source, Quoted.tensor(entry.name), "to begin at byte " + end,
                        "byte " + entry.begin, "tensors must lie without gap or overlap");
            }
            end = entry.end;
        }
        if (end != available) {
            throw InputException.of(source, "size", end + " bytes of tensors", available + " bytes",
                    "the file is truncated or damaged");
        }
    }

    /**
     * A tensor's values as float32.
     *
     * @param source file it is from, for messages
     * @throws InputException if it is not of a floating type, or has a NaN or an infinite value
     */
    public static float[] finiteFloats(String source, String name, TensorData tensor) {
        TensorData f32 = FloatTensors.finiteFloat32(source, name, tensor);
        float[] values = new float[Math.toIntExact(f32.count())];
        f32.bytes().asFloatBuffer().get(values);
        return values;
    }

    /**
     * Writes tensors sorted by alignment and name, as the reference implementation does; each piece by piece, so that the file may be
     * larger than memory.
     *
     * @throws IOException if the file cannot be written
     */
    public static void write(Path path, Map<String, TensorData> tensors) throws IOException {
        List<Map.Entry<String, TensorData>> ordered = new ArrayList<>(new TreeMap<>(tensors).entrySet());
        ordered.sort(Comparator.comparing(e -> -e.getValue().dtype().bytes()));
        byte[] header = header(ordered);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            writeFully(channel, ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).flip());
            writeFully(channel, ByteBuffer.wrap(header));
            ByteBuffer piece = ByteBuffer.allocateDirect(PIECE);
            for (Map.Entry<String, TensorData> entry : ordered) {
                write(channel, entry.getValue().content(), piece);
            }
            channel.force(true);
        }
    }

    private static void write(FileChannel channel, TensorData.Content content, ByteBuffer piece) throws IOException {
        for (int from = 0; from < content.length(); from += piece.limit()) {
            piece.clear().limit(Math.min(piece.capacity(), content.length() - from));
            content.read(from, piece);
            writeFully(channel, piece.flip());
        }
    }

    /** The JSON header, padded. */
    private static byte[] header(List<Map.Entry<String, TensorData>> ordered) throws IOException {
        var root = StrictJson.MAPPER.createObjectNode();
        root.putObject(METADATA).put("format", "pt");
        long offset = 0;
        for (Map.Entry<String, TensorData> entry : ordered) {
            TensorData tensor = entry.getValue();
            var node = root.putObject(entry.getKey());
            node.put("dtype", tensor.dtype().name());
            var shape = node.putArray("shape");
            tensor.shape().forEach(shape::add);
            long end = offset + bytes(tensor.dtype(), tensor.shape());
            node.putArray("data_offsets").add(offset).add(end);
            offset = end;
        }
        String json = StrictJson.MAPPER.writeValueAsString(root);
        byte[] header = json.getBytes(StandardCharsets.UTF_8);
        byte[] padded = Arrays.copyOf(header, (header.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
        Arrays.fill(padded, header.length, padded.length, (byte) ' ');
        return padded;
    }

    private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
