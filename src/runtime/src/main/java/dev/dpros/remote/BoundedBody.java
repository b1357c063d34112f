package dev.dpros.remote;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Collects an answer with a body of at most so many bytes; a longer one ends the exchange. Whoever waits is told with the last byte,
 * by the thread that read it: the JDK's own future would start another thread for that. The client's threads, one after the other.
 */
final class BoundedBody implements HttpResponse.BodySubscriber<byte[]> {
    private final HttpResponse.ResponseInfo head;
    private final int most;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final CompletableFuture<Answer> answer;
    private final CompletableFuture<byte[]> whole = new CompletableFuture<>();
    private Flow.Subscription subscription;

    /**
     * What came.
     *
     * @param status of HTTP
     * @param jsonLength the header {@link InferenceRequest#JSON_LENGTH}; null without it
     */
    record Answer(int status, @Nullable String jsonLength, byte[] body) {}

    private BoundedBody(HttpResponse.ResponseInfo head, int most, CompletableFuture<Answer> answer) {
        this.head = head;
        this.most = most;
        this.answer = answer;
    }

    /** Bodies of at most so many bytes: a longer announced one is not waited for. */
    static HttpResponse.BodyHandler<byte[]> atMost(int most, CompletableFuture<Answer> answer) {
        return head -> {
            BoundedBody body = new BoundedBody(head, most, answer);
            if (head.headers().firstValueAsLong("Content-Length").orElse(0) > most) {
                body.fail(body.tooLong());
            }
            return body;
        };
    }

    private TooLongException tooLong() {
        return new TooLongException("an answer of more than " + most + " bytes");
    }

    private void fail(Throwable cause) {
        answer.completeExceptionally(cause);
        whole.completeExceptionally(cause);
    }

    /** More came than can be right. */
    static final class TooLongException extends IOException {
        private static final long serialVersionUID = 1;

        TooLongException(String message) {
            super(message);
        }
    }

    @Override
    public CompletionStage<byte[]> getBody() {
        return whole;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription = given;
        if (whole.isDone()) {
            given.cancel();
        } else {
            given.request(Long.MAX_VALUE);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> items) {
        for (ByteBuffer item : items) {
            if (whole.isDone()) {
                return;
            }
            if (item.remaining() > most - bytes.size()) {
                subscription.cancel();
                fail(tooLong());
                return;
            }
            byte[] part = new byte[item.remaining()];
            item.get(part);
            bytes.writeBytes(part);
        }
    }

    @Override
    public void onError(Throwable thrown) {
        fail(thrown);
    }

    @Override
    public void onComplete() {
        byte[] body = bytes.toByteArray();
        answer.complete(new Answer(head.statusCode(), head.headers().firstValue(InferenceRequest.JSON_LENGTH).orElse(null), body));
        whole.complete(body);
    }
}
