package dev.dpros.ros.tcpros;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class DropOldestRingTest {
    @Test
    void shouldDropTheOldestWhenFull() {
        DropOldestRing<Integer> ring = new DropOldestRing<>(2);
        assertNull(ring.offer(1));
        assertNull(ring.offer(2));
        assertEquals(1, ring.offer(3));
        assertEquals(2, ring.poll());
        assertEquals(3, ring.poll());
        assertNull(ring.poll());
    }

    @Test
    void shouldHandEachElementToExactlyOneSideInOrder() throws InterruptedException {
        int count = 2_000_000;
        DropOldestRing<Integer> ring = new DropOldestRing<>(4);
        BitSet consumed = new BitSet(count);
        BitSet dropped = new BitSet(count);
        boolean[] ordered = {true};
        Thread consumer = new Thread(() -> {
            int last = -1;
            while (last < count - 1) {
                Integer element = ring.poll();
                if (element != null) {
                    ordered[0] &= element > last;
                    last = element;
                    consumed.set(element);
                }
            }
        });
        consumer.start();
        for (int i = 0; i < count; i++) {
            Integer oldest = ring.offer(i);
            if (oldest != null) {
                dropped.set(oldest);
            }
        }
        consumer.join();
        assertTrue(ordered[0]);
        assertTrue(!consumed.intersects(dropped), "no element on both sides");
        assertEquals(count, consumed.cardinality() + dropped.cardinality(), "no element lost");
    }
}
