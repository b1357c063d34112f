package dev.dpros.ros.rosjava;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A serialized message on its way through ROSJava. The bytes are set once, by one thread. */
final class RawMessage {
    private byte[] bytes = {};

    RawMessage() {}

    RawMessage(ByteBuffer message) {
        set(message);
    }

    /** Copies position to limit. */
    void set(ByteBuffer message) {
        bytes = new byte[message.remaining()];
        message.duplicate().get(bytes);
    }

    void set(byte[] message) {
        bytes = message;
    }

    byte[] bytes() {
        return bytes;
    }

    ByteBuffer buffer() {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
