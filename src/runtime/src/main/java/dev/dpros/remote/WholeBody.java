package dev.dpros.remote;

import java.net.http.HttpRequest;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;

/**
 * A request's body in one piece, without a copy: the JDK's own publisher copies it in pieces of 16 kB, each of which goes through the
 * client's threads on its own. The array must stay as it is until the answer has come. May be asked more than once.
 */
final class WholeBody implements HttpRequest.BodyPublisher {
    private final ByteBuffer body;

    WholeBody(ByteBuffer body) {
        this.body = body.duplicate().clear().asReadOnlyBuffer();
    }

    @Override
    public long contentLength() {
        return body.capacity();
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
        subscriber.onSubscribe(new Flow.Subscription() {
            private boolean done;

            @Override
            public void request(long count) {
                if (!done) {
                    done = true;
                    if (count <= 0) {
                        subscriber.onError(new IllegalArgumentException("request: expected a positive count, found " + count));
                        return;
                    }
                    subscriber.onNext(body.duplicate());
                    subscriber.onComplete();
                }
            }

            @Override
            public void cancel() {
                done = true;
            }
        });
    }
}
