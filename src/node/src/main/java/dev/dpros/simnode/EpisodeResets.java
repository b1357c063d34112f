package dev.dpros.simnode;

import dev.dpros.core.Transport;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A world's service {@code ~reset} (std_srvs/Trigger): asks the world's thread for the episode of the parameter {@code ~seed}, or of the
 * next seed if it is unset, and answers when that has begun. Called on a thread of the transport, taken on the world's.
 */
final class EpisodeResets implements AutoCloseable {
    static final long LARGEST_SEED = 0xFFFFFFFFL;

    private static final Logger LOG = LoggerFactory.getLogger(EpisodeResets.class);
    private static final String SEED = "~seed";
    private static final long LIMIT_S = 5;

    private final Transport transport;
    private final AutoCloseable service;
    private final AtomicReference<@Nullable Request> waiting = new AtomicReference<>();
    private volatile long next;

    /** An episode that somebody waits for. */
    record Request(long seed, CompletableFuture<Boolean> begun) {
        /** Answers who waits. */
        void answer() {
            begun.complete(true);
        }
    }

    /** @param first seed of the episode that has begun already */
    EpisodeResets(Transport transport, long first) {
        this.transport = transport;
        next = after(first);
        transport.settable(SEED, EpisodeResets::refusal);
        service = transport.advertiseService("~reset", "std_srvs/Trigger", request -> reset());
    }

    /** @throws IllegalArgumentException if it is no seed */
    static void require(long seed) {
        if (seed < 0 || seed > LARGEST_SEED) {
            throw new IllegalArgumentException("seed " + seed + ": expected 0 to " + LARGEST_SEED);
        }
    }

    /** The episode that is asked for, or null. World thread; allocates nothing. */
    @Nullable Request take() {
        Request request = waiting.get() == null ? null : waiting.getAndSet(null);
        if (request != null) {
            next = after(request.seed());
        }
        return request;
    }

    private static long after(long seed) {
        return seed == LARGEST_SEED ? 0 : seed + 1;
    }

    /** Why this is no seed, or null. */
    private static @Nullable String refusal(Object seed) {
        return seed instanceof Number number && number.longValue() == number.doubleValue() && number.longValue() >= 0 ? null
                : "~seed: expected an integer, 0 or more, found " + seed;
    }

    private Map<String, Object> reset() {
        Object value = transport.getParameter(SEED);
        String refusal = value == null ? null : refusal(value);
        if (refusal != null) {
            return answer(false, refusal);
        }
        Request request = new Request(value == null ? next : ((Number) value).longValue(), new CompletableFuture<>());
        Request former = waiting.getAndSet(request);
        if (former != null) {
            former.begun().cancel(false);
        }
        try {
            request.begun().get(LIMIT_S, TimeUnit.SECONDS);
            LOG.info("episode of seed {}", request.seed());
            return answer(true, "seed " + request.seed());
        } catch (TimeoutException | ExecutionException | CancellationException e) {
            return answer(false, "the world did not reset: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return answer(false, "interrupted");
        }
    }

    private static Map<String, Object> answer(boolean success, String message) {
        return Map.of("success", success, "message", message);
    }

    /** Withdraws the service. */
    @Override
    public void close() throws Exception {
        service.close();
    }
}
