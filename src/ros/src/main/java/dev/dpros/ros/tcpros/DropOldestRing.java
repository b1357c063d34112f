package dev.dpros.ros.tcpros;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue from one thread to another, in which the producer drops the oldest element when it is full. Lock-free;
 * allocates nothing after construction. The producer may overwrite a place only after it has moved the head past it, so
 * a consumer that has read a stale element fails to move the head and reads again.
 */
final class DropOldestRing<T> {
    private final AtomicReferenceArray<T> places;
    private final AtomicLong head = new AtomicLong();
    private final AtomicLong tail = new AtomicLong();

    DropOldestRing(int capacity) {
        places = new AtomicReferenceArray<>(capacity);
    }

    /** Producer: adds an element; returns the one dropped for it, or null. */
    @Nullable T offer(T element) {
        long end = tail.get();
        T dropped = null;
        long start = head.get();
        if (end - start == places.length()) {
            T oldest = places.get((int) (start % places.length()));
            if (head.compareAndSet(start, start + 1)) {
                dropped = oldest;
            }
        }
        places.set((int) (end % places.length()), element);
        tail.set(end + 1);
        return dropped;
    }

    /** Consumer: takes the oldest element, or null if there is none. */
    @Nullable T poll() {
        while (true) {
            long start = head.get();
            if (start == tail.get()) {
                return null;
            }
            T element = places.get((int) (start % places.length()));
            if (head.compareAndSet(start, start + 1)) {
                return element;
            }
        }
    }
}
