package dev.dpros.ros2.message;

/**
 * A ROS 2 action type. Immutable. Cancelling and status are action_msgs/srv/CancelGoal and action_msgs/msg/GoalStatusArray
 * for every action.
 *
 * @param type {@code package/action/Name}
 * @param goal type {@code package/action/Name_Goal}
 * @param result type {@code package/action/Name_Result}
 * @param feedback type {@code package/action/Name_Feedback}
 * @param sendGoal the service that takes a goal
 * @param getResult the service that gives its result
 * @param feedbackMessage what the feedback topic carries
 * @param whole a message of all of them, which never is on the wire: its hash is the action's
 */
public record Ros2Action(String type, Ros2Schema goal, Ros2Schema result, Ros2Schema feedback,
        Ros2Service sendGoal, Ros2Service getResult, Ros2Schema feedbackMessage, Ros2Schema whole) {}
