package dev.dpros.ros2.node;

import dev.dpros.core.InputException;
import dev.dpros.ros2.discovery.CopyingSink;
import dev.dpros.ros2.discovery.DomainParticipant;
import dev.dpros.ros2.discovery.EndpointData;
import dev.dpros.ros2.discovery.LocalReader;
import dev.dpros.ros2.discovery.LocalWriter;
import dev.dpros.ros2.discovery.ReaderOptions;
import dev.dpros.ros2.message.DdsNames;
import dev.dpros.ros2.message.RequestId;
import dev.dpros.ros2.message.Ros2Service;
import dev.dpros.ros2.message.ServiceCodec;
import dev.dpros.ros2.rtps.SampleInfo;
import dev.dpros.ros2.wire.Guid;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/** A client of one service. Requests may overlap: each is answered by its number. Thread-safe. */
final class ServiceClient implements AutoCloseable {
    private static final AtomicLong REQUESTS = new AtomicLong();
    private static final int LARGEST = 1 << 20;
    private static final long STEP_MS = 5;
    /** As many requests that are not answered yet; the oldest beyond are given up. */
    private static final int MOST_OPEN = 32;

    private final NodeEndpoints endpoints;
    private final String name;
    private final Ros2Service type;
    private final long number = ThreadLocalRandom.current().nextLong();
    private final LocalWriter requests;
    private final LocalReader replies;
    private final Object lock = new Object();
    private final Map<RequestId, CompletableFuture<ByteBuffer>> open = new LinkedHashMap<>();

    /** Opens the client. @param name full name of the service */
    ServiceClient(NodeEndpoints endpoints, String name, Ros2Service type) {
        this.endpoints = endpoints;
        this.name = name;
        this.type = type;
        String id = endpoints.id("clientid");
        replies = endpoints.reader(NodeEndpoints.spec(DdsNames.replyTopic(name), type.response(), ServiceServer.QOS, id),
                new ReaderOptions(LARGEST, false), new CopyingSink("reply of " + name, LARGEST, this::take), NodeEndpoints.SAYING);
        requests = endpoints.writer(NodeEndpoints.spec(DdsNames.requestTopic(name), type.request(), ServiceServer.QOS, id), LARGEST,
                NodeEndpoints.SAYING);
    }

    /**
     * Waits until the service is there, and until it knows of this client: before that a request, or its answer, would be lost. False if it
     * is not there within the time.
     */
    boolean await(long timeoutMs) {
        long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        while (!isReady()) {
            if (System.nanoTime() - endNs > 0) {
                return isFound();
            }
            try {
                TimeUnit.MILLISECONDS.sleep(STEP_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return true;
    }

    /** Whether the service is there and knows of this client. */
    boolean isReady() {
        return isFound() && requests.writer().isExpected() && replies.reader().isExpected();
    }

    /** Whether the service is there. */
    boolean isFound() {
        return requests.matches() > 0 && replies.matches() > 0;
    }

    /** Calls and waits for the answer. @throws InputException if none comes, or it is malformed */
    Map<String, Object> call(Map<String, Object> request, long timeoutMs) {
        ByteBuffer message = type.request().encode(request);
        CompletableFuture<ByteBuffer> answer = send(message);
        try {
            return type.response().decode(answer.get(timeoutMs, TimeUnit.MILLISECONDS));
        } catch (TimeoutException | ExecutionException e) {
            throw new InputException("service " + name + ": no answer within " + timeoutMs + " ms", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InputException("service " + name + ": the call was interrupted", e);
        }
    }

    /**
     * Asks without waiting.
     *
     * @return completed on a thread of the transport; with an {@link InputException} if the answer is malformed; never if none comes
     */
    CompletableFuture<Map<String, Object>> ask(Map<String, Object> request) {
        return send(type.request().encode(request)).thenApply(type.response()::decode);
    }

    private CompletableFuture<ByteBuffer> send(ByteBuffer message) {
        CompletableFuture<ByteBuffer> reply = new CompletableFuture<>();
        boolean header = serverHasHeader();
        synchronized (lock) {
            RequestId id;
            if (header) {
                id = new RequestId(0, number, REQUESTS.incrementAndGet());
                requests.writer().publish(ServiceCodec.payload(id, message));
            } else {
                long sequence = requests.writer().publish(message, replies.data().guid(), RequestId.UNKNOWN_SEQUENCE);
                id = new RequestId(replies.data().guid().high(), replies.data().guid().low(), sequence);
            }
            if (open.size() >= MOST_OPEN) {
                open.remove(open.keySet().iterator().next());
            }
            open.put(id, reply);
        }
        return reply;
    }

    private boolean serverHasHeader() {
        DomainParticipant participant = endpoints.participant();
        String topic = requests.data().topic();
        for (EndpointData other : participant.allEndpoints()) {
            if (!other.isWriter() && other.topic().equals(topic)) {
                return ServiceLayout.inPayload(other, participant.participant(other.guid()));
            }
        }
        return false;
    }

    private void take(SampleInfo info, ByteBuffer payload) {
        RequestId related = new RequestId(info.relatedHigh(), info.relatedLow(), info.relatedSequence());
        // servers that do not know of the reader name the writer
        boolean ours = isOf(related, replies.data().guid()) || isOf(related, requests.data().guid());
        if (!ours && (related.clientHigh() != 0 || related.clientLow() != 0)) {
            return; // another client's
        }
        RequestId id = ours ? new RequestId(replies.data().guid().high(), replies.data().guid().low(), related.sequence()) : ServiceCodec.id(payload);
        CompletableFuture<ByteBuffer> asked;
        synchronized (lock) {
            asked = open.remove(id);
        }
        if (asked != null) { // without the lock: who waits may ask again
            asked.complete(ours ? ByteBuffer.allocate(payload.remaining()).order(ByteOrder.LITTLE_ENDIAN).put(payload.duplicate()).flip()
                    : ServiceCodec.message(payload));
        }
    }

    private static boolean isOf(RequestId id, Guid guid) {
        return id.clientHigh() == guid.high() && id.clientLow() == guid.low();
    }

    @Override
    public void close() {
        endpoints.close(requests);
        endpoints.close(replies);
    }
}
