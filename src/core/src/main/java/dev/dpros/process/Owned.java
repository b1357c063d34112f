package dev.dpros.process;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * The parts that something is built of, closed in reverse order. A part that throws when it is closed keeps none of the
 * others open; a builder that fails halfway calls {@link #closeAfter} and has left nothing behind. Thread-safe.
 */
public final class Owned implements AutoCloseable {
    private final List<AutoCloseable> parts = new ArrayList<>();
    private boolean closed;

    /** Takes ownership: closed before all that are owned so far; closed at once if the others are closed already. */
    public <T extends AutoCloseable> T own(T part) {
        synchronized (parts) {
            if (!closed) {
                parts.add(part);
                return part;
            }
        }
        closeNow(part);
        return part;
    }

    /**
     * Takes ownership of a part that is to be closed right after another, although it was made later.
     *
     * @throws IllegalArgumentException if that other one is not owned
     */
    public <T extends AutoCloseable> T ownBelow(AutoCloseable above, T part) {
        synchronized (parts) {
            if (!closed) {
                int at = parts.indexOf(above);
                if (at < 0) {
                    throw new IllegalArgumentException(above + " is not owned");
                }
                parts.add(at, part);
                return part;
            }
        }
        closeNow(part);
        return part;
    }

    private static void closeNow(AutoCloseable part) {
        Owned late = new Owned();
        late.own(part);
        late.close();
    }

    /** Closes everything after a failure; what is thrown meanwhile is suppressed in it. */
    public void closeAfter(Throwable failure) {
        close((part, thrown) -> {
            if (thrown != failure) {
                failure.addSuppressed(thrown);
            }
        });
    }

    /** Closes everything; each part that throws is told with what it threw. A second call does nothing. */
    public void close(BiConsumer<AutoCloseable, Throwable> failures) {
        List<AutoCloseable> open;
        synchronized (parts) {
            closed = true;
            open = List.copyOf(parts);
            parts.clear();
        }
        for (int i = open.size() - 1; i >= 0; i--) {
            try {
                open.get(i).close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                failures.accept(open.get(i), e);
            } catch (Exception | Error e) {
                failures.accept(open.get(i), e);
            }
        }
    }

    /**
     * Closes everything; then throws what was thrown first, with the rest suppressed in it.
     *
     * @throws IllegalStateException in place of a checked exception
     */
    @Override
    public void close() {
        List<Throwable> thrown = new ArrayList<>();
        close((part, failure) -> thrown.add(failure));
        if (thrown.isEmpty()) {
            return;
        }
        Throwable first = thrown.get(0);
        thrown.stream().filter(other -> other != first).forEach(first::addSuppressed);
        if (first instanceof Error error) {
            throw error;
        }
        throw first instanceof RuntimeException failure ? failure : new IllegalStateException("closing: " + first.getMessage(), first);
    }
}
