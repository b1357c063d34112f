package dev.dpros.remote;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Looks for something that may be away, in rounds. A look that waits does not keep the next one from beginning: a request that went
 * into a network that was cut is often never answered, while a new one comes through as soon as the network is back. So each round
 * begins a look, and takes what comes first. Of those that have not ended with their round one goes on, for a server that needs longer
 * than a round; the others are given up. Confined to one thread; the looks run on others.
 *
 * @param <T> what is found
 */
final class Lookout<T> {
    private final Look<T> look;
    private final long roundNs;
    private final Function<Runnable, Future<?>> threads;
    private final String where;
    private @Nullable UnderWay<T> patient;

    /** One look. */
    interface Look<T> {
        /** Ends by itself, and soon when its thread is interrupted. @throws RemoteFailure if there is nothing */
        T look() throws RemoteFailure;
    }

    private record UnderWay<T>(Future<?> task, CompletableFuture<T> found) {
        boolean cameToNothing() {
            return found.isCompletedExceptionally();
        }

        void giveUp() {
            task.cancel(true);
        }
    }

    /**
     * Looks in rounds.
     *
     * @param roundNs most that a round takes
     * @param threads begin to run a look on a thread of its own: two at most are at work, and those that are being given up
     * @param where it looks, for messages
     */
    Lookout(Look<T> look, long roundNs, Function<Runnable, Future<?>> threads, String where) {
        this.look = look;
        this.roundNs = roundNs;
        this.threads = threads;
        this.where = where;
    }

    /**
     * One round.
     *
     * @return what has been found, by this round's look or by the one that goes on
     * @throws RemoteFailure why this round's has found nothing
     */
    T round() throws RemoteFailure, InterruptedException {
        UnderWay<T> before = patient == null || patient.cameToNothing() ? null : patient;
        patient = before;
        UnderWay<T> fresh = begin();
        CompletableFuture<T> first = new CompletableFuture<>();
        if (before != null) {
            before.found().thenAccept(first::complete);
        }
        fresh.found().whenComplete((found, failure) -> {
            if (failure == null) {
                first.complete(found);
            } else {
                first.completeExceptionally(failure);
            }
        });
        try {
            T found = first.get(roundNs, TimeUnit.NANOSECONDS);
            fresh.giveUp();
            giveUp();
            return found;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RemoteFailure failure ? failure
                    : new RemoteFailure(RemoteFailure.Kind.CONNECTION, where + ": " + e.getCause(), e.getCause());
        } catch (TimeoutException e) {
            if (before == null) {
                patient = fresh;
            } else {
                fresh.giveUp();
            }
            throw new RemoteFailure(RemoteFailure.Kind.TIMEOUT, where + ": no answer within " + roundNs / 1_000_000 + " ms", e);
        }
    }

    private UnderWay<T> begin() throws RemoteFailure {
        CompletableFuture<T> found = new CompletableFuture<>();
        try {
            return new UnderWay<>(threads.apply(() -> {
                try {
                    found.complete(look.look());
                } catch (RemoteFailure | RuntimeException e) {
                    found.completeExceptionally(e);
                }
            }), found);
        } catch (RejectedExecutionException e) {
            throw new RemoteFailure(RemoteFailure.Kind.CONNECTION, where + ": no longer looked for", e);
        }
    }

    /** Ends the look that goes on. */
    void giveUp() {
        if (patient != null) {
            patient.giveUp();
            patient = null;
        }
    }
}
