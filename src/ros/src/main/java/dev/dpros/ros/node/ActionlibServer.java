package dev.dpros.ros.node;

import dev.dpros.core.ActionGoals;
import dev.dpros.core.ActionGoals.Goal;
import dev.dpros.core.ForeignText;
import dev.dpros.core.InputException;
import dev.dpros.core.MessageType;
import dev.dpros.core.Transport;
import dev.dpros.core.Transport.Publication;
import dev.dpros.core.Transport.PublicationOptions;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An action as actionlib has it, over any transport of ROS 1: it hears {@code NAME/goal} and {@code NAME/cancel} and publishes
 * {@code NAME/feedback}, {@code NAME/result} and, five times a second and at each change, {@code NAME/status}. Goals begin on a thread
 * {@code ros-action-NAME}, one after the other; cancellations and the status do not wait for them.
 */
public final class ActionlibServer implements ActionGoals.Listener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ActionlibServer.class);
    private static final int LONGEST_ID = 256;
    private static final long STATUS_MS = 200;
    private static final long FAREWELL_MS = 200;
    private static final PublicationOptions QUEUED = new PublicationOptions(false, 50);
    private static final PublicationOptions LATCHED = new PublicationOptions(true, 50);

    private final Transport node;
    private final String name;
    private final ActionGoals goals;
    private final AtomicInteger unnamed = new AtomicInteger();
    private final ThreadPoolExecutor begins;
    private final ScheduledThreadPoolExecutor rest;
    private final List<AutoCloseable> topics = new ArrayList<>();
    @SuppressWarnings("NullAway.Init") // opened before anybody has it
    private Publication status;
    @SuppressWarnings("NullAway.Init") // opened before anybody has it
    private Publication feedback;
    @SuppressWarnings("NullAway.Init") // opened before anybody has it
    private Publication result;

    /**
     * Offers an action.
     *
     * @param name resolved name of the action
     * @param type {@code package/Name} of the action
     * @throws InputException if the type is not known, or a topic is taken or has another type
     */
    public ActionlibServer(Transport node, String name, String type, ActionGoals goals) {
        this.node = node;
        this.name = name;
        this.goals = goals;
        ThreadFactory threads = task -> {
            Thread thread = new Thread(task, "ros-action-" + name);
            thread.setDaemon(true);
            return thread;
        };
        begins = new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(ActionInbox.MOST_WAITING), threads);
        begins.allowCoreThreadTimeOut(true);
        rest = new ScheduledThreadPoolExecutor(1, threads);
        try {
            open(type);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void open(String type) {
        MessageType goal = node.messages().message(type + "ActionGoal");
        MessageType cancel = node.messages().message("actionlib_msgs/GoalID");
        status = advertise("/status", "actionlib_msgs/GoalStatusArray", LATCHED);
        feedback = advertise("/feedback", type + "ActionFeedback", QUEUED);
        result = advertise("/result", type + "ActionResult", QUEUED);
        goals.listen(this);
        rest.scheduleAtFixedRate(this::beat, 0, STATUS_MS, TimeUnit.MILLISECONDS);
        hear("/goal", goal, bytes -> begins.execute(() -> take("goal", () -> begin(goal.decode(bytes)))));
        hear("/cancel", cancel, bytes -> {
            if (rest.getQueue().size() > ActionInbox.MOST_WAITING) {
                throw new RejectedExecutionException();
            }
            rest.execute(() -> take("cancellation", () -> cancel(cancel.decode(bytes))));
        });
    }

    private Publication advertise(String topic, String type, PublicationOptions options) {
        Publication publication = node.advertise(name + topic, type, options);
        topics.add(publication);
        return publication;
    }

    private void hear(String topic, MessageType type, Consumer<ByteBuffer> taker) {
        topics.add(0, node.subscribe(name + topic, type.type(), new ActionInbox(name + topic, taker)));
    }

    /** What is malformed is said in one line, and nothing comes of it. */
    private void take(String what, Runnable action) {
        try {
            action.run();
        } catch (InputException e) {
            LOG.warn("{}: a {} is dropped: {}", name, what, ForeignText.printable(e.getMessage()));
        }
    }

    private void begin(Map<String, Object> message) {
        Map<?, ?> goalId = fields(message, "goal_id");
        String id = text(goalId);
        long stampNs = stamp(goalId);
        if (id.length() > LONGEST_ID) {
            throw InputException.of("goal_id.id", "length", "at most " + LONGEST_ID + " characters", Integer.toString(id.length()), "");
        }
        if (id.isEmpty()) {
            id = node.nodeName() + "-" + unnamed.incrementAndGet() + "-" + node.clock().rosNs();
        }
        @SuppressWarnings("unchecked") // of a decoded message
        Map<String, Object> goal = (Map<String, Object>) fields(message, "goal");
        goals.submit(id, stampNs == 0 ? node.clock().rosNs() : stampNs, goal);
    }

    private void cancel(Map<String, Object> goalId) {
        goals.cancel(text(goalId), stamp(goalId));
    }

    private static Map<?, ?> fields(Map<String, Object> message, String name) {
        return message.get(name) instanceof Map<?, ?> nested ? nested : Map.of();
    }

    private static String text(Map<?, ?> goalId) {
        return goalId.get("id") instanceof String id ? id : "";
    }

    private static long stamp(Map<?, ?> goalId) {
        return goalId.get("stamp") instanceof Long ns ? ns : 0;
    }

    @Override
    public void changed(Goal goal, List<Goal> known) {
        if (goal.status().ended()) {
            result.publish(Map.of("header", header(), "status", message(goal), "result", goal.result()));
        }
        tell(known);
    }

    @Override
    public void feedback(Goal goal, Map<String, Object> fields) {
        feedback.publish(Map.of("header", header(), "status", message(goal), "feedback", fields));
    }

    /** What is thrown here must not be the last beat. */
    private void beat() {
        try {
            goals.read(this::tell);
        } catch (RuntimeException e) {
            LOG.warn("{}/status: {}", name, e.toString());
        }
    }

    private void tell(List<Goal> known) {
        status.publish(Map.of("header", header(), "status_list", known.stream().map(ActionlibServer::message).toList()));
    }

    private Map<String, Object> header() {
        return Map.of("stamp", node.clock().rosNs());
    }

    private static Map<String, Object> message(Goal goal) {
        return Map.of("goal_id", Map.of("stamp", goal.stampNs(), "id", goal.id()), "status", number(goal.status()), "text", goal.text());
    }

    /** As actionlib_msgs/GoalStatus numbers them. */
    private static int number(ActionGoals.Status status) {
        return switch (status) {
            case PENDING -> 0;
            case ACTIVE -> 1;
            case CANCELED -> 2;
            case SUCCEEDED -> 3;
            case ABORTED -> 4;
            case REJECTED -> 5;
            case CANCELING -> 6;
            case RECALLED -> 8;
        };
    }

    /** Takes no more goals; results that were published have a moment to arrive. */
    @Override
    public void close() {
        rest.shutdown();
        begins.getQueue().clear();
        begins.shutdown();
        try {
            begins.awaitTermination(FAREWELL_MS, TimeUnit.MILLISECONDS);
            rest.awaitTermination(FAREWELL_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (AutoCloseable topic : topics) {
            close(topic);
        }
    }

    private void close(AutoCloseable topic) {
        try {
            topic.close();
        } catch (Exception e) {
            LOG.debug("{}: closing a topic: {}", name, e.toString());
        }
    }
}
