package dev.dpros.ros.node;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's end that comes from outside (rosnode kill, a second node of its name). Once, on a thread {@code ros-shutdown}: each handler hears
 * the reason, whatever another one throws, and then the node is closed; a handler that comes later hears it at once. Thread-safe.
 */
public final class OutsideShutdown {
    private static final Logger LOG = LoggerFactory.getLogger(OutsideShutdown.class);

    private final Runnable close;
    private final List<Consumer<String>> handlers = new CopyOnWriteArrayList<>();
    private @Nullable String begun;

    /** @param close ends the node */
    public OutsideShutdown(Runnable close) {
        this.close = close;
    }

    /** Will hear the reason, once. */
    public void add(Consumer<String> handler) {
        String reason;
        synchronized (this) {
            reason = begun;
            if (reason == null) {
                handlers.add(handler);
            }
        }
        if (reason != null) {
            handler.accept(reason);
        }
    }

    /** Why the node ends, or null while it does not. */
    public synchronized @Nullable String reason() {
        return begun;
    }

    /** Begins it, unless it has begun; returns at once. */
    public void begin(String reason) {
        synchronized (this) {
            if (begun != null) {
                return;
            }
            begun = reason;
        }
        new Thread(() -> end(reason), "ros-shutdown").start();
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
