package dev.dpros.node.page;

import dev.dpros.config.DashboardSection;
import dev.dpros.core.FieldPath;
import dev.dpros.core.ForeignText;
import dev.dpros.core.InputException;
import dev.dpros.core.MessageSlots;
import dev.dpros.core.MessageType;
import dev.dpros.core.MessageTypes;
import dev.dpros.core.Transport;
import dev.dpros.core.Transport.Subscription;
import dev.dpros.metrics.dashboard.Snapshot;
import dev.dpros.process.Owned;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Values from topics, as the page shows them. The transport's threads keep the newest message; it is read when somebody
 * looks, by whoever asks. What has not come, or has no such field, is not shown.
 */
public final class TopicFacts implements AutoCloseable {
    private static final int LARGEST_MESSAGE = 1 << 16;
    private static final int LONGEST_TEXT = 120;

    private final List<Kept> facts = new ArrayList<>();
    private final Owned owned = new Owned();

    /** Subscribes. @param wanted by name */
    public TopicFacts(Map<String, DashboardSection.Fact> wanted, Transport transport) {
        wanted.forEach((name, fact) -> {
            Kept kept = new Kept(name, FieldPath.parse(fact.field()), transport.messages());
            facts.add(kept);
            kept.from = owned.own(transport.subscribe(fact.topic(), "*", kept));
        });
    }

    /** Those that are known. Any thread; allocates. */
    public List<Snapshot.Fact> now() {
        List<Snapshot.Fact> known = new ArrayList<>();
        for (Kept kept : facts) {
            String text = kept.text();
            if (text != null) {
                known.add(new Snapshot.Fact(kept.name, text));
            }
        }
        return known;
    }

    @Override
    public void close() {
        owned.close();
    }

    /** The newest message of one topic. */
    private static final class Kept implements MessageSlots {
        private final String name;
        private final FieldPath path;
        private final MessageTypes types;
        private ByteBuffer filling = ByteBuffer.allocate(64).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        private byte[] newest = new byte[0];
        private volatile Subscription from;
        private MessageType type;

        Kept(String name, FieldPath path, MessageTypes types) {
            this.name = name;
            this.path = path;
            this.types = types;
        }

        @Override
        public ByteBuffer claim(int length) {
            if (length > LARGEST_MESSAGE) {
                return null;
            }
            if (filling.capacity() < length) {
                filling = ByteBuffer.allocate(length).order(java.nio.ByteOrder.LITTLE_ENDIAN);
            }
            return filling.clear().limit(length);
        }

        @Override
        public synchronized void commit(long receivedNs, long receivedRosNs) {
            if (newest.length != filling.limit()) {
                newest = new byte[filling.limit()];
            }
            filling.get(0, newest);
        }

        @Override
        public void abandon() {
            // the slot is simply overwritten by the next message
        }

        /** The value as text, or null. */
        String text() {
            byte[] message;
            synchronized (this) {
                message = newest.clone();
            }
            try {
                return message.length == 0 || !typed() ? null : words(value(type.decode(ByteBuffer.wrap(message))));
            } catch (InputException e) { // another type than when the first message came, or no such field
                type = null;
                return null;
            }
        }

        /** Whether the type of what is published is known; it comes with the connection. */
        private boolean typed() {
            Subscription source = from;
            if (type == null && source != null && source.messageType() != null && source.messageDefinition() != null) {
                type = types.parse(source.messageType(), source.messageDefinition());
            }
            return type != null;
        }

        private Object value(Map<String, Object> message) {
            Object at = message;
            for (FieldPath.Segment segment : path.segments()) {
                at = at instanceof Map<?, ?> fields ? fields.get(segment.field()) : null;
                if (segment.indices() != null) {
                    at = element(at, segment.indices().get(0));
                }
            }
            return at;
        }

        private static Object element(Object array, int index) {
            if (array instanceof List<?> list) {
                return index < list.size() ? list.get(index) : null;
            }
            return array != null && array.getClass().isArray() && index < Array.getLength(array) ? Array.get(array, index) : null;
        }

        private static String words(Object value) {
            if (value instanceof Double || value instanceof Float) {
                return String.format(Locale.ROOT, "%.3f", ((Number) value).doubleValue());
            }
            if (!(value instanceof Number || value instanceof Boolean || value instanceof String)) {
                return null;
            }
            String text = ForeignText.printable(value.toString());
            return text.length() > LONGEST_TEXT ? text.substring(0, LONGEST_TEXT) + "..." : text;
        }
    }
}
