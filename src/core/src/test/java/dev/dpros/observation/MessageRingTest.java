package dev.dpros.observation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.InputException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class MessageRingTest {
    private static void put(MessageRing ring, int length, int value, long receivedNs) {
        ByteBuffer slot = ring.claim(length);
        while (slot.hasRemaining()) {
            slot.put((byte) value);
        }
        ring.commit(receivedNs, receivedNs + 1);
    }

    @Test
    void shouldReturnTheBytesAndTimesOfAMessage() {
        MessageRing ring = new MessageRing(4, 100);
        put(ring, 7, 42, 1000);
        MessageCopy copy = new MessageCopy();
        assertEquals(1, ring.newest());
        assertTrue(ring.copy(1, copy));
        assertEquals(7, copy.bytes().remaining());
        assertEquals(42, copy.bytes().get(6));
        assertEquals(1000, copy.receivedNs());
        assertEquals(1001, copy.receivedRosNs());
        assertEquals(1, copy.number());
    }

    @Test
    void shouldOverwriteTheOldest() {
        MessageRing ring = new MessageRing(3, 100);
        for (int i = 1; i <= 5; i++) {
            put(ring, i, i, i);
        }
        MessageCopy copy = new MessageCopy();
        assertFalse(ring.copy(2, copy));
        assertFalse(ring.copy(6, copy));
        assertFalse(ring.copy(0, copy));
        for (int i = 3; i <= 5; i++) {
            assertTrue(ring.copy(i, copy));
            assertEquals(i, copy.bytes().remaining());
            assertEquals(i, copy.bytes().get(i - 1));
        }
    }

    @Test
    void shouldRefuseMessagesBeyondTheMaximum() {
        MessageRing ring = new MessageRing(2, 10);
        assertNull(ring.claim(11));
        assertNull(ring.claim(-1));
        assertNotNull(ring.claim(10));
        ring.abandon();
        assertNotNull(ring.claim(0));
    }

    @Test
    void shouldHideTheSlotThatIsBeingWritten() {
        MessageRing ring = new MessageRing(2, 10);
        put(ring, 5, 1, 1);
        put(ring, 5, 2, 2);
        ring.claim(5);
        MessageCopy copy = new MessageCopy();
        assertFalse(ring.copy(1, copy));
        assertTrue(ring.copy(2, copy));
        ring.abandon();
        assertFalse(ring.copy(1, copy));
        put(ring, 5, 3, 3);
        assertTrue(ring.copy(3, copy));
        assertEquals(3, copy.bytes().get(0));
    }

    @Test
    void shouldWakeItsReaderOnCommitOnly() {
        AtomicInteger woken = new AtomicInteger();
        MessageRing ring = new MessageRing(2, 10, woken::incrementAndGet);
        ring.claim(3);
        ring.abandon();
        assertEquals(0, woken.get());
        put(ring, 3, 1, 1);
        assertEquals(1, woken.get());
        assertThrows(IllegalStateException.class, () -> ring.commit(1, 1));
    }

    @Test
    void shouldGrowSlotsOnlyForLargerMessages() {
        MessageRing ring = new MessageRing(2, 10_000);
        MessageCopy copy = new MessageCopy();
        for (int i = 0; i < 4; i++) {
            put(ring, 9_000, 1, 1);
            ring.copy(ring.newest(), copy);
        }
        Allocation.assertNone(() -> {
            put(ring, 9_000, 1, 1);
            assertTrue(ring.copy(ring.newest(), copy));
            put(ring, 100, 1, 1);
            assertTrue(ring.copy(ring.newest(), copy));
        });
    }

    @Test
    void shouldRejectBadBounds() {
        assertTrue(assertThrows(InputException.class, () -> new MessageRing(1, 10)).getMessage().contains("slots"));
        assertTrue(assertThrows(InputException.class, () -> new MessageRing(2, 0)).getMessage()
                .contains("max_message_bytes"));
    }

    /** Every message is filled with its own number, so any mixture of two is seen. */
    @Test
    void shouldNeverShowATornMessage() throws InterruptedException {
        MessageRing ring = new MessageRing(2, 4096);
        int messages = 200_000;
        AtomicInteger torn = new AtomicInteger();
        AtomicInteger whole = new AtomicInteger();
        Thread reader = new Thread(() -> {
            MessageCopy copy = new MessageCopy();
            long newest;
            do {
                newest = ring.newest();
                if (ring.copy(newest, copy)) {
                    whole.incrementAndGet();
                    if (!consistent(copy, newest)) {
                        torn.incrementAndGet();
                    }
                }
            } while (newest < messages);
        }, "ring-reader");
        reader.start();
        for (int i = 1; i <= messages; i++) {
            int length = 8 * (1 + i % 64);
            ByteBuffer slot = ring.claim(length);
            for (int at = 0; at < length; at += 8) {
                slot.putLong(at, i);
            }
            ring.commit(i, i);
        }
        reader.join();
        assertEquals(0, torn.get(), "torn of " + whole.get() + " copies");
        assertTrue(whole.get() > 0);
    }

    private static boolean consistent(MessageCopy copy, long number) {
        if (copy.bytes().remaining() != 8 * (1 + number % 64) || copy.receivedNs() != number) {
            return false;
        }
        for (int at = 0; at < copy.bytes().remaining(); at += 8) {
            if (copy.bytes().getLong(at) != number) {
                return false;
            }
        }
        return true;
    }
}
