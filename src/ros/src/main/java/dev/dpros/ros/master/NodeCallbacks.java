package dev.dpros.ros.master;

import dev.dpros.ros.xmlrpc.XmlRpcClient;
import dev.dpros.ros.xmlrpc.XmlRpcException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls from the master to nodes. Calls to one node go out one at a time in the order given; different nodes are called
 * in parallel on at most {@link #THREADS} threads {@code ros-master-call-N}, so a node that does not answer delays only
 * itself. Queuing never blocks. Of a node that falls {@link #BACKLOG} calls behind the oldest are dropped, first those
 * that a later one supersedes.
 */
final class NodeCallbacks implements AutoCloseable {
    /** Nodes called at once. */
    static final int THREADS = 16;

    /** Calls waiting for one node. */
    static final int BACKLOG = 256;

    private static final Logger LOG = LoggerFactory.getLogger(NodeCallbacks.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int IDLE_THREAD_S = 5;
    private static final String MASTER = "/master";

    private final XmlRpcClient client = new XmlRpcClient(TIMEOUT);
    private final Map<String, ArrayDeque<Call>> waiting = new HashMap<>();
    private final ExecutorService threads;

    NodeCallbacks() {
        AtomicInteger number = new AtomicInteger();
        ThreadPoolExecutor pool = new ThreadPoolExecutor(THREADS, THREADS, IDLE_THREAD_S, TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "ros-master-call-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        this.threads = pool;
    }

    private record Call(String method, String key, @Nullable Object argument, Runnable onRejection) {
        private Object[] params() {
            return argument == null ? new Object[] {MASTER, key} : new Object[] {MASTER, key, argument};
        }

        private boolean supersedes(Call other) {
            return method.equals(other.method) && key.equals(other.key);
        }
    }

    /** Tells a subscriber the complete list of publishers. */
    void publisherUpdate(String api, String topic, List<String> publisherApis) {
        enqueue(api, new Call("publisherUpdate", topic, publisherApis, () -> { }));
    }

    /**
     * Tells a parameter subscriber the new value.
     *
     * @param onRejection runs on a callback thread if the node answers that it is not subscribed
     */
    void paramUpdate(String api, String key, Object value, Runnable onRejection) {
        enqueue(api, new Call("paramUpdate", key, value, onRejection));
    }

    /** Asks a node to end. */
    void shutdown(String api, String reason) {
        enqueue(api, new Call("shutdown", reason, null, () -> { }));
    }

    private void enqueue(String api, Call call) {
        synchronized (waiting) {
            ArrayDeque<Call> queue = waiting.get(api);
            if (queue != null) { // a thread is at work for this node and will come to it
                if (queue.size() >= BACKLOG) {
                    dropOne(queue, call, api);
                }
                queue.add(call);
                return;
            }
            if (threads.isShutdown()) {
                return;
            }
            queue = new ArrayDeque<>();
            queue.add(call);
            waiting.put(api, queue);
        }
        threads.execute(() -> callInOrder(api));
    }

    private static void dropOne(ArrayDeque<Call> queue, Call latest, String api) {
        for (Iterator<Call> calls = queue.iterator(); calls.hasNext();) {
            if (latest.supersedes(calls.next())) {
                calls.remove();
                return;
            }
        }
        LOG.warn("node at {} is {} calls behind: dropping {} {}", api, BACKLOG, queue.peek().method(), queue.peek().key());
        queue.remove();
    }

    private void callInOrder(String api) {
        while (true) {
            Call call;
            synchronized (waiting) {
                ArrayDeque<Call> queue = waiting.get(api);
                call = queue == null ? null : queue.poll();
                if (call == null) {
                    waiting.remove(api);
                    return;
                }
            }
            send(api, call);
        }
    }

    private void send(String api, Call call) {
        try {
            Object answer = client.call(URI.create(api), call.method(), call.params());
            if (answer instanceof List<?> triple && !triple.isEmpty() && Integer.valueOf(-1).equals(triple.get(0))) {
                call.onRejection().run();
            }
        } catch (XmlRpcException e) {
            LOG.debug("{}", e.getMessage()); // expected of nodes that died without unregistering
        } catch (RuntimeException e) {
            LOG.warn("{} to {} failed: {}", call.method(), api, e.toString());
        }
    }

    /** Drops what is waiting; a call that is under way ends by itself. */
    @Override
    public void close() {
        threads.shutdownNow();
        synchronized (waiting) {
            waiting.values().forEach(ArrayDeque::clear);
        }
    }
}
