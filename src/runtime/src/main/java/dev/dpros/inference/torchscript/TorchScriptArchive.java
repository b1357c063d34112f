package dev.dpros.inference.torchscript;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes a {@link ScriptModule} as the zip archive that {@code torch::jit::load} reads: every entry
 * stored, code as text, the object graph as a pickle of protocol 2, tensors as raw little-endian storages.
 *
 * <p>For this process every tensor is a placeholder until {@link #adopt its method} is called, so that a large network's weights are
 * copied once and not three times (into an archive, out of it, into libtorch's tensors). For others the archive is whole. Stateless.
 */
public final class TorchScriptArchive {
    private static final byte[] EMPTY_TUPLE = {(byte) 0x80, 2, ')', '.'};
    private static final byte[] PLACEHOLDER = new byte[Float.BYTES];

    private TorchScriptArchive() {}

    /** The name of an additional method of the module, {@code (value: Tensor) -> Tensor}: makes the value this attribute. */
    public static String adopt(String attribute) {
        return "adopt_" + attribute;
    }

    /** Without its tensors. @throws IOException if the stream fails; what was written is then of no use */
    public static void write(ScriptModule module, OutputStream out) throws IOException {
        Pickle pickle = new Pickle(module.name());
        module.tensors().keySet().forEach(attribute -> pickle.tensor(attribute, 0, List.of(1L)));
        module.packed().forEach(pickle::none);
        ZipOutputStream zip = begin(module, pickle, module.code() + adopting(module), out);
        entry(zip, module.name() + "/data/0", PLACEHOLDER);
        finish(module, zip);
    }

    /**
     * With its tensors, each of which passes through the heap once.
     *
     * @param extra files that the archive carries along, by name
     * @throws IOException if the stream fails; what was written is then of no use
     */
    public static void writeWhole(ScriptModule module, Map<String, String> extra, OutputStream out) throws IOException {
        Pickle pickle = new Pickle(module.name());
        int storage = 0;
        for (Map.Entry<String, ScriptTensor> tensor : module.tensors().entrySet()) {
            pickle.tensor(tensor.getKey(), storage++, tensor.getValue().shape());
        }
        module.packed().forEach(pickle::none);
        ZipOutputStream zip = begin(module, pickle, module.code(), out);
        storage = 0;
        for (ScriptTensor tensor : module.tensors().values()) {
            byte[] values = new byte[Math.toIntExact(Math.multiplyExact(tensor.count(), Float.BYTES))];
            tensor.copyTo(ByteBuffer.wrap(values));
            entry(zip, module.name() + "/data/" + storage++, values);
        }
        for (Map.Entry<String, String> file : extra.entrySet()) {
            entry(zip, module.name() + "/extra/" + file.getKey(), file.getValue().getBytes(StandardCharsets.UTF_8));
        }
        finish(module, zip);
    }

    private static ZipOutputStream begin(ScriptModule module, Pickle pickle, String code, OutputStream out) throws IOException {
        ZipOutputStream zip = new ZipOutputStream(out);
        zip.setMethod(ZipOutputStream.STORED);
        entry(zip, module.name() + "/data.pkl", pickle.finish());
        entry(zip, module.name() + "/code/__torch__/dpros.py", code.getBytes(StandardCharsets.UTF_8));
        entry(zip, module.name() + "/constants.pkl", EMPTY_TUPLE);
        return zip;
    }

    private static void finish(ScriptModule module, ZipOutputStream zip) throws IOException {
        entry(zip, module.name() + "/version", "3\n".getBytes(StandardCharsets.US_ASCII));
        zip.finish();
    }

    private static String adopting(ScriptModule module) {
        StringBuilder text = new StringBuilder();
        for (String attribute : module.tensors().keySet()) {
            text.append("  def ").append(adopt(attribute)).append("(self: __torch__.dpros.").append(module.name())
                    .append(",\n    value: Tensor) -> Tensor:\n    self.").append(attribute).append(" = value\n    return value\n");
        }
        return text.toString();
    }

    private static void entry(ZipOutputStream zip, String name, byte[] content) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        CRC32 crc = new CRC32();
        crc.update(content);
        entry.setSize(content.length);
        entry.setCrc(crc.getValue());
        entry.setTime(0);
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }

    /** The object graph: one module with its tensors as attributes, by the few opcodes that this needs. */
    private static final class Pickle {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Pickle(String moduleName) {
            op(0x80).op(2);
            global("__torch__.dpros", moduleName).op(')').op(0x81).op('}').op('(');
        }

        byte[] finish() {
            unicode("training").op(0x89);
            op('u').op('b').op('.');
            return out.toByteArray();
        }

        /** {@code torch._utils._rebuild_tensor_v2(storage, 0, shape, strides, False, OrderedDict())}. */
        void tensor(String attribute, int storage, List<Long> shape) {
            long count = shape.stream().reduce(1L, Math::multiplyExact);
            unicode(attribute);
            global("torch._utils", "_rebuild_tensor_v2").op('(').op('(');
            unicode("storage").global("torch", "FloatStorage").unicode(String.valueOf(storage)).unicode("cpu");
            integer(Math.toIntExact(count)).op('t').op('Q').integer(0);
            op('(');
            shape.forEach(size -> integer(Math.toIntExact(size)));
            op('t').op('(');
            long stride = count;
            for (long size : shape) {
                stride = size == 0 ? 1 : stride / size;
                integer(Math.toIntExact(stride));
            }
            op('t').op(0x89);
            global("collections", "OrderedDict").op(')').op('R').op('t').op('R');
        }

        /** An attribute without a value yet. */
        void none(String attribute) {
            unicode(attribute).op('N');
        }

        private Pickle op(int code) {
            out.write(code);
            return this;
        }

        private Pickle global(String moduleName, String name) {
            op('c');
            out.writeBytes((moduleName + "\n" + name + "\n").getBytes(StandardCharsets.US_ASCII));
            return this;
        }

        private Pickle unicode(String value) {
            byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
            op('X').fixed32(utf8.length);
            out.writeBytes(utf8);
            return this;
        }

        private Pickle integer(int value) {
            return op('J').fixed32(value);
        }

        private Pickle fixed32(int value) {
            return op(value & 0xff).op(value >> 8 & 0xff).op(value >> 16 & 0xff).op(value >>> 24);
        }
    }
}
