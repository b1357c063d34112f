package dev.dpros.ros.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class OutsideShutdownTest {
    @Test
    void shouldTellEveryHandlerOnceAndCloseAlthoughOneFails() throws InterruptedException {
        List<String> heard = new CopyOnWriteArrayList<>();
        CountDownLatch closed = new CountDownLatch(1);
        OutsideShutdown shutdown = new OutsideShutdown(closed::countDown);
        shutdown.add(reason -> {
            throw new IllegalStateException("this handler fails");
        });
        shutdown.add(heard::add);
        shutdown.begin("rosnode kill");
        shutdown.begin("again");
        assertTrue(closed.await(30, TimeUnit.SECONDS));
        assertEquals(List.of("rosnode kill"), heard);
    }

    /** A node that is ended while it still starts: nobody misses the reason. */
    @Test
    void shouldTellAHandlerThatComesLater() throws InterruptedException {
        CountDownLatch closed = new CountDownLatch(1);
        OutsideShutdown shutdown = new OutsideShutdown(closed::countDown);
        assertNull(shutdown.reason());
        shutdown.begin("new node registered with same name");
        assertTrue(closed.await(30, TimeUnit.SECONDS));
        List<String> heard = new CopyOnWriteArrayList<>();
        shutdown.add(heard::add);
        assertEquals(List.of("new node registered with same name"), heard);
        assertEquals("new node registered with same name", shutdown.reason());
    }
}
