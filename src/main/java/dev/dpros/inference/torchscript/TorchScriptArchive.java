package dev.dpros.inference.torchscript;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes a {@link ScriptModule} as the zip archive that {@code torch::jit::load} reads: every entry stored, code as text,
 * the object graph as a pickle of protocol 2, tensors as raw little-endian storages.
 *
 * <p>Stateless.
 */
public final class TorchScriptArchive {
    private static final byte[] EMPTY_TUPLE = {(byte) 0x80, 2, ')', '.'};

    private TorchScriptArchive() {}

    /**
     * Writes the archive.
     *
     * @param trainable whether tensors require gradients
     * @param out best a file: tensors go from where they are mapped to it without passing through the heap
     * @throws IOException if the channel fails, or the archive exceeds 4 GiB; what was written is then of no use
     */
    public static void write(ScriptModule module, boolean trainable, WritableByteChannel out) throws IOException {
        String root = module.name() + "/";
        StoredZipWriter zip = new StoredZipWriter(out);
        zip.entry(root + "data.pkl", List.of(ByteBuffer.wrap(pickle(module, trainable))));
        byte[] code = module.code().getBytes(StandardCharsets.UTF_8);
        zip.entry(root + "code/__torch__/dpros.py", List.of(ByteBuffer.wrap(code)));
        zip.entry(root + "constants.pkl", List.of(ByteBuffer.wrap(EMPTY_TUPLE)));
        int index = 0;
        for (ScriptTensor tensor : module.tensors().values()) {
            zip.entry(root + "data/" + index++, tensor.float32());
        }
        zip.entry(root + "version", List.of(ByteBuffer.wrap("3\n".getBytes(StandardCharsets.US_ASCII))));
        zip.finish();
    }

    private static byte[] pickle(ScriptModule module, boolean trainable) {
        Pickle out = new Pickle();
        out.op(0x80).op(2);
        out.global("__torch__.dpros", module.name()).op(')').op(0x81).op('}').op('(');
        int index = 0;
        for (var entry : module.tensors().entrySet()) {
            out.unicode(entry.getKey());
            tensor(out, index++, entry.getValue(), trainable);
        }
        out.unicode("training").op(0x89);
        return out.op('u').op('b').op('.').bytes();
    }

    /** {@code torch._utils._rebuild_tensor_v2(storage, 0, size, stride, requires_grad, OrderedDict())}. */
    private static void tensor(Pickle out, int index, ScriptTensor tensor, boolean trainable) {
        out.global("torch._utils", "_rebuild_tensor_v2").op('(').op('(');
        out.unicode("storage").global("torch", "FloatStorage").unicode(Integer.toString(index)).unicode("cpu");
        out.integer(tensor.count()).op('t').op('Q').integer(0);
        List<Long> shape = tensor.shape();
        out.op('(');
        shape.forEach(out::integer);
        out.op('t').op('(');
        for (int i = 0; i < shape.size(); i++) {
            out.integer(shape.subList(i + 1, shape.size()).stream().reduce(1L, Math::multiplyExact));
        }
        out.op('t').op(trainable ? 0x88 : 0x89);
        out.global("collections", "OrderedDict").op(')').op('R').op('t').op('R');
    }

    /** The few opcodes that are needed. */
    private static final class Pickle {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Pickle op(int code) {
            out.write(code);
            return this;
        }

        Pickle global(String moduleName, String name) {
            op('c');
            out.writeBytes((moduleName + "\n" + name + "\n").getBytes(StandardCharsets.US_ASCII));
            return this;
        }

        Pickle unicode(String value) {
            byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
            op('X').fixed32(utf8.length);
            out.writeBytes(utf8);
            return this;
        }

        /** BININT, or LONG1 for what does not fit. */
        Pickle integer(long value) {
            if (value == (int) value) {
                return op('J').fixed32((int) value);
            }
            op(0x8a).op(8).fixed32((int) value);
            return fixed32((int) (value >> 32));
        }

        Pickle fixed32(int value) {
            return op(value & 0xff).op(value >> 8 & 0xff).op(value >> 16 & 0xff).op(value >>> 24);
        }

        byte[] bytes() {
            return out.toByteArray();
        }
    }
}
