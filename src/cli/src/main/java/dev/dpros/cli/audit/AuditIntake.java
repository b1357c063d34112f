package dev.dpros.cli.audit;

import dev.dpros.core.MessageSlots;
import dev.dpros.core.MessageType;
import dev.dpros.core.MessageTypes;
import dev.dpros.core.Transport;
import dev.dpros.core.Transport.Subscription;
import dev.dpros.node.audit.AuditFeed;
import dev.dpros.process.Owned;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Takes the topics in for an audit. The transport's threads only note when a message came; judging is done on the thread
 * {@code audit}, so that it delays no receipt: who drove when a command came is told by the times of receipt.
 */
final class AuditIntake implements AutoCloseable {
    private static final int MOST_WAITING = 2_000;

    private final AuditFeed feed;
    private final MessageTypes types;
    /** What comes while it closes is discarded. */
    private final ExecutorService judge = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
        Thread thread = new Thread(task, "audit");
        thread.setDaemon(true);
        return thread;
    }, new ThreadPoolExecutor.DiscardPolicy());
    private final Owned subscriptions = new Owned();
    private final Semaphore room = new Semaphore(MOST_WAITING);
    private final AtomicLong received = new AtomicLong();
    private volatile RuntimeException refused;

    /** Subscribes all that the audit looks at. @throws dev.dpros.core.InputException if a topic cannot be subscribed */
    AuditIntake(AuditFeed feed, Transport transport) {
        this.feed = feed;
        types = transport.messages();
        for (AuditFeed.Topic topic : feed.topics()) {
            Reader reader = new Reader(topic);
            reader.subscription.complete(subscriptions.own(transport.subscribe(topic.name(), topic.type(), reader)));
        }
    }

    /** Messages that have come, judged or not. Any thread. */
    long received() {
        return received.get();
    }

    /** What was found in all that has come until now. @throws dev.dpros.core.InputException if a message is not as configured */
    AuditFeed.Result result() throws InterruptedException {
        try {
            AuditFeed.Result result = judge.submit(feed::result).get();
            if (refused != null) {
                throw refused;
            }
            return result;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    @Override
    public void close() {
        subscriptions.close();
        judge.shutdownNow();
    }

    /** One topic. The transport's thread claims and commits, the judge decodes. */
    private final class Reader implements MessageSlots {
        private final CompletableFuture<Subscription> subscription = new CompletableFuture<>();
        private final AuditFeed.Topic topic;
        private MessageType type;
        private ByteBuffer slot;

        Reader(AuditFeed.Topic topic) {
            this.topic = topic;
        }

        @Override
        public ByteBuffer claim(int length) {
            slot = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
            return slot;
        }

        @Override
        public void commit(long receivedNs, long receivedRosNs) {
            ByteBuffer message = slot;
            room.acquireUninterruptibly();
            received.incrementAndGet();
            judge.execute(() -> {
                try {
                    take(message.rewind(), receivedRosNs);
                } catch (RuntimeException e) {
                    refused = refused == null ? e : refused;
                } finally {
                    room.release();
                }
            });
        }

        private void take(ByteBuffer message, long receivedRosNs) {
            if (type == null) {
                Subscription from = subscription.join();
                type = types.parse(from.messageType(), from.messageDefinition());
            }
            feed.take(topic.name(), type, message, receivedRosNs);
        }

        @Override
        public void abandon() {
            slot = null;
        }
    }
}
