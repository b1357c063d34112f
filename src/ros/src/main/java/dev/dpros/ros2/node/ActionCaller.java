package dev.dpros.ros2.node;

import dev.dpros.core.ActionClient;
import dev.dpros.core.Clock;
import dev.dpros.core.InputException;
import dev.dpros.ros2.discovery.CopyingSink;
import dev.dpros.ros2.discovery.EndpointQos;
import dev.dpros.ros2.discovery.LocalReader;
import dev.dpros.ros2.discovery.ReaderOptions;
import dev.dpros.ros2.message.DdsNames;
import dev.dpros.ros2.message.Ros2Action;
import dev.dpros.ros2.message.Ros2Schema;
import dev.dpros.ros2.message.Ros2Service;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client of an action as rcl has it: the services {@code send_goal}, {@code cancel_goal} and {@code get_result} below
 * {@code NAME/_action}, and the topic {@code status} for the goals of others. Feedback is not asked for. A server of ROS 2 does not repeat its
 * status: that it lives, discovery says. It has no words for a refusal.
 */
final class ActionCaller implements ActionClient {
    private static final Logger LOG = LoggerFactory.getLogger(ActionCaller.class);
    private static final int LARGEST = 1 << 16;
    private static final long ANSWER_NS = 2_000_000_000L;
    private static final int UUID_BYTES = 16;
    /** As many ids of own goals as may still be in a status. */
    private static final int MOST_OWN = 256;
    /** As many goals whose answers are awaited, each of which may run. */
    private static final int MOST_STANDING = 8;
    private static final int CANCELING = 3;
    private static final int SUCCEEDED = 4;
    private static final int CANCELED = 5;
    private static final int ABORTED = 6;

    /**
     * The types of an action.
     *
     * @param cancel action_msgs/srv/CancelGoal
     * @param status action_msgs/msg/GoalStatusArray
     */
    record Types(Ros2Action action, Ros2Service cancel, Ros2Schema status) {}

    private static final class Sent {
        private final long number;
        private final Map<String, Object> id;
        private final long sentNs;
        private State state = State.ASKED;
        private Map<String, Object> result = Map.of();
        private String text = "";
        private boolean cancelWanted;

        Sent(long number, byte[] uuid, long sentNs) {
            this.number = number;
            this.id = Map.of("uuid", uuid);
            this.sentNs = sentNs;
        }
    }

    private final NodeEndpoints endpoints;
    private final String name;
    private final Clock clock;
    private final ServiceClient sendGoal;
    private final ServiceClient cancelGoal;
    private final ServiceClient getResult;
    private final LocalReader status;
    private final Set<String> own = new LinkedHashSet<>();
    private volatile Runnable listener = () -> { };
    /** Goals that may run at the server, oldest first: each until it has ended, was rejected, or one after it was taken. */
    private final Deque<Sent> standing = new ArrayDeque<>();
    private @Nullable Sent newest;
    private long count;
    private boolean othersRun;

    /**
     * Opens its endpoints.
     *
     * @param name full name
     * @param topics gives the full name of one of its topics, remapped
     * @param services the same of its services
     */
    ActionCaller(NodeEndpoints endpoints, String name, Types types, Clock clock, UnaryOperator<String> topics, UnaryOperator<String> services) {
        this.endpoints = endpoints;
        this.name = name;
        this.clock = clock;
        sendGoal = new ServiceClient(endpoints, services.apply(DdsNames.actionPart(name, "send_goal")), types.action.sendGoal());
        cancelGoal = new ServiceClient(endpoints, services.apply(DdsNames.actionPart(name, "cancel_goal")), types.cancel);
        getResult = new ServiceClient(endpoints, services.apply(DdsNames.actionPart(name, "get_result")), types.action.getResult());
        String topic = topics.apply(DdsNames.actionPart(name, "status"));
        status = endpoints.reader(NodeEndpoints.spec(DdsNames.topic(topic), types.status, EndpointQos.LATCHED, ""),
                new ReaderOptions(LARGEST, false), new CopyingSink(topic, LARGEST, (info, payload) -> listed(types.status.decode(payload))),
                NodeEndpoints.SAYING);
    }

    /** All goals that the server knows. */
    private void listed(Map<String, Object> message) {
        synchronized (this) {
            boolean others = false;
            for (Object one : message.get("status_list") instanceof List<?> list ? list : List.of()) {
                Map<?, ?> entry = (Map<?, ?>) one;
                int number = number(entry.get("status"));
                others |= number > 0 && number <= CANCELING && entry.get("goal_info") instanceof Map<?, ?> info && !own.contains(hex(info.get("goal_id")));
            }
            othersRun = others;
        }
        listener.run();
    }

    private static String hex(@Nullable Object goalId) {
        return goalId instanceof Map<?, ?> fields && fields.get("uuid") instanceof byte[] uuid ? HexFormat.of().formatHex(uuid) : "";
    }

    private static int number(@Nullable Object value) {
        return value instanceof Number number ? number.intValue() : 0;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public @Nullable String missing() {
        if (sendGoal.isReady() && cancelGoal.isReady() && getResult.isReady()) {
            return null;
        }
        return sendGoal.isFound() && cancelGoal.isFound() && getResult.isFound() ? "its server is not connected yet" : "nobody offers it";
    }

    @Override
    public synchronized long send(Map<String, Object> goal) {
        byte[] uuid = new byte[UUID_BYTES];
        ThreadLocalRandom.current().nextBytes(uuid);
        Sent sent = new Sent(count + 1, uuid, clock.monotonicNs());
        if (own.size() >= MOST_OWN) {
            own.remove(own.iterator().next());
        }
        own.add(HexFormat.of().formatHex(uuid));
        Sent before = newest;
        newest = sent;
        try {
            sendGoal.ask(Map.of("goal_id", sent.id, "goal", goal)).whenComplete((answer, failure) -> answered(sent, answer, failure));
        } catch (InputException e) {
            newest = before;
            throw e;
        }
        standing.add(sent);
        if (standing.size() > MOST_STANDING) {
            standing.remove();
        }
        return ++count;
    }

    private void answered(Sent sent, @Nullable Map<String, Object> answer, @Nullable Throwable failure) {
        synchronized (this) {
            if (answer == null) {
                end(sent, State.LOST, "its answer is malformed: " + words(failure));
            } else if (!Boolean.TRUE.equals(answer.get("accepted"))) {
                end(sent, State.REJECTED, "");
                rejectedBefore(sent);
            } else {
                accepted(sent);
            }
        }
        listener.run();
    }

    /** Of goals that follow each other faster than they are answered the newest is never known to be taken: what befell one of them counts. */
    private void rejectedBefore(Sent sent) {
        Sent last = newest;
        if (last != null && last != sent && last.state == State.ASKED) {
            last.state = State.REJECTED; // it stands yet: should it begin, it is canceled
            last.text = "one before it was rejected";
        }
    }

    private void accepted(Sent sent) {
        standing.removeIf(other -> other.number < sent.number);
        if (sent.cancelWanted || sent.state.ended()) {
            askToCancel(sent); // it came after its cancellation, or after it was given up
        }
        if (sent == newest && !sent.state.ended()) {
            sent.state = State.ACTIVE;
            getResult.ask(Map.of("goal_id", sent.id)).whenComplete((result, why) -> ended(sent, result, why));
        }
    }

    private void ended(Sent sent, @Nullable Map<String, Object> answer, @Nullable Throwable failure) {
        synchronized (this) {
            if (answer == null) {
                end(sent, State.LOST, "its result is malformed: " + words(failure));
            } else {
                State state = switch (number(answer.get("status"))) {
                    case SUCCEEDED -> State.SUCCEEDED;
                    case CANCELED -> State.CANCELED;
                    case ABORTED -> State.ABORTED;
                    default -> State.LOST;
                };
                result(sent, answer);
                end(sent, state, state == State.LOST ? "the server does not know the goal" : "");
            }
        }
        listener.run();
    }

    @SuppressWarnings("unchecked") // of a decoded message
    private static void result(Sent sent, Map<String, Object> answer) {
        sent.result = answer.get("result") instanceof Map<?, ?> fields ? (Map<String, Object>) fields : Map.of();
    }

    private void end(Sent sent, State state, String text) {
        if (state != State.LOST) {
            standing.remove(sent);
        }
        if (!sent.state.ended()) {
            sent.state = state;
            sent.text = text;
        }
    }

    private static String words(@Nullable Throwable failure) {
        Throwable cause = failure == null || failure.getCause() == null ? failure : failure.getCause();
        return cause == null ? "" : String.valueOf(cause.getMessage());
    }

    @Override
    public synchronized void cancel() {
        for (Sent sent : standing) {
            sent.cancelWanted = true;
            askToCancel(sent);
        }
    }

    private void askToCancel(Sent sent) {
        cancelGoal.ask(Map.of("goal_info", Map.of("goal_id", sent.id))).whenComplete((answer, failure) -> {
            if (failure != null) {
                LOG.debug("{}: the answer to a cancellation: {}", name, words(failure));
            }
        });
    }

    @Override
    public synchronized Progress progress() {
        Sent sent = newest;
        if (sent == null) {
            return Progress.NONE;
        }
        if (sent.state == State.ASKED && clock.monotonicNs() - sent.sentNs > ANSWER_NS) {
            end(sent, State.LOST, "the server has not answered within " + ANSWER_NS / 1_000_000_000 + " s");
        }
        return new Progress(sent.number, sent.state, sent.text, sent.result);
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
        sendGoal.close();
        cancelGoal.close();
        getResult.close();
        endpoints.close(status);
    }
}
