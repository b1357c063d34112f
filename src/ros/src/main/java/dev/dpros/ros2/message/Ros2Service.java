package dev.dpros.ros2.message;

/**
 * A ROS 2 service type. Immutable.
 *
 * @param type {@code package/srv/Name}; of an action's services {@code package/action/Name_SendGoal} and the like
 * @param request type {@code package/srv/Name_Request}
 * @param response type {@code package/srv/Name_Response}
 * @param event type {@code package/srv/Name_Event}, what service introspection publishes
 * @param whole a message of the three, which never is on the wire: its hash is the service's
 */
public record Ros2Service(String type, Ros2Schema request, Ros2Schema response, Ros2Schema event,
        Ros2Schema whole) {}
