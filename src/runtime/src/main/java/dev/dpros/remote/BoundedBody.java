package dev.dpros.remote;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/** Collects a body of at most so many bytes; a longer one ends the exchange. The client's threads, one after the other. */
final class BoundedBody implements HttpResponse.BodySubscriber<byte[]> {
    private final int most;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final CompletableFuture<byte[]> whole = new CompletableFuture<>();
    private Flow.Subscription subscription;

    BoundedBody(int most) {
        this.most = most;
    }

    /** Bodies of at most so many bytes: a longer announced one is not waited for. */
    static HttpResponse.BodyHandler<byte[]> atMost(int most) {
        return answer -> {
            BoundedBody body = new BoundedBody(most);
            if (answer.headers().firstValueAsLong("Content-Length").orElse(0) > most) {
                body.tooLong();
            }
            return body;
        };
    }

    private void tooLong() {
        whole.completeExceptionally(new TooLongException("an answer of more than " + most + " bytes"));
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
                tooLong();
                return;
            }
            byte[] part = new byte[item.remaining()];
            item.get(part);
            bytes.writeBytes(part);
        }
    }

    @Override
    public void onError(Throwable thrown) {
        whole.completeExceptionally(thrown);
    }

    @Override
    public void onComplete() {
        whole.complete(bytes.toByteArray());
    }
}
