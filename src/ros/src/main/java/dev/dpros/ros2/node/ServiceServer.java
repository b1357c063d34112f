package dev.dpros.ros2.node;

import dev.dpros.ros2.discovery.CopyingSink;
import dev.dpros.ros2.discovery.DomainParticipant;
import dev.dpros.ros2.discovery.EndpointData;
import dev.dpros.ros2.discovery.EndpointQos;
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
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A service of this node. Each client is answered in the layout that its RMW has (see {@link ServiceLayout}). The handler runs
 * on a thread of the service's own, so that one that takes long holds up no other service; requests wait, {@value #MOST_WAITING} at most.
 * It may answer later, from any thread.
 */
final class ServiceServer implements AutoCloseable {
    /** As services have by default. */
    static final EndpointQos QOS = EndpointQos.DEFAULT;
    private static final Logger LOG = LoggerFactory.getLogger(ServiceServer.class);
    private static final int MOST_WAITING = 32;
    private static final int LARGEST = 1 << 20;
    private static final long CLIENT_WAIT_NS = 200_000_000L;
    private static final long FAREWELL_MS = 200;
    private static final long ARRIVAL_MS = 50;
    private static final long STEP_MS = 2;

    private final NodeEndpoints endpoints;
    private final String name;
    private final Ros2Service type;
    private final Handler handler;
    private final ThreadPoolExecutor executor;
    private final LocalWriter replies;
    private final LocalReader requests;

    /** Answers requests. */
    interface Handler {
        /** Takes a request. @param reply takes the answer, once, now or later, from any thread; does not block */
        void handle(Map<String, Object> request, Consumer<Map<String, Object>> reply);
    }

    /** Opens a service that answers at once. @param name full name */
    ServiceServer(NodeEndpoints endpoints, String name, Ros2Service type, EndpointQos qos,
            Function<Map<String, Object>, Map<String, Object>> handler) {
        this(endpoints, name, type, qos, (Handler) (request, reply) -> reply.accept(handler.apply(request)));
    }

    /** Opens the service. @param name full name */
    ServiceServer(NodeEndpoints endpoints, String name, Ros2Service type, EndpointQos qos, Handler handler) {
        this.endpoints = endpoints;
        this.name = name;
        this.type = type;
        this.handler = handler;
        executor = new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(2 * MOST_WAITING), task -> {
            Thread thread = new Thread(task, "ros2-service-" + name);
            thread.setDaemon(true);
            return thread;
        });
        executor.allowCoreThreadTimeOut(true);
        String id = endpoints.id("serviceid");
        replies = endpoints.writer(NodeEndpoints.spec(DdsNames.replyTopic(name), type.response(), qos, id), LARGEST, NodeEndpoints.SAYING);
        requests = endpoints.reader(NodeEndpoints.spec(DdsNames.requestTopic(name), type.request(), qos, id),
                new ReaderOptions(LARGEST, false), new CopyingSink("request for " + name, LARGEST, this::take), NodeEndpoints.SAYING);
    }

    private void take(SampleInfo info, ByteBuffer payload) {
        DomainParticipant participant = endpoints.participant();
        Guid client = info.writer();
        EndpointData writer = participant.endpoint(client);
        if (writer == null) {
            return;
        }
        boolean header = ServiceLayout.inPayload(writer, participant.participant(client));
        RequestId id = header ? ServiceCodec.id(payload) : ServiceLayout.identity(info);
        ByteBuffer message = header ? ServiceCodec.message(payload) : copy(payload);
        Caller caller = new Caller(client, header, id);
        if (executor.getQueue().size() >= MOST_WAITING || !run(() -> answer(caller, message))) {
            LOG.warn("service {}: a request is dropped, {} wait already", name, MOST_WAITING);
        }
    }

    private boolean run(Runnable task) {
        try {
            executor.execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    /** Who is to be answered: its writer, whether it has its header in the payload, and the request. */
    private record Caller(Guid client, boolean header, RequestId id) {}

    private static ByteBuffer copy(ByteBuffer payload) {
        return ByteBuffer.allocate(payload.remaining()).order(ByteOrder.LITTLE_ENDIAN).put(payload.duplicate()).flip();
    }

    private void answer(Caller caller, ByteBuffer message) {
        Thread own = Thread.currentThread();
        Consumer<Map<String, Object>> reply = response -> {
            if (Thread.currentThread() == own) {
                reply(caller, response);
            } else if (!run(() -> reply(caller, response))) {
                LOG.warn("service {}: an answer is dropped", name);
            }
        };
        try {
            handler.handle(type.request().decode(message), reply);
        } catch (RuntimeException e) {
            refuse(caller, e);
        }
    }

    /** Services of ROS 2 have no way to fail but their own fields: those that have {@code success} and {@code message} say it there. */
    private void refuse(Caller caller, RuntimeException e) {
        if (type.response().indexOf("success") < 0 || type.response().indexOf("message") < 0) {
            LOG.warn("service {}: a request got no answer: {}", name, e.getMessage());
        } else {
            reply(caller, Map.of("success", false, "message", String.valueOf(e.getMessage())));
        }
    }

    private void reply(Caller caller, Map<String, Object> response) {
        ByteBuffer reply;
        try {
            reply = type.response().encode(response);
        } catch (RuntimeException e) {
            LOG.warn("service {}: a request got no answer: {}", name, e.getMessage());
            return;
        }
        awaitReader(caller.client);
        RequestId id = caller.id;
        if (caller.header) {
            replies.writer().publish(ServiceCodec.payload(id, reply));
        } else {
            replies.writer().publish(reply, new Guid(id.clientHigh(), id.clientLow()), id.sequence());
        }
    }

    /** A client's reader may be found later than its request: an answer before that would be lost. */
    private void awaitReader(Guid client) {
        long endNs = System.nanoTime() + CLIENT_WAIT_NS;
        while (!endpoints.participant().serves(replies, client) && System.nanoTime() - endNs < 0) {
            try {
                TimeUnit.MILLISECONDS.sleep(STEP_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** Takes no more requests; what waits is still answered. For the end of the whole node. */
    void stop() {
        executor.shutdown();
    }

    /** Takes no more requests; answers that were given have a moment to arrive. */
    @Override
    public void close() {
        endpoints.close(requests);
        executor.shutdown();
        try {
            executor.awaitTermination(FAREWELL_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        replies.writer().awaitAcknowledged(ARRIVAL_MS);
        endpoints.close(replies);
    }
}
