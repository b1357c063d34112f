package dev.dpros.metrics.dashboard;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import dev.dpros.http.Replies;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.LockSupport;

/**
 * Server-sent events (WHATWG HTML, section 9.2). A thread {@code dashboard} makes one snapshot for all viewers, at the
 * given rate and only while there are any; each viewer's HTTP thread writes the newest and skips what it was too slow for.
 */
final class EventStream implements AutoCloseable {
    private static final int MAX_VIEWERS = 8;
    private static final long WAIT_MS = 2000;

    private final DashboardState state;
    private final LatencyFeed latencies;
    private final long periodNs;
    private final int rateHz;
    private final ObjectMapper json = new ObjectMapper();
    private final Thread thread;
    private byte[] newest = new byte[0];
    private byte[] newestLatency = new byte[0];
    private long number;
    private long latencyNumber;
    private int viewers;
    private boolean closed;

    EventStream(DashboardState state, LatencyFeed latencies, int rateHz) {
        this.state = state;
        this.latencies = latencies;
        this.rateHz = rateHz;
        periodNs = 1_000_000_000L / rateHz;
        thread = new Thread(this::produce, "dashboard");
        thread.setDaemon(true);
        thread.start();
    }

    private void produce() {
        long deadlineNs = System.nanoTime();
        for (long cycle = 0; awaitViewers(); cycle++) {
            byte[] snapshot = event("state", state::snapshot);
            byte[] latency = cycle % rateHz == 0 ? event("latency", latencies::read) : null;
            publish(snapshot, latency);
            deadlineNs = Math.max(deadlineNs + periodNs, System.nanoTime() - periodNs);
            while (System.nanoTime() < deadlineNs && !isClosed()) {
                LockSupport.parkNanos(deadlineNs - System.nanoTime());
            }
        }
    }

    private byte[] event(String name, java.util.function.Supplier<Object> content) {
        String data;
        try {
            data = json.writeValueAsString(content.get());
        } catch (JsonProcessingException | RuntimeException e) { // a defect of a port must not end the page
            name = "defect";
            data = "{\"message\":\"" + e.getClass().getSimpleName() + "\"}";
        }
        return ("event: " + name + "\ndata: " + data + "\n\n").getBytes(StandardCharsets.UTF_8);
    }

    private synchronized boolean awaitViewers() {
        try {
            while (viewers == 0 && !closed) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        return !closed;
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private synchronized void publish(byte[] snapshot, byte[] latency) {
        newest = snapshot;
        number++;
        if (latency != null) {
            newestLatency = latency;
            latencyNumber++;
        }
        notifyAll();
    }

    /** Serves one viewer until it leaves. */
    void serve(HttpExchange exchange) throws IOException {
        if (!enter()) {
            Replies.text(exchange, 503, "too many viewers: " + MAX_VIEWERS + " at most");
            return;
        }
        try {
            Replies.guard(exchange.getResponseHeaders());
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            OutputStream out = exchange.getResponseBody();
            out.write("retry: 1000\n\n".getBytes(StandardCharsets.UTF_8));
            out.write(event("past", state::past));
            out.flush();
            write(out);
        } finally {
            leave();
        }
    }

    private void write(OutputStream out) throws IOException {
        ByteArrayOutputStream batch = new ByteArrayOutputStream();
        long seen = 0;
        long seenLatency = 0;
        while (true) {
            batch.reset();
            synchronized (this) {
                if (number == seen && !closed) {
                    await();
                }
                if (closed) {
                    return;
                }
                if (number != seen) {
                    batch.writeBytes(newest);
                    seen = number;
                }
                if (latencyNumber != seenLatency) {
                    batch.writeBytes(newestLatency);
                    seenLatency = latencyNumber;
                }
            }
            if (batch.size() == 0) {
                batch.writeBytes(": still here\n\n".getBytes(StandardCharsets.UTF_8));
            }
            batch.writeTo(out);
            out.flush();
        }
    }

    @SuppressWarnings("WaitNotInLoop") // who calls looks again; a wake-up for nothing sends a comment
    private void await() throws IOException {
        try {
            wait(WAIT_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private synchronized boolean enter() {
        if (closed || viewers == MAX_VIEWERS) {
            return false;
        }
        viewers++;
        notifyAll();
        return true;
    }

    private synchronized void leave() {
        viewers--;
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        LockSupport.unpark(thread);
    }
}
