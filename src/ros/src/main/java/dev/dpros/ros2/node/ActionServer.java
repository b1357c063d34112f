package dev.dpros.ros2.node;

import dev.dpros.core.ActionGoals;
import dev.dpros.core.ActionGoals.Cancellation;
import dev.dpros.core.ActionGoals.Goal;
import dev.dpros.core.ActionGoals.Status;
import dev.dpros.core.Clock;
import dev.dpros.core.InputException;
import dev.dpros.core.Transport.Publication;
import dev.dpros.ros2.discovery.EndpointQos;
import dev.dpros.ros2.message.DdsNames;
import dev.dpros.ros2.message.Ros2Action;
import dev.dpros.ros2.message.Ros2Schema;
import dev.dpros.ros2.message.Ros2Service;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An action as rcl has it: the services {@code send_goal}, {@code cancel_goal} and {@code get_result} and the topics {@code feedback} and
 * {@code status} below {@code NAME/_action}. Who asks for a result before its goal has ended is answered then. ROS 2 has no words for
 * why a goal is not taken: they are in the log.
 */
final class ActionServer implements ActionGoals.Listener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ActionServer.class);
    private static final String NO_ID = "00".repeat(16);
    private static final int MOST_ASKING = 32;
    private static final int UNKNOWN = 2;
    private static final int ENDED = 3;

    private final String name;
    private final Clock clock;
    private final ActionGoals goals;
    private final Publication feedback;
    private final Publication status;
    private final List<ServiceServer> services;
    /** Who waits for the result of which goal; guarded by the lock of the goals, as is the publishing. */
    private final Map<String, List<Consumer<Map<String, Object>>>> asking = new HashMap<>();

    /**
     * What an action is made of.
     *
     * @param goals and what comes of them
     * @param cancel action_msgs/srv/CancelGoal
     * @param status action_msgs/msg/GoalStatusArray
     */
    record Parts(Ros2Action type, ActionGoals goals, Ros2Service cancel, Ros2Schema status, Clock clock) {}

    /**
     * Offers an action.
     *
     * @param name full name
     * @param topics gives the full name of one of its topics, remapped
     * @param serviceNames the same of its services
     */
    ActionServer(NodeEndpoints endpoints, String name, Parts parts, UnaryOperator<String> topics, UnaryOperator<String> serviceNames) {
        this.name = name;
        clock = parts.clock;
        goals = parts.goals;
        feedback = new Ros2Publication(endpoints, topics.apply(DdsNames.actionPart(name, "feedback")), parts.type.feedbackMessage(),
                EndpointQos.DEFAULT, () -> { });
        status = new Ros2Publication(endpoints, topics.apply(DdsNames.actionPart(name, "status")), parts.status, EndpointQos.LATCHED, () -> { });
        goals.listen(this);
        services = List.of(
                new ServiceServer(endpoints, serviceNames.apply(DdsNames.actionPart(name, "send_goal")), parts.type.sendGoal(), ServiceServer.QOS,
                        this::sendGoal),
                new ServiceServer(endpoints, serviceNames.apply(DdsNames.actionPart(name, "cancel_goal")), parts.cancel, ServiceServer.QOS,
                        this::cancelGoal),
                new ServiceServer(endpoints, serviceNames.apply(DdsNames.actionPart(name, "get_result")), parts.type.getResult(), ServiceServer.QOS,
                        (request, reply) -> getResult(id(request.get("goal_id")), reply)));
    }

    private Map<String, Object> sendGoal(Map<String, Object> request) {
        String id = id(request.get("goal_id"));
        @SuppressWarnings("unchecked") // of a decoded message
        Map<String, Object> fields = (Map<String, Object>) request.get("goal");
        Goal goal = id.equals(NO_ID) ? null : goals.submit(id, clock.rosNs(), fields);
        if (goal == null) {
            LOG.warn("action {}: a goal is not taken: its id {} is {}", name, id, id.equals(NO_ID) ? "none" : "known already");
        } else if (isTaken(goal)) {
            return Map.of("accepted", true, "stamp", goal.stampNs());
        } else {
            LOG.warn("action {}: a goal is not taken: {}", name, goal.text());
        }
        return Map.of("accepted", false);
    }

    /** Goals that were never taken are none of ROS 2's. */
    private static boolean isTaken(Goal goal) {
        return goal.status() != Status.PENDING && goal.status() != Status.REJECTED && goal.status() != Status.RECALLED;
    }

    private Map<String, Object> cancelGoal(Map<String, Object> request) {
        Map<?, ?> info = (Map<?, ?>) request.get("goal_info");
        String id = id(info.get("goal_id"));
        Cancellation done = goals.cancel(id.equals(NO_ID) ? "" : id, info.get("stamp") instanceof Long ns ? ns : 0);
        List<Map<String, Object>> canceling = done.canceling().stream().filter(ActionServer::isTaken).map(ActionServer::info).toList();
        return Map.of("return_code", done.unknown() ? UNKNOWN : done.ended() ? ENDED : 0, "goals_canceling", canceling);
    }

    /** What is not known has an empty result and status 0, as in rcl. */
    private void getResult(String id, Consumer<Map<String, Object>> reply) {
        List<Map<String, Object>> now = new ArrayList<>();
        goals.read(known -> {
            Goal goal = known.stream().filter(one -> one.id().equals(id) && isTaken(one)).findAny().orElse(null);
            List<Consumer<Map<String, Object>>> others = asking.getOrDefault(id, new ArrayList<>());
            if (goal == null || goal.status().ended() || others.size() >= MOST_ASKING) {
                now.add(goal == null || !goal.status().ended() ? Map.of() : result(goal));
            } else {
                others.add(reply);
                asking.put(id, others);
            }
        });
        now.forEach(reply);
    }

    @Override
    public void changed(Goal goal, List<Goal> known) {
        if (isTaken(goal)) {
            status.publish(Map.of("status_list", known.stream().filter(ActionServer::isTaken)
                    .map(one -> Map.of("goal_info", info(one), "status", number(one.status()))).toList()));
        }
        List<Consumer<Map<String, Object>>> waiting = goal.status().ended() ? asking.remove(goal.id()) : null;
        if (waiting != null) {
            waiting.forEach(reply -> reply.accept(result(goal)));
        }
    }

    @Override
    public void feedback(Goal goal, Map<String, Object> fields) {
        feedback.publish(Map.of("goal_id", uuid(goal.id()), "feedback", fields));
    }

    private static Map<String, Object> result(Goal goal) {
        return Map.of("status", number(goal.status()), "result", goal.result());
    }

    private static Map<String, Object> info(Goal goal) {
        return Map.of("goal_id", uuid(goal.id()), "stamp", goal.stampNs());
    }

    private static Map<String, Object> uuid(String id) {
        return Map.of("uuid", HexFormat.of().parseHex(id));
    }

    private static String id(Object goalId) {
        if (goalId instanceof Map<?, ?> fields && fields.get("uuid") instanceof byte[] uuid) {
            return HexFormat.of().formatHex(uuid);
        }
        throw new InputException("a goal without id");
    }

    /** As action_msgs/msg/GoalStatus numbers them. */
    private static int number(Status status) {
        return switch (status) {
            case PENDING, REJECTED, RECALLED -> 0;
            case ACTIVE -> 2;
            case CANCELING -> 3;
            case SUCCEEDED -> 4;
            case CANCELED -> 5;
            case ABORTED -> 6;
        };
    }

    /** Takes no more requests; what waits is still answered. For the end of the whole node. */
    void stop() {
        services.forEach(ServiceServer::stop);
    }

    @Override
    public void close() {
        services.forEach(ServiceServer::close);
        feedback.close();
        status.close();
    }
}
