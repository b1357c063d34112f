package dev.dpros.ros2.message;

/**
 * How ROS 2 names its topics, services and types on DDS, and back. Names of topics and services are full, with the slash in
 * front. Stateless.
 */
public final class DdsNames {
    private static final String TOPIC = "rt";
    private static final String REQUEST = "rq";
    private static final String REPLY = "rr";

    private DdsNames() {}

    /** {@code sensor_msgs/msg/Image} as {@code sensor_msgs::msg::dds_::Image_}. */
    public static String type(String rosType) {
        int slash = rosType.lastIndexOf('/');
        return rosType.substring(0, slash).replace("/", "::") + "::dds_::" + rosType.substring(slash + 1) + "_";
    }

    /** {@code sensor_msgs::msg::dds_::Image_} as {@code sensor_msgs/msg/Image}; null if it is no type of ROS 2. */
    public static String rosType(String ddsType) {
        return ddsType.matches("\\w+::(msg|srv|action)::dds_::\\w+_")
                ? ddsType.substring(0, ddsType.length() - 1).replace("::dds_::", "::").replace("::", "/") : null;
    }

    /** {@code /joint_states} as {@code rt/joint_states}. */
    public static String topic(String name) {
        return TOPIC + name;
    }

    /** The topic of a service's requests: {@code /start} as {@code rq/startRequest}. */
    public static String requestTopic(String service) {
        return REQUEST + service + "Request";
    }

    /** The topic of a service's replies: {@code /start} as {@code rr/startReply}. */
    public static String replyTopic(String service) {
        return REPLY + service + "Reply";
    }

    /** {@code rt/joint_states} as {@code /joint_states}; null if it is no topic of ROS 2. */
    public static String rosTopic(String ddsTopic) {
        return ddsTopic.startsWith(TOPIC + "/") ? ddsTopic.substring(TOPIC.length()) : null;
    }

    /** The service whose requests or replies these are; null if they are none. */
    public static String rosService(String ddsTopic) {
        boolean request = ddsTopic.startsWith(REQUEST + "/") && ddsTopic.endsWith("Request");
        boolean reply = ddsTopic.startsWith(REPLY + "/") && ddsTopic.endsWith("Reply");
        return request || reply ? ddsTopic.substring(2, ddsTopic.length() - (request ? "Request" : "Reply").length()) : null;
    }

    /** A service of an action: {@code /run_policy} and {@code send_goal} as {@code /run_policy/_action/send_goal}. */
    public static String actionPart(String action, String part) {
        return action + "/_action/" + part;
    }
}
