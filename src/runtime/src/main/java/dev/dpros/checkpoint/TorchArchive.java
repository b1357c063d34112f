package dev.dpros.checkpoint;

import dev.dpros.checkpoint.PickleValues.Storage;
import dev.dpros.checkpoint.PickleValues.Tensor;
import dev.dpros.core.InputException;
import dev.dpros.core.TensorData;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What torch.save wrote (since torch 1.6): a pickle and the tensors' storages, which stay in the file until they are used. Immutable. */
final class TorchArchive {
    private static final String PICKLE = "/data.pkl";

    private final String source;
    private final StoredZip zip;
    private final String folder;

    private TorchArchive(String source, StoredZip zip, String folder) {
        this.source = source;
        this.zip = zip;
        this.folder = folder;
    }

    /** @throws InputException if the file is not such an archive, or was written on a big-endian machine */
    static TorchArchive open(CheckpointFile file) {
        String source = file.path().toString();
        if (file.size() < 4 || file.piece(0, 4, "header").getInt() != 0x04034b50) {
            throw InputException.of(source, "content", "a checkpoint of torch.save (a zip archive)", "another kind of file",
                    "checkpoints of torch before 1.6 must be saved again");
        }
        StoredZip zip = StoredZip.open(file);
        for (String name : zip.names()) {
            if (name.endsWith(PICKLE) && name.indexOf('/') == name.length() - PICKLE.length()) {
                String folder = name.substring(0, name.length() - PICKLE.length());
                requireLittleEndian(source, zip, folder + "/byteorder");
                return new TorchArchive(source, zip, folder);
            }
        }
        throw InputException.of(source, "content", "an entry data.pkl, as torch.save writes", "none", "");
    }

    private static void requireLittleEndian(String source, StoredZip zip, String entry) {
        if (zip.has(entry)) {
            ByteBuffer bytes = zip.bytes(entry);
            byte[] order = new byte[Math.min(bytes.remaining(), 16)];
            bytes.get(order);
            String found = new String(order, StandardCharsets.ISO_8859_1).strip();
            if (!found.equals("little")) {
                throw InputException.of(source, "byteorder", "little", Quoted.of(found), "");
            }
        }
    }

    /** The pickled value. @throws InputException if it is malformed or names anything that is not allowed */
    Object payload() {
        try {
            return SafeUnpickler.read(zip.bytes(folder + PICKLE));
        } catch (PickleFormatException e) {
            throw new InputException(source + ": data.pkl: the pickle " + e.getMessage(), e);
        }
    }

    /**
     * A tensor: left in the file if its bytes are contiguous there, else a row-major copy outside the heap.
     *
     * @throws InputException if the storage is missing, of another size, or too small for the tensor
     */
    TensorData tensor(String name, Tensor tensor) {
        Storage storage = tensor.storage();
        TensorData.Content whole = zip.content(folder + "/data/" + storage.key());
        int width = storage.dtype().bytes();
        if (storage.count() != whole.length() / width || whole.length() % width != 0) {
            throw InputException.of(source, Quoted.tensor(name), storage.count() + " elements of " + storage.dtype(),
                    whole.length() + " bytes", "the file is damaged");
        }
        long count = count(name, tensor);
        if (contiguous(tensor)) {
            return new TensorData(storage.dtype(), tensor.shape(),
                    whole.part((int) tensor.offset() * width, (int) count * width));
        }
        ByteBuffer bytes = ByteBuffer.allocateDirect(whole.length());
        whole.read(0, bytes);
        return new TensorData(storage.dtype(), tensor.shape(), rowMajor(bytes, tensor, (int) count, width));
    }

    /** Number of elements, all of which lie within the storage and none of which is repeated. */
    private long count(String name, Tensor tensor) {
        try {
            long count = 1;
            long last = tensor.offset();
            for (int d = 0; d < tensor.shape().size(); d++) {
                long size = tensor.shape().get(d);
                count = Math.multiplyExact(count, size);
                last = Math.addExact(last, size == 0 ? 0 : Math.multiplyExact(size - 1, tensor.strides().get(d)));
            }
            long elements = tensor.storage().count();
            if (count == 0 && tensor.offset() <= elements || count > 0 && last < elements && count <= elements) {
                return count;
            }
        } catch (ArithmeticException e) {
            // reported below
        }
        throw InputException.of(source, Quoted.tensor(name), "to lie within its storage of " + tensor.storage().count()
                + " elements", "shape " + tensor.shape() + " with strides " + tensor.strides() + " at " + tensor.offset(), "");
    }

    private static boolean contiguous(Tensor tensor) {
        long expected = 1;
        for (int d = tensor.shape().size() - 1; d >= 0; d--) {
            long size = tensor.shape().get(d);
            if (size == 0) {
                return true;
            }
            if (size != 1 && tensor.strides().get(d) != expected) {
                return false;
            }
            expected *= size;
        }
        return true;
    }

    private static ByteBuffer rowMajor(ByteBuffer bytes, Tensor tensor, int count, int width) {
        ByteBuffer out = ByteBuffer.allocateDirect(Math.multiplyExact(count, width)).order(ByteOrder.LITTLE_ENDIAN);
        List<Long> shape = tensor.shape();
        List<Long> index = new ArrayList<>(java.util.Collections.nCopies(shape.size(), 0L));
        long at = tensor.offset();
        for (int i = 0; i < count; i++) {
            out.put(i * width, bytes, (int) at * width, width);
            for (int d = shape.size() - 1; d >= 0; d--) {
                long next = index.get(d) + 1;
                at += tensor.strides().get(d);
                if (next < shape.get(d)) {
                    index.set(d, next);
                    break;
                }
                at -= next * tensor.strides().get(d);
                index.set(d, 0L);
            }
        }
        return out;
    }
}
