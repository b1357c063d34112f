package dev.dpros.checkpoint;

import dev.dpros.core.TensorData.DType;
import java.util.List;
import java.util.Map;

/** What {@link SafeUnpickler} makes of objects that have no counterpart in the JDK. All are inert data. */
final class PickleValues {
    private PickleValues() {}

    /** A class or function by name; never called. */
    record Global(String name) {}

    /** A tuple. */
    record Tuple(List<Object> items) {}

    /** An instance of an allowed class; {@code state} is filled by BUILD. */
    static final class Instance {
        final String type;
        Object state;

        Instance(String type) {
            this.type = type;
        }

        /** The attribute of that name, or null. */
        Object attribute(String name) {
            return state instanceof Map<?, ?> map ? map.get(name) : null;
        }
    }

    /** Where a storage lies in the archive. */
    record Storage(DType dtype, String key, long count) {}

    /** A tensor: a strided view of a storage. */
    record Tensor(Storage storage, long offset, List<Long> shape, List<Long> strides) {}
}
