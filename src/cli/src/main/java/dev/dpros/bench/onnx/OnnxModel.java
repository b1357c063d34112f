package dev.dpros.bench.onnx;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * An ONNX model under construction (onnx.proto3 of ONNX 1.17, opset 20): nodes in the order in which they are added, each with
 * one result whose name is returned. Larger tensors go into a file beside the model as they are added, so that a large network
 * never lies in memory. Confined to one thread; close it after {@link #write}.
 */
public final class OnnxModel implements AutoCloseable {
    /** Element types (TensorProto.DataType). */
    enum Type {
        /** float32. */ FLOAT(1, 4),
        /** uint8. */ UINT8(2, 1),
        /** int8. */ INT8(3, 1),
        /** int64. */ INT64(7, 8);

        private final int code;
        private final int bytes;

        Type(int code, int bytes) {
            this.code = code;
            this.bytes = bytes;
        }
    }

    private static final int IR_VERSION = 9;
    private static final int OPSET = 20;
    private static final int EXTERNAL_FROM = 4096;
    private static final int ALIGNMENT = 4096;
    private static final String MODEL = "model.onnx";
    private static final String WEIGHTS = "weights.bin";
    // ModelProto
    private static final int MODEL_IR_VERSION = 1;
    private static final int MODEL_PRODUCER = 2;
    private static final int MODEL_GRAPH = 7;
    private static final int MODEL_OPSET = 8;
    private static final int OPSET_VERSION = 2;
    // GraphProto
    private static final int GRAPH_NODE = 1;
    private static final int GRAPH_NAME = 2;
    private static final int GRAPH_INITIALIZER = 5;
    private static final int GRAPH_INPUT = 11;
    private static final int GRAPH_OUTPUT = 12;
    // NodeProto
    private static final int NODE_INPUT = 1;
    private static final int NODE_OUTPUT = 2;
    private static final int NODE_NAME = 3;
    private static final int NODE_OP = 4;
    private static final int NODE_ATTRIBUTE = 5;
    // AttributeProto, and its types
    private static final int ATTRIBUTE_NAME = 1;
    private static final int ATTRIBUTE_FLOAT = 2;
    private static final int ATTRIBUTE_INT = 3;
    private static final int ATTRIBUTE_INTS = 8;
    private static final int ATTRIBUTE_TYPE = 20;
    private static final int TYPE_FLOAT = 1;
    private static final int TYPE_INT = 2;
    private static final int TYPE_INTS = 7;
    // TensorProto
    private static final int TENSOR_DIMS = 1;
    private static final int TENSOR_TYPE = 2;
    private static final int TENSOR_NAME = 8;
    private static final int TENSOR_RAW = 9;
    private static final int TENSOR_EXTERNAL = 13;
    private static final int TENSOR_LOCATION = 14;
    private static final int LOCATION_EXTERNAL = 1;
    private static final int ENTRY_KEY = 1;
    private static final int ENTRY_VALUE = 2;
    // ValueInfoProto, TypeProto, TypeProto.Tensor, TensorShapeProto, TensorShapeProto.Dimension
    private static final int VALUE_NAME = 1;
    private static final int VALUE_TYPE = 2;
    private static final int TYPE_TENSOR = 1;
    private static final int TENSOR_TYPE_ELEMENT = 1;
    private static final int TENSOR_TYPE_SHAPE = 2;
    private static final int SHAPE_DIM = 1;
    private static final int DIM_VALUE = 1;

    private final Path folder;
    private final FileChannel weights;
    private final ByteArrayOutputStream graph = new ByteArrayOutputStream();
    private final CodedOutputStream out = CodedOutputStream.newInstance(graph);
    private int names;

    /** An empty model. @param folder for its files, which is there and empty */
    public OnnxModel(Path folder) {
        this.folder = folder;
        try {
            weights = FileChannel.open(folder.resolve(WEIGHTS), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            out.writeString(GRAPH_NAME, "dpros");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes a message's fields. */
    private interface Fields {
        void writeTo(CodedOutputStream out) throws IOException;
    }

    private static byte[] message(Fields fields) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream coded = CodedOutputStream.newInstance(bytes);
        try {
            fields.writeTo(coded);
            coded.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private void add(int field, Fields fields) {
        try {
            out.writeByteArray(field, message(fields));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An input of float32. */
    void input(String name, long... shape) {
        add(GRAPH_INPUT, value -> described(value, name, shape));
    }

    /** The output, of float32: what {@code value} names. */
    void result(String name, String value, long... shape) {
        add(GRAPH_NODE, node -> {
            node.writeString(NODE_INPUT, value);
            node.writeString(NODE_OUTPUT, name);
            node.writeString(NODE_OP, "Identity");
        });
        add(GRAPH_OUTPUT, output -> described(output, name, shape));
    }

    private static void described(CodedOutputStream out, String name, long[] shape) throws IOException {
        byte[] dims = message(s -> {
            for (long dim : shape) {
                s.writeByteArray(SHAPE_DIM, message(d -> d.writeInt64(DIM_VALUE, dim)));
            }
        });
        byte[] tensor = message(t -> {
            t.writeInt32(TENSOR_TYPE_ELEMENT, Type.FLOAT.code);
            t.writeByteArray(TENSOR_TYPE_SHAPE, dims);
        });
        out.writeString(VALUE_NAME, name);
        out.writeByteArray(VALUE_TYPE, message(t -> t.writeByteArray(TYPE_TENSOR, tensor)));
    }

    /** A node without attributes. @return its result */
    String node(String op, String... inputs) {
        return node(op, Map.of(), inputs);
    }

    /**
     * A node.
     *
     * @param attributes integers, floats, or arrays of long
     * @param inputs names; an empty one is left out
     * @return its result
     */
    String node(String op, Map<String, Object> attributes, String... inputs) {
        return node(op, 1, attributes, inputs).get(0);
    }

    /** A node of several results. */
    List<String> node(String op, int results, Map<String, Object> attributes, String... inputs) {
        List<String> outputs = new ArrayList<>();
        for (int i = 0; i < results; i++) {
            outputs.add("v" + names++);
        }
        add(GRAPH_NODE, node -> {
            for (String input : inputs) {
                node.writeString(NODE_INPUT, input);
            }
            for (String output : outputs) {
                node.writeString(NODE_OUTPUT, output);
            }
            node.writeString(NODE_NAME, op + "_" + outputs.get(0));
            node.writeString(NODE_OP, op);
            for (Map.Entry<String, Object> attribute : attributes.entrySet()) {
                node.writeByteArray(NODE_ATTRIBUTE, message(a -> attribute(a, attribute.getKey(), attribute.getValue())));
            }
        });
        return outputs;
    }

    private static void attribute(CodedOutputStream out, String name, Object value) throws IOException {
        out.writeString(ATTRIBUTE_NAME, name);
        if (value instanceof Float f) {
            out.writeFloat(ATTRIBUTE_FLOAT, f);
            out.writeInt32(ATTRIBUTE_TYPE, TYPE_FLOAT);
        } else if (value instanceof long[] all) {
            for (long each : all) {
                out.writeInt64(ATTRIBUTE_INTS, each);
            }
            out.writeInt32(ATTRIBUTE_TYPE, TYPE_INTS);
        } else {
            out.writeInt64(ATTRIBUTE_INT, ((Number) value).longValue());
            out.writeInt32(ATTRIBUTE_TYPE, TYPE_INT);
        }
    }

    /** A constant of int64, such as a shape. */
    String ints(long... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(values);
        return tensor(Type.INT64, bytes, values.length);
    }

    /** An int64 without dimensions, such as an index. */
    String scalar(long value) {
        return tensor(Type.INT64, ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(value));
    }

    /** A constant of float32. */
    String floats(float[] values, long... shape) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return tensor(Type.FLOAT, bytes, shape);
    }

    /** A constant. @param values little-endian, from position 0 on */
    String tensor(Type type, ByteBuffer values, long... shape) {
        String name = "c" + names++;
        ByteBuffer content = values.duplicate().position(0);
        long count = 1;
        for (long dim : shape) {
            count *= dim;
        }
        if (content.remaining() != count * type.bytes) {
            throw new IllegalArgumentException(name + ": " + content.remaining() + " bytes for " + count + " values of " + type);
        }
        add(GRAPH_INITIALIZER, tensor -> {
            for (long dim : shape) {
                tensor.writeInt64(TENSOR_DIMS, dim);
            }
            tensor.writeInt32(TENSOR_TYPE, type.code);
            tensor.writeString(TENSOR_NAME, name);
            if (content.remaining() < EXTERNAL_FROM) {
                tensor.writeByteBuffer(TENSOR_RAW, content);
            } else {
                external(tensor, content);
            }
        });
        return name;
    }

    private void external(CodedOutputStream tensor, ByteBuffer content) throws IOException {
        long offset = (weights.position() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        weights.position(offset);
        int length = content.remaining();
        while (content.hasRemaining()) {
            weights.write(content);
        }
        Map<String, String> entries = Map.of("location", WEIGHTS, "offset", String.valueOf(offset), "length", String.valueOf(length));
        for (Map.Entry<String, String> entry : entries.entrySet()) {
            tensor.writeByteArray(TENSOR_EXTERNAL, message(e -> {
                e.writeString(ENTRY_KEY, entry.getKey());
                e.writeString(ENTRY_VALUE, entry.getValue());
            }));
        }
        tensor.writeInt32(TENSOR_LOCATION, LOCATION_EXTERNAL);
    }

    /** Writes the model beside its weights. @return its file */
    public Path write() {
        Path file = folder.resolve(MODEL);
        try (OutputStream to = Files.newOutputStream(file)) {
            out.flush();
            CodedOutputStream model = CodedOutputStream.newInstance(to);
            model.writeInt64(MODEL_IR_VERSION, IR_VERSION);
            model.writeString(MODEL_PRODUCER, "dpros");
            model.writeByteArray(MODEL_GRAPH, graph.toByteArray());
            model.writeByteArray(MODEL_OPSET, message(opset -> opset.writeInt64(OPSET_VERSION, OPSET)));
            model.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file;
    }

    @Override
    public void close() {
        try {
            weights.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
