package dev.dpros.ros.rosjava;

import dev.dpros.core.Transport.Publication;
import dev.dpros.ros.message.MessageEncoder;
import dev.dpros.ros.message.MessageSchema;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.ros.node.topic.Publisher;

/** A topic that is published through ROSJava, which queues 16 messages whatever was asked for and does not count what it drops. */
final class RosJavaPublication implements Publication {
    private static final long CLOSE_LIMIT_MS = 700;

    private final Publisher<RawMessage> publisher;
    private final MessageSchema schema;
    private volatile long sent;

    RosJavaPublication(Publisher<RawMessage> publisher, MessageSchema schema) {
        this.publisher = publisher;
        this.schema = schema;
    }

    @Override
    public int subscribers() {
        return publisher.getNumberOfSubscribers();
    }

    /** Allocates: ROSJava keeps the message until its own thread has written it. */
    @Override
    public void publish(ByteBuffer message) {
        RawMessage raw = new RawMessage(message);
        int receivers = publisher.getNumberOfSubscribers();
        publisher.publish(raw);
        sent += receivers;
    }

    @Override
    public void publish(Map<String, Object> fields) {
        publish(MessageEncoder.encode(schema, fields));
    }

    @Override
    public long sent() {
        return sent;
    }

    /** Always 0: unknown. */
    @Override
    public long dropped() {
        return 0;
    }

    @Override
    public void close() {
        publisher.shutdown(CLOSE_LIMIT_MS, TimeUnit.MILLISECONDS);
    }
}
