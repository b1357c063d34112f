package dev.dpros.inference.torchscript;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes a {@link ScriptModule}, without its tensors, as the zip archive that {@code torch::jit::load} reads: every entry
 * stored, code as text, the object graph as a pickle of protocol 2, tensors as raw little-endian storages.
 *
 * <p>Every tensor is a placeholder until {@link #ADOPT} is called, so that a large network's weights are copied once and not
 * three times (into an archive, out of it, into libtorch's tensors). Stateless.
 */
public final class TorchScriptArchive {
    /**
     * An additional method of the module, {@code adopt(values: List[Tensor]) -> Tensor}: makes these its tensors, in the
     * order of {@link ScriptModule#tensors}.
     */
    public static final String ADOPT = "adopt";

    private static final byte[] EMPTY_TUPLE = {(byte) 0x80, 2, ')', '.'};
    private static final byte[] PLACEHOLDER = new byte[Float.BYTES];

    private TorchScriptArchive() {}

    /** @throws IOException if the stream fails; what was written is then of no use */
    public static void write(ScriptModule module, OutputStream out) throws IOException {
        Pickle pickle = new Pickle(module.name());
        module.tensors().keySet().forEach(pickle::placeholder);
        String root = module.name() + "/";
        ZipOutputStream zip = new ZipOutputStream(out);
        zip.setMethod(ZipOutputStream.STORED);
        entry(zip, root + "data.pkl", pickle.finish());
        entry(zip, root + "code/__torch__/dpros.py", (module.code() + adopt(module)).getBytes(StandardCharsets.UTF_8));
        entry(zip, root + "constants.pkl", EMPTY_TUPLE);
        entry(zip, root + "data/0", PLACEHOLDER);
        entry(zip, root + "version", "3\n".getBytes(StandardCharsets.US_ASCII));
        zip.finish();
    }

    private static String adopt(ScriptModule module) {
        StringBuilder text = new StringBuilder("  def ").append(ADOPT).append("(self: __torch__.dpros.").append(module.name())
                .append(",\n    values: List[Tensor]) -> Tensor:\n");
        int index = 0;
        for (String attribute : module.tensors().keySet()) {
            text.append("    self.").append(attribute).append(" = values[").append(index++).append("]\n");
        }
        return text.append("    return values[0]\n").toString();
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

        /**
         * {@code torch._utils._rebuild_tensor_v2(storage 0, 0, (1,), (1,), False, OrderedDict())}. The code needs no shapes.
         */
        void placeholder(String attribute) {
            unicode(attribute);
            global("torch._utils", "_rebuild_tensor_v2").op('(').op('(');
            unicode("storage").global("torch", "FloatStorage").unicode("0").unicode("cpu");
            integer(1).op('t').op('Q').integer(0);
            op('(').integer(1).op('t').op('(').integer(1).op('t').op(0x89);
            global("collections", "OrderedDict").op(')').op('R').op('t').op('R');
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
