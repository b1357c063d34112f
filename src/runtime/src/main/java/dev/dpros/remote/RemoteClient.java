package dev.dpros.remote;

import dev.dpros.core.ForeignText;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Talks to one server in HTTP/1.1 over connections that it keeps. Whoever calls waits for at most as long as it says: names, connecting,
 * TLS, sending and reading are done by threads of the client's own, and an answer that does not come is given up with its connection.
 * Redirects are not followed; an answer has a most of bytes. Thread-safe.
 */
public final class RemoteClient implements AutoCloseable {
    private static final AtomicInteger THREADS = new AtomicInteger();
    private static final int MOST_IDLE = 4;
    private static final String JSON_LENGTH = InferenceRequest.JSON_LENGTH.toLowerCase(Locale.ROOT);
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final RemoteOptions options;
    private final String path;
    private final SSLSocketFactory tls;
    private final ExecutorService threads;
    private final Deque<HttpConnection> idle = new ConcurrentLinkedDeque<>();
    private final Set<Exchange> underWay = ConcurrentHashMap.newKeySet();
    private volatile @Nullable String authorization;
    private volatile boolean closed;

    /** Reads token and certificates. @throws dev.dpros.core.InputException if they cannot be used */
    public RemoteClient(RemoteOptions options) {
        this.options = options;
        path = options.at("v2/models/" + options.model()).getRawPath();
        renewToken();
        String authorities = options.credentials().caFile();
        tls = authorities.isEmpty() ? (SSLSocketFactory) SSLSocketFactory.getDefault() : TrustedAuthorities.context(authorities).getSocketFactory();
        threads = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "remote-http-" + THREADS.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Reads the token again, which may have been changed. @throws dev.dpros.core.InputException if it cannot be used */
    void renewToken() {
        authorization = BearerToken.header(options.credentials(), System.getenv());
    }

    /** Daemons, as many as there is work, which {@link #close} interrupts. */
    ExecutorService threads() {
        return threads;
    }

    /** Where the server is, for messages. */
    public String address() {
        return options.url().toString();
    }

    /**
     * Asks the model.
     *
     * @param body JSON and data
     * @param jsonLength of its JSON
     * @param outputs reads what it must answer with
     * @param waitNs most time to wait
     * @return their data, little-endian
     * @throws RemoteFailure if it does not, in time
     */
    public List<ByteBuffer> infer(ByteBuffer body, int jsonLength, AnswerReader outputs, long waitNs) throws RemoteFailure {
        String head = head("POST", "/infer").append("Content-Type: application/octet-stream\r\n")
                .append(InferenceRequest.JSON_LENGTH).append(": ").append(jsonLength)
                .append("\r\nContent-Length: ").append(body.limit()).append("\r\n\r\n").toString();
        HttpAnswer answer = exchange(new Exchange(head, body, outputs.mostBytes()), waitNs);
        return outputs.outputs(answer.body(), answer.header(JSON_LENGTH));
    }

    /** Gets a path of the model, such as {@code /ready}; its body. @throws RemoteFailure if it is not there, in time */
    byte[] get(String below, int mostBytes, long waitNs) throws RemoteFailure {
        return exchange(new Exchange(head("GET", below).append("\r\n").toString(), NOTHING, mostBytes), waitNs).body();
    }

    private StringBuilder head(String method, String below) {
        StringBuilder head = new StringBuilder(256).append(method).append(' ').append(path).append(below).append(" HTTP/1.1\r\nHost: ")
                .append(options.url().getRawAuthority()).append("\r\n");
        String shown = authorization;
        return shown == null ? head : head.append("Authorization: ").append(shown).append("\r\n");
    }

    private HttpAnswer exchange(Exchange exchange, long waitNs) throws RemoteFailure {
        HttpAnswer answer;
        try {
            threads.execute(exchange);
            answer = exchange.answered.get(waitNs, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            exchange.giveUp();
            forgetConnections(); // whatever kept this answer away may keep away others: a new connection gets through sooner
            throw new RemoteFailure(RemoteFailure.Kind.TIMEOUT, address() + ": no answer within " + waitNs / 1_000_000 + " ms", e);
        } catch (InterruptedException e) {
            exchange.giveUp();
            Thread.currentThread().interrupt();
            throw new RemoteFailure(RemoteFailure.Kind.CONNECTION, address() + ": interrupted", e);
        } catch (ExecutionException e) {
            throw failure(e.getCause());
        } catch (RejectedExecutionException e) {
            throw new RemoteFailure(RemoteFailure.Kind.CONNECTION, address() + ": the client is closed", e);
        }
        if (answer.status() != 200) {
            String error = InferenceAnswer.error(answer.body());
            throw new RemoteFailure(RemoteFailure.Kind.STATUS, address() + ": HTTP status " + answer.status()
                    + (answer.status() / 100 == 3 ? ": redirects are not followed" : error.isEmpty() ? "" : ": " + error));
        }
        return answer;
    }

    /** One request and its answer, by a thread of the client's. */
    private final class Exchange implements Runnable {
        private final String head;
        private final ByteBuffer body;
        private final int most;
        private final CompletableFuture<HttpAnswer> answered = new CompletableFuture<>();
        private @Nullable HttpConnection over;
        private boolean givenUp;

        Exchange(String head, ByteBuffer body, int most) {
            this.head = head;
            this.body = body;
            this.most = most;
        }

        @Override
        public void run() {
            underWay.add(this);
            try {
                answered.complete(answer());
            } catch (IOException | RuntimeException e) {
                answered.completeExceptionally(e);
            } finally {
                underWay.remove(this);
            }
        }

        /** A kept connection may have been closed by the server meanwhile: then the same goes over a new one. */
        private HttpAnswer answer() throws IOException {
            HttpConnection kept = idle.pollFirst();
            if (kept != null && !kept.quiet()) {
                kept.close();
            } else if (kept != null) {
                try {
                    return answer(kept);
                } catch (IOException e) {
                    if (kept.heard() || givenUp()) {
                        throw e;
                    }
                }
            }
            return answer(new HttpConnection(options.url(), tls));
        }

        private HttpAnswer answer(HttpConnection connection) throws IOException {
            if (!begin(connection)) {
                connection.close();
                throw new IOException("given up");
            }
            try {
                connection.connect();
                HttpAnswer answer = connection.exchange(head, body, most);
                if (end() && connection.keeps()) {
                    keep(connection);
                } else {
                    connection.close();
                }
                return answer;
            } catch (IOException | RuntimeException e) {
                connection.close();
                throw e;
            }
        }

        private synchronized boolean begin(HttpConnection connection) {
            over = connection;
            return !givenUp && !closed;
        }

        /** @return whether it still has its connection */
        private synchronized boolean end() {
            over = null;
            return !givenUp;
        }

        private synchronized boolean givenUp() {
            return givenUp;
        }

        synchronized void giveUp() {
            givenUp = true;
            if (over != null) {
                over.close();
            }
        }
    }

    private void keep(HttpConnection connection) {
        if (closed || idle.size() >= MOST_IDLE) {
            connection.close();
        } else {
            idle.addFirst(connection);
        }
    }

    /** Connections that wait for the next exchange. */
    int kept() {
        return idle.size();
    }

    private void forgetConnections() {
        for (HttpConnection each = idle.pollFirst(); each != null; each = idle.pollFirst()) {
            each.close();
        }
    }

    private RemoteFailure failure(Throwable cause) {
        RemoteFailure.Kind kind = cause instanceof HttpAnswer.BadAnswerException ? RemoteFailure.Kind.ANSWER
                : cause instanceof SocketTimeoutException ? RemoteFailure.Kind.TIMEOUT : RemoteFailure.Kind.CONNECTION;
        String what = cause instanceof SocketTimeoutException ? "cannot be reached"
                : cause instanceof ConnectException ? "connection refused"
                : cause instanceof UnknownHostException ? "unknown host"
                : cause instanceof SSLException ? "TLS: " + ForeignText.printable(cause.getMessage())
                : cause instanceof IOException && cause.getMessage() != null ? ForeignText.printable(cause.getMessage())
                : cause.getClass().getSimpleName();
        return new RemoteFailure(kind, address() + ": " + what, cause);
    }

    /** Ends its threads; an exchange under way fails. */
    @Override
    public void close() {
        closed = true;
        threads.shutdownNow();
        underWay.forEach(Exchange::giveUp);
        forgetConnections();
    }
}
