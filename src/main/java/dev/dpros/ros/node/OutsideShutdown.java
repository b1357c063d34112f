package dev.dpros.ros.node;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's end that comes from outside (rosnode kill, a second node of its name). Once, on a thread {@code ros-shutdown}: each handler hears
 * the reason, whatever another one throws, and then the node is closed. Thread-safe.
 */
public final class OutsideShutdown {
    private static final Logger LOG = LoggerFactory.getLogger(OutsideShutdown.class);

    private final Runnable close;
    private final List<Consumer<String>> handlers = new CopyOnWriteArrayList<>();
    private final AtomicBoolean begun = new AtomicBoolean();

    /** @param close ends the node */
    public OutsideShutdown(Runnable close) {
        this.close = close;
    }

    /** Will hear the reason. */
    public void add(Consumer<String> handler) {
        handlers.add(handler);
    }

    /** Begins it, unless it has begun; returns at once. */
    public void begin(String reason) {
        if (begun.compareAndSet(false, true)) {
            new Thread(() -> end(reason), "ros-shutdown").start();
        }
    }

    private void end(String reason) {
        for (Consumer<String> handler : handlers) {
            try {
                handler.accept(reason);
            } catch (RuntimeException e) {
                LOG.error("at the shutdown from outside ({}): {}", reason, e.toString(), e);
            }
        }
        close.run();
    }
}
