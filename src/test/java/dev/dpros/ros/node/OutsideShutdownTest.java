package dev.dpros.ros.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
}
