package dev.dpros.ros.node;

import dev.dpros.core.ActionClient;
import dev.dpros.core.InputException;
import dev.dpros.core.MessageType;
import dev.dpros.core.Transport;
import dev.dpros.core.Transport.Publication;
import dev.dpros.core.Transport.PublicationOptions;
import dev.dpros.core.Transport.Subscription;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client as actionlib has it, over any transport of ROS 1: it publishes {@code NAME/goal} and {@code NAME/cancel}, and hears
 * {@code NAME/status}, which a server repeats as long as it lives, and {@code NAME/result}. Feedback is not asked for. What comes is looked
 * at on a thread {@code ros-action-NAME}.
 */
public final class ActionlibClient implements ActionClient {
    private static final Logger LOG = LoggerFactory.getLogger(ActionlibClient.class);
    /** A server says its status five times a second, unless told otherwise. */
    private static final long SILENT_NS = 2_000_000_000L;
    /** Within which a goal must appear in the status. */
    private static final long ANSWER_NS = 2_000_000_000L;
    /** For how long the result may come later than the status that tells of the end. */
    private static final long RESULT_NS = 500_000_000L;
    /** As many goals that may run: a cancellation of all of them is one message each. */
    private static final int MOST_STANDING = 8;
    private static final double NS = 1e9;
    private static final int CANCELED = 2;
    private static final int LAST_ENDED = 5;
    private static final int RECALLED = 8;
    private static final State[] STATES = {State.ASKED, State.ACTIVE, State.CANCELED, State.SUCCEEDED, State.ABORTED, State.REJECTED, State.ACTIVE,
        State.ASKED, State.CANCELED};
    private static final PublicationOptions QUEUED = new PublicationOptions(false, 10);

    /** The newest goal. */
    private static final class Sent {
        private final long number;
        private final String id;
        private final long sentNs;
        private State state = State.ASKED;
        private String text = "";
        private @Nullable Map<String, Object> result;
        private boolean listed;
        private long endedNs;

        Sent(long number, String id, long sentNs) {
            this.number = number;
            this.id = id;
            this.sentNs = sentNs;
        }
    }

    private final Transport node;
    private final String name;
    private final String ids;
    private final ThreadPoolExecutor looks;
    private final List<AutoCloseable> topics = new ArrayList<>();
    @SuppressWarnings("NullAway.Init") // opened before anybody has it
    private Publication goal;
    @SuppressWarnings("NullAway.Init") // opened before anybody has it
    private Publication cancel;
    @SuppressWarnings("NullAway.Init") // opened before anybody has it
    private Subscription status;
    @SuppressWarnings("NullAway.Init") // opened before anybody has it
    private Subscription result;
    private volatile Runnable listener = () -> { };
    /** Goals that may run at the server, oldest first: each until it has ended, was rejected, or one after it was taken. */
    private final Deque<Sent> standing = new ArrayDeque<>();
    private @Nullable Sent newest;
    private long count;
    private long statusNs = Long.MIN_VALUE;
    private boolean othersRun;

    /**
     * Opens the topics.
     *
     * @param name resolved name of the action
     * @param type {@code package/Name} of the action
     * @throws InputException if the type is not known, or a topic has another type
     */
    public ActionlibClient(Transport node, String name, String type) {
        this.node = node;
        this.name = name;
        ids = node.nodeName() + "-" + Long.toUnsignedString(ThreadLocalRandom.current().nextLong(), Character.MAX_RADIX) + "-";
        looks = new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(ActionInbox.MOST_WAITING), task -> {
            Thread thread = new Thread(task, "ros-action-" + name);
            thread.setDaemon(true);
            return thread;
        });
        looks.allowCoreThreadTimeOut(true);
        try {
            open(type);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void open(String type) {
        goal = own(node.advertise(name + "/goal", type + "ActionGoal", QUEUED));
        cancel = own(node.advertise(name + "/cancel", "actionlib_msgs/GoalID", QUEUED));
        result = hear("/result", type + "ActionResult", this::ended);
        status = hear("/status", "actionlib_msgs/GoalStatusArray", this::listed);
    }

    private <T extends AutoCloseable> T own(T topic) {
        topics.add(topic);
        return topic;
    }

    private Subscription hear(String topic, String typeName, Consumer<Map<String, Object>> taker) {
        MessageType type = node.messages().message(typeName);
        return own(node.subscribe(name + topic, typeName, new ActionInbox(name + topic,
                bytes -> looks.execute(() -> take(topic, type, bytes, taker)))));
    }

    /** What is malformed is said in one line, and nothing comes of it. */
    private void take(String topic, MessageType type, ByteBuffer bytes, Consumer<Map<String, Object>> taker) {
        try {
            taker.accept(type.decode(bytes));
        } catch (InputException e) {
            LOG.warn("{}{}: a message is dropped: {}", name, topic, e.getMessage());
            return;
        }
        listener.run();
    }

    /** The list of all goals that the server knows. */
    private synchronized void listed(Map<String, Object> message) {
        statusNs = node.clock().monotonicNs();
        boolean others = false;
        boolean found = false;
        for (Object one : message.get("status_list") instanceof List<?> list ? list : List.of()) {
            Map<?, ?> entry = (Map<?, ?>) one;
            String id = id(entry);
            int number = number(entry);
            if (newest != null && id.equals(newest.id)) {
                found = true;
                advance(newest, number, entry);
            } else {
                advanceOther(id, number, entry);
                others |= !id.startsWith(ids) && !isEnd(number);
            }
        }
        othersRun = others;
        if (newest != null && found) {
            newest.listed = true;
        } else if (newest != null && !newest.state.ended()) {
            missed(newest);
        }
    }

    /** One before the newest, which may go on should that be rejected. */
    private void advanceOther(String id, int number, Map<?, ?> entry) {
        for (Sent sent : standing) {
            if (sent.id.equals(id)) {
                advance(sent, number, entry);
                return;
            }
        }
    }

    private void missed(Sent sent) {
        if (sent.listed) {
            lose(sent, "the server knows the goal no more");
        } else if (statusNs - sent.sentNs > ANSWER_NS) {
            lose(sent, "the server has not taken up the goal within " + ANSWER_NS / 1_000_000_000 + " s");
        }
    }

    private void lose(Sent sent, String why) {
        end(sent, State.LOST, why);
        sent.result = Map.of();
    }

    /** What came later may have been sent earlier: an end is not taken back. */
    private void advance(Sent sent, int number, Map<?, ?> entry) {
        State state = number >= 0 && number < STATES.length ? STATES[number] : State.LOST;
        if (sent.state.ended()) {
            return;
        }
        if (state.ended()) {
            end(sent, state, text(entry));
        } else {
            sent.state = state;
            if (state == State.ACTIVE) {
                standing.removeIf(other -> other.number < sent.number);
            }
        }
    }

    private void end(Sent sent, State state, String text) {
        if (state != State.LOST) {
            standing.remove(sent);
        }
        sent.state = state;
        sent.text = text;
        sent.endedNs = node.clock().monotonicNs();
    }

    private synchronized void ended(Map<String, Object> message) {
        Map<?, ?> entry = message.get("status") instanceof Map<?, ?> fields ? fields : Map.of();
        Sent sent = newest;
        if (sent == null || !id(entry).equals(sent.id) || sent.result != null) {
            return;
        }
        @SuppressWarnings("unchecked") // of a decoded message
        Map<String, Object> fields = message.get("result") instanceof Map<?, ?> given ? (Map<String, Object>) given : Map.of();
        advance(sent, number(entry), entry);
        sent.result = fields;
    }

    private static boolean isEnd(int number) {
        return number >= CANCELED && number <= LAST_ENDED || number >= RECALLED;
    }

    private static String id(Map<?, ?> entry) {
        return entry.get("goal_id") instanceof Map<?, ?> goalId && goalId.get("id") instanceof String id ? id : "";
    }

    private static int number(Map<?, ?> entry) {
        return entry.get("status") instanceof Number number ? number.intValue() : -1;
    }

    private static String text(Map<?, ?> entry) {
        return entry.get("text") instanceof String text ? text : "";
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public synchronized @Nullable String missing() {
        List<String> refusals = status.refusals().isEmpty() ? result.refusals() : status.refusals();
        if (status.publishers() == 0) {
            return refusals.isEmpty() ? "nobody offers it" : "its server is refused: " + refusals.get(refusals.size() - 1);
        }
        if (result.publishers() == 0 || goal.subscribers() == 0 || cancel.subscribers() == 0) {
            String part = result.publishers() == 0 ? "/result" : goal.subscribers() == 0 ? "/goal" : "/cancel";
            return "its server is not connected to " + name + part + (refusals.isEmpty() ? "" : ": " + refusals.get(refusals.size() - 1));
        }
        if (statusNs == Long.MIN_VALUE) {
            return "its server has not said its status yet";
        }
        long silentNs = node.clock().monotonicNs() - statusNs;
        return silentNs <= SILENT_NS ? null : String.format(Locale.ROOT, "its server has been silent for %.1f s", silentNs / NS);
    }

    @Override
    public synchronized long send(Map<String, Object> fields) {
        Sent sent = new Sent(count + 1, ids + (count + 1), node.clock().monotonicNs());
        // stamped by its server: actionlib's cancels a goal that is stamped earlier than the last one it had, from whatever clock
        goal.publish(Map.of("header", Map.of("stamp", node.clock().rosNs()), "goal_id", Map.of("id", sent.id), "goal", fields));
        newest = sent;
        standing.add(sent);
        if (standing.size() > MOST_STANDING) {
            standing.remove();
        }
        return ++count;
    }

    @Override
    public synchronized void cancel() {
        standing.forEach(sent -> cancel.publish(Map.of("id", sent.id)));
    }

    @Override
    public synchronized Progress progress() {
        Sent sent = newest;
        if (sent == null) {
            return Progress.NONE;
        }
        boolean awaits = sent.state.ended() && sent.result == null && node.clock().monotonicNs() - sent.endedNs <= RESULT_NS;
        return awaits ? new Progress(sent.number, State.ACTIVE, "", Map.of())
                : new Progress(sent.number, sent.state, sent.text, sent.result == null ? Map.of() : sent.result);
    }

    @Override
    public synchronized boolean othersRun() {
        return othersRun;
    }

    @Override
    public void listen(Runnable changed) {
        listener = changed;
    }

    @Override
    public void close() {
        for (AutoCloseable topic : topics) {
            try {
                topic.close();
            } catch (Exception e) {
                LOG.debug("{}: closing a topic: {}", name, e.toString());
            }
        }
        looks.shutdown(); // nothing comes any more
    }
}
