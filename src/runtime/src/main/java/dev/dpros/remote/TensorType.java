package dev.dpros.remote;

/** Element types of the Open Inference Protocol that have a size of their own, by the protocol's names. */
public enum TensorType {
    /** One byte, 0 or 1. */ BOOL(1),
    /** Unsigned. */ UINT8(1),
    /** Unsigned. */ UINT16(2),
    /** Unsigned. */ UINT32(4),
    /** Unsigned. */ UINT64(8),
    /** Signed. */ INT8(1),
    /** Signed. */ INT16(2),
    /** Signed. */ INT32(4),
    /** Signed. */ INT64(8),
    /** IEEE 754 half. */ FP16(2),
    /** IEEE 754 single. */ FP32(4),
    /** IEEE 754 double. */ FP64(8);

    private final int bytes;

    TensorType(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes of an element. */
    public int bytes() {
        return bytes;
    }
}
