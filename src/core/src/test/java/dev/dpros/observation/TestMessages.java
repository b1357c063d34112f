package dev.dpros.observation;

import dev.dpros.core.ImageLayout;
import dev.dpros.core.ImageReader;
import dev.dpros.core.MessageSlots;
import dev.dpros.core.VectorReader;
import java.nio.ByteBuffer;

/** A plain binary stand-in for the middleware's messages: a stamp, a short header, the data. */
final class TestMessages {
    static final int IMAGE_HEADER = 28;

    private TestMessages() {}

    /** Reads what {@link #sendImage} wrote. */
    static final class Images implements ImageReader {
        private static final ImageLayout.Encoding[] ENCODINGS = ImageLayout.Encoding.values();

        @Override
        public boolean read(ByteBuffer message, ImageLayout out) {
            if (message.limit() < IMAGE_HEADER || message.getInt(8) < 0) {
                return false;
            }
            out.stampNs = message.getLong(0);
            out.encoding = ENCODINGS[message.getInt(8)];
            out.width = message.getInt(12);
            out.height = message.getInt(16);
            out.stepBytes = message.getInt(20);
            out.bigEndian = message.getInt(24) != 0;
            out.dataOffset = IMAGE_HEADER;
            out.dataLength = message.limit() - IMAGE_HEADER;
            return true;
        }

        @Override
        public String describe(ByteBuffer message) {
            return message.limit() + " bytes";
        }

        @Override
        public String supported(int channels) {
            return "an image";
        }
    }

    /** Reads what {@link #sendVector} wrote. */
    record Vectors(int size) implements VectorReader {
        @Override
        public boolean read(ByteBuffer message, float[] out, int offset) {
            if (message.limit() != 8 + 4 * size) {
                return false;
            }
            for (int i = 0; i < size; i++) {
                out[offset + i] = message.getFloat(8 + 4 * i);
            }
            return true;
        }

        @Override
        public long stampNs(ByteBuffer message) {
            return message.getLong(0);
        }
    }

    static void sendVector(MessageSlots slots, long stampNs, long receivedNs, long receivedRosNs, float... values) {
        ByteBuffer slot = slots.claim(8 + 4 * values.length);
        slot.putLong(stampNs);
        for (float value : values) {
            slot.putFloat(value);
        }
        slots.commit(receivedNs, receivedRosNs);
    }

    /** Stamped and received at the same moment. */
    static void sendVectorAt(MessageSlots slots, long ns, float... values) {
        sendVector(slots, ns, ns, ns, values);
    }

    static void sendImage(MessageSlots slots, long ns, ImageLayout.Encoding encoding, int width, int height, int step,
            byte[] data) {
        sendImage(slots, ns, encoding, width, height, step, false, data);
    }

    static void sendImage(MessageSlots slots, long ns, ImageLayout.Encoding encoding, int width, int height, int step,
            boolean bigEndian, byte[] data) {
        ByteBuffer slot = slots.claim(IMAGE_HEADER + data.length);
        slot.putLong(ns).putInt(encoding.ordinal()).putInt(width).putInt(height).putInt(step).putInt(bigEndian ? 1 : 0);
        slot.put(data);
        slots.commit(ns, ns);
    }
}
