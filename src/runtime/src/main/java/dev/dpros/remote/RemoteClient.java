package dev.dpros.remote;

import dev.dpros.core.ForeignText;
import dev.dpros.core.InputException;
import dev.dpros.remote.BoundedBody.Answer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Talks to one server, with the JDK's HTTP client. Whoever calls waits for at most as long as it says: connecting, TLS, names and
 * sending are done by a thread of the client's own, reading by another, and an answer that does not come is given up. Redirects are not
 * followed; an answer has a most of bytes. Thread-safe.
 */
public final class RemoteClient implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final AtomicInteger THREADS = new AtomicInteger();

    private final RemoteOptions options;
    private final ExecutorService threads;
    private final HttpClient http;
    private volatile @Nullable String authorization;

    /** Reads token and certificates. @throws InputException if they cannot be used */
    public RemoteClient(RemoteOptions options) {
        this.options = options;
        renewToken();
        threads = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "remote-http-" + THREADS.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        // what the client does after reading is little, and done by the thread that reads
        HttpClient.Builder builder = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT)
                .followRedirects(HttpClient.Redirect.NEVER).executor(Runnable::run);
        if (!options.credentials().caFile().isEmpty()) {
            builder.sslContext(TrustedAuthorities.context(options.credentials().caFile()));
        }
        http = builder.build();
    }

    /** Reads the token again, which may have been changed. @throws InputException if it cannot be used */
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
     * @param outputs that it must answer with
     * @param waitNs most time to wait
     * @return their data, little-endian
     * @throws RemoteFailure if it does not, in time
     */
    public List<ByteBuffer> infer(ByteBuffer body, int jsonLength, List<TensorSpec> outputs, long waitNs) throws RemoteFailure {
        HttpRequest request = request(path("/infer"))
                .header("Content-Type", "application/octet-stream")
                .header(InferenceRequest.JSON_LENGTH, String.valueOf(jsonLength))
                .POST(new WholeBody(body)).build();
        Answer answer = exchange(request, InferenceAnswer.mostBytes(outputs), waitNs);
        return InferenceAnswer.outputs(answer.body(), answer.jsonLength(), outputs);
    }

    /** Gets a path of the model, such as {@code /ready}; its body. @throws RemoteFailure if it is not there, in time */
    byte[] get(String below, int mostBytes, long waitNs) throws RemoteFailure {
        return exchange(request(path(below)).GET().build(), mostBytes, waitNs).body();
    }

    private String path(String below) {
        return "v2/models/" + options.model() + below;
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(options.at(path));
        String shown = authorization;
        return shown == null ? request : request.header("Authorization", shown);
    }

    private Answer exchange(HttpRequest request, int mostBytes, long waitNs) throws RemoteFailure {
        CompletableFuture<Answer> answered = new CompletableFuture<>();
        Future<?> sending = begin(request, mostBytes, answered);
        Answer answer;
        try {
            answer = answered.get(waitNs, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            sending.cancel(true);
            throw new RemoteFailure(RemoteFailure.Kind.TIMEOUT, address() + ": no answer within " + waitNs / 1_000_000 + " ms", e);
        } catch (InterruptedException e) {
            sending.cancel(true);
            Thread.currentThread().interrupt();
            throw new RemoteFailure(RemoteFailure.Kind.CONNECTION, address() + ": interrupted", e);
        } catch (ExecutionException e) {
            throw failure(e.getCause());
        }
        if (answer.status() != 200) {
            String error = InferenceAnswer.error(answer.body());
            throw new RemoteFailure(RemoteFailure.Kind.STATUS, address() + ": HTTP status " + answer.status()
                    + (answer.status() / 100 == 3 ? ": redirects are not followed" : error.isEmpty() ? "" : ": " + error));
        }
        return answer;
    }

    /**
     * Sends by a thread of the client's: whoever calls is never kept by a name that does not resolve, a connection or TLS. Interrupted,
     * that thread closes the connection, which is nothing for one that has no time left.
     */
    private Future<?> begin(HttpRequest request, int mostBytes, CompletableFuture<Answer> answered) throws RemoteFailure {
        try {
            return threads.submit(() -> {
                try {
                    http.send(request, BoundedBody.atMost(mostBytes, answered));
                    answered.completeExceptionally(new IOException("no answer"));
                } catch (IOException | InterruptedException | RuntimeException e) {
                    answered.completeExceptionally(e);
                }
            });
        } catch (RejectedExecutionException e) {
            throw new RemoteFailure(RemoteFailure.Kind.CONNECTION, address() + ": the client is closed", e);
        }
    }

    private RemoteFailure failure(Throwable cause) {
        RemoteFailure.Kind kind = cause instanceof BoundedBody.TooLongException ? RemoteFailure.Kind.ANSWER
                : cause instanceof HttpTimeoutException ? RemoteFailure.Kind.TIMEOUT : RemoteFailure.Kind.CONNECTION;
        String what = cause instanceof HttpConnectTimeoutException ? "cannot be reached"
                : cause instanceof ConnectException ? "connection refused"
                : cause instanceof SSLException ? "TLS: " + ForeignText.printable(cause.getMessage())
                : cause instanceof IOException && cause.getMessage() != null ? ForeignText.printable(cause.getMessage())
                : cause.getClass().getSimpleName();
        return new RemoteFailure(kind, address() + ": " + what, cause);
    }

    /** Ends its threads; an exchange under way fails. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
