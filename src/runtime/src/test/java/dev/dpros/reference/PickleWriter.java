package dev.dpros.reference;

import dev.dpros.core.TensorData;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Writes pickles of protocol 2 as torch.save with dill does: dictionaries, tensors by persistent id, and configurations as
 * OmegaConf objects.
 */
public final class PickleWriter {
    /** A configuration to write as OmegaConf containers rather than as plain ones. */
    public record OmegaConf(Object value) {}

    /** A call of a named function, for what must be refused. */
    public record Call(String module, String name, List<Object> arguments) {}

    /** A tensor that is a view of another's storage. */
    public record View(int storage, long offset, List<Long> shape, List<Long> strides) {}

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final List<TensorData> storages = new ArrayList<>();

    /** The pickle of a value. */
    public byte[] write(Object value) {
        out.write(0x80);
        out.write(2);
        put(value);
        out.write('.');
        return out.toByteArray();
    }

    /** The storages of the tensors, in the order of their keys. */
    public List<TensorData> storages() {
        return storages;
    }

    private void put(Object value) {
        if (value == null) {
            out.write('N');
        } else if (value instanceof Boolean flag) {
            out.write(flag ? 0x88 : 0x89);
        } else if (value instanceof Number number && !(value instanceof Double)) {
            out.write('J');
            int32(number.intValue());
        } else if (value instanceof Double number) {
            out.write('G');
            out.writeBytes(ByteBuffer.allocate(8).putDouble(number).array());
        } else if (value instanceof String text) {
            text(text);
        } else if (value instanceof byte[] bytes) {
            call("_codecs", "encode", new String(bytes, StandardCharsets.ISO_8859_1), "latin1");
        } else if (value instanceof Map<?, ?> map) {
            out.write('}');
            items(map);
        } else if (value instanceof List<?> list) {
            out.write(']');
            out.write('(');
            list.forEach(this::put);
            out.write('e');
        } else {
            putObject(value);
        }
    }

    private void putObject(Object value) {
        if (value instanceof TensorData tensor) {
            storages.add(tensor);
            tensor(storages.size() - 1, tensor, 0, tensor.shape(), strides(tensor.shape()));
        } else if (value instanceof View view) {
            tensor(view.storage, storages.get(view.storage), view.offset, view.shape, view.strides);
        } else if (value instanceof OmegaConf config) {
            config(config.value);
        } else if (value instanceof Call call) {
            call(call.module, call.name, call.arguments.toArray());
        } else {
            throw new IllegalArgumentException(String.valueOf(value));
        }
    }

    private void items(Map<?, ?> map) {
        out.write('(');
        map.forEach((key, item) -> {
            put(key);
            put(item);
        });
        out.write('u');
    }

    private void text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.write('X');
        int32(bytes.length);
        out.writeBytes(bytes);
    }

    private void int32(int value) {
        out.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
    }

    private void global(String module, String name) {
        out.writeBytes(("c" + module + "\n" + name + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private void tuple(Object... items) {
        out.write('(');
        for (Object item : items) {
            put(item);
        }
        out.write('t');
    }

    private void call(String module, String name, Object... arguments) {
        global(module, name);
        tuple(arguments);
        out.write('R');
    }

    private static List<Long> strides(List<Long> shape) {
        Long[] strides = new Long[shape.size()];
        long stride = 1;
        for (int d = strides.length - 1; d >= 0; d--) {
            strides[d] = stride;
            stride *= shape.get(d);
        }
        return List.of(strides);
    }

    private void tensor(int key, TensorData storage, long offset, List<Long> shape, List<Long> strides) {
        global("torch._utils", "_rebuild_tensor_v2");
        out.write('(');
        out.write('(');
        text("storage");
        global("torch", storage.dtype() == TensorData.DType.F64 ? "DoubleStorage"
                : storage.dtype() == TensorData.DType.I64 ? "LongStorage" : "FloatStorage");
        text(String.valueOf(key));
        text("cpu");
        put(storage.count());
        out.write('t');
        out.write('Q');
        put(offset);
        tuple(shape.toArray());
        tuple(strides.toArray());
        put(false);
        call("collections", "OrderedDict");
        out.write('t');
        out.write('R');
    }

    private void config(Object value) {
        if (value instanceof Map<?, ?> map) {
            instance("omegaconf.dictconfig", "DictConfig");
            metadata("ContainerMetadata");
            text("_parent");
            put(null);
            text("_content");
            out.write('}');
            out.write('(');
            map.forEach((key, item) -> {
                put(key);
                config(item);
            });
            out.write('u');
        } else if (value instanceof List<?> list) {
            instance("omegaconf.listconfig", "ListConfig");
            metadata("ContainerMetadata");
            text("_content");
            out.write(']');
            out.write('(');
            list.forEach(this::config);
            out.write('e');
        } else {
            instance("omegaconf.nodes", "AnyNode");
            metadata("Metadata");
            text("_val");
            put(value);
        }
        out.write('u');
        out.write('b');
    }

    private void instance(String module, String name) {
        global(module, name);
        out.write(')');
        out.write(0x81);
        out.write('}');
        out.write('(');
    }

    private void metadata(String type) {
        text("_metadata");
        instance("omegaconf.base", type);
        text("ref_type");
        global("typing", "Any");
        text("object_type");
        call("dill._dill", "_load_type", "dict");
        text("resolver_cache");
        call("collections", "defaultdict");
        out.write('u');
        out.write('b');
    }
}
