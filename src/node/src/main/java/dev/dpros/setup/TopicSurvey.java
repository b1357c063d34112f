package dev.dpros.setup;

import dev.dpros.core.ImageLayout;
import dev.dpros.core.InputException;
import dev.dpros.core.MessageSlots;
import dev.dpros.core.TopicInfo;
import dev.dpros.core.Transport;
import dev.dpros.messages.RosImageReader;
import dev.dpros.observation.CompressedHeader;
import dev.dpros.process.Owned;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/** Looks at one message of each topic that could be a policy's input, and at what a robot says of itself. Blocks for seconds; one thread. */
final class TopicSurvey {
    private static final Set<String> LOOKED_AT = Set.of(SeenTopic.IMAGE, SeenTopic.COMPRESSED, SeenTopic.JOINTS, SeenTopic.ARRAY);
    private static final String DESCRIPTION = "/robot_description";
    private static final String TEXT = "std_msgs/String";
    private static final int LARGEST_MESSAGE = 64 << 20;
    private static final int MOST_TOPICS = 64;
    private static final long LOOK_MS = 20;
    private static final long BETWEEN_LOOKS_MS = 500;
    private static final int MOST_LOOKS = 8;

    private final Transport transport;
    private final long waitMs;

    /** @param waitMs how long a topic may take to bring a message */
    TopicSurvey(Transport transport, long waitMs) {
        this.transport = transport;
        this.waitMs = waitMs;
    }

    /** All topics by name; waits a moment where others have to be found first. */
    Map<String, TopicInfo> topics() throws InterruptedException {
        Map<String, TopicInfo> last = transport.topics();
        boolean grows = true;
        for (int look = 0; look < MOST_LOOKS && (grows || last.isEmpty()); look++) {
            Thread.sleep(BETWEEN_LOOKS_MS);
            Map<String, TopicInfo> now = transport.topics();
            grows = now.size() > last.size();
            last = now;
        }
        return last;
    }

    private static boolean mayBeInput(TopicInfo info) {
        return info.publishers() > 0 && LOOKED_AT.contains(info.type());
    }

    /** One message of each topic that could be an input, by name; those that brought none are left out. */
    List<SeenTopic> look(Map<String, TopicInfo> topics) throws InterruptedException {
        Map<String, First> firsts = new LinkedHashMap<>();
        try (Owned owned = new Owned()) {
            topics.forEach((name, info) -> {
                if (mayBeInput(info) && firsts.size() < MOST_TOPICS) {
                    First first = new First();
                    firsts.put(name, first);
                    owned.own(transport.subscribe(name, info.type(), first));
                }
            });
            await(firsts.values());
        }
        List<SeenTopic> seen = new ArrayList<>();
        firsts.forEach((name, first) -> {
            if (first.message != null) {
                seen.add(read(name, topics.get(name).type(), first.message));
            }
        });
        return seen;
    }

    private void await(Iterable<First> firsts) throws InterruptedException {
        for (long waited = 0; waited < waitMs; waited += LOOK_MS) {
            boolean all = true;
            for (First first : firsts) {
                all &= first.message != null;
            }
            if (all) {
                return;
            }
            Thread.sleep(LOOK_MS);
        }
    }

    private SeenTopic read(String name, String type, ByteBuffer message) {
        if (type.equals(SeenTopic.IMAGE) || type.equals(SeenTopic.COMPRESSED)) {
            return picture(name, type, message);
        }
        Map<String, Object> fields = transport.messages().message(type).decode(message);
        double[] numbers = (double[]) (type.equals(SeenTopic.JOINTS) ? fields.get("position") : fields.get("data"));
        List<String> names = type.equals(SeenTopic.JOINTS) && fields.get("name") instanceof List<?> list
                ? list.stream().map(String::valueOf).toList() : List.of();
        return new SeenTopic(name, type, names, numbers.length, DoubleStream.of(numbers).boxed().toList(), 0, 0);
    }

    private SeenTopic picture(String name, String type, ByteBuffer message) {
        ImageLayout layout = new ImageLayout();
        boolean sound = RosImageReader.forType(transport.messages(), type).read(message, layout);
        int width = sound ? layout.width : 0;
        int height = sound ? layout.height : 0;
        CompressedHeader header = new CompressedHeader();
        if (sound && layout.encoding == ImageLayout.Encoding.COMPRESSED && header.parse(message, layout.dataOffset, layout.dataLength)) {
            width = header.width();
            height = header.height();
        }
        return new SeenTopic(name, type, List.of(), 0, List.of(), width, height);
    }

    /** The robot's URDF: the parameter of everybody, or the latched topic; null if there is neither. */
    @Nullable String description(Map<String, TopicInfo> topics) throws InterruptedException {
        try {
            if (transport.getParameter(DESCRIPTION) instanceof String text && !text.isBlank()) {
                return text;
            }
        } catch (InputException e) {
            // a middleware without parameters of everybody: there it is a topic
        }
        TopicInfo info = topics.get(DESCRIPTION);
        if (info == null || info.publishers() == 0 || !info.type().equals(TEXT)) {
            return null;
        }
        First first = new First();
        try (Transport.Subscription subscription = transport.subscribe(DESCRIPTION, TEXT, first)) {
            await(List.of(first));
        }
        return first.message == null ? null : String.valueOf(transport.messages().message(TEXT).decode(first.message).get("data"));
    }

    /** Keeps the first message. The transport's thread fills, another reads. */
    private static final class First implements MessageSlots {
        private @Nullable ByteBuffer slot;
        private volatile @Nullable ByteBuffer message;

        @Override
        public @Nullable ByteBuffer claim(int length) {
            slot = message != null || length < 0 || length > LARGEST_MESSAGE ? null : ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
            return slot;
        }

        @Override
        public void commit(long receivedNs, long receivedRosNs) {
            if (slot != null) {
                message = slot.rewind();
                slot = null;
            }
        }

        @Override
        public void abandon() {
            slot = null;
        }
    }
}
