package dev.dpros.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the ports do for implementations that do not say more. */
class VectorReaderTest {
    /** One float, if the message has four bytes. */
    private static final VectorReader PLAIN = new VectorReader() {
        @Override
        public int size() {
            return 1;
        }

        @Override
        public boolean read(ByteBuffer message, float[] out, int offset) {
            if (message.remaining() < 4) {
                return false;
            }
            out[offset] = message.getFloat(message.position());
            return true;
        }

        @Override
        public long stampNs(ByteBuffer message) {
            return 0;
        }
    };

    @Test
    void shouldReadAllOrNothingWithoutNames() {
        boolean[] present = new boolean[1];
        float[] out = new float[2];
        assertEquals(1, PLAIN.readSome(ByteBuffer.allocate(4).putFloat(0, 2.5f), out, 1, present));
        assertArrayEquals(new float[] {0, 2.5f}, out);
        assertArrayEquals(new boolean[] {true}, present);
        assertEquals(VectorReader.MALFORMED, PLAIN.readSome(ByteBuffer.allocate(3), out, 0, present));
        assertArrayEquals(new boolean[] {false}, present, "what was there before is not here now");
        assertEquals(List.of(), PLAIN.names());
    }

    @Test
    void shouldCountWhatWasDoneEarlierAsProgress() {
        List<String> heard = new ArrayList<>();
        Progress progress = new Progress() {
            @Override
            public void begin(String what, long total) {
                heard.add(what + " of " + total);
            }

            @Override
            public void advance(long by) {
                heard.add("+" + by);
            }
        };
        progress.begin("steps", 100, 40);
        progress.note("loss 0.1");
        progress.end();
        assertEquals(List.of("steps of 100", "+40"), heard);
    }
}
