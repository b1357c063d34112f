package dev.dpros.ros2.node;

import dev.dpros.ros2.discovery.DomainSettings;
import dev.dpros.ros2.discovery.EndpointQos;
import dev.dpros.ros2.names.Ros2Arguments;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a node appears in the ROS 2 graph. Immutable.
 *
 * @param domain where it looks for others
 * @param name base name, unless the arguments have {@code __node:=}
 * @param namespace its namespace, unless the arguments have {@code __ns:=}
 * @param arguments remaps, parameters, enclave
 * @param qos full name of a topic to the QoS that is offered and asked for there; where there is none, what fits the other side
 * @param parameters the node's own at the start, by names with dots or slashes; null for those of the arguments
 * @param amentPrefixPath value of AMENT_PREFIX_PATH for message types that are not packaged; may be null
 */
public record Ros2NodeConfig(DomainSettings domain, String name, String namespace, Ros2Arguments arguments, Map<String, EndpointQos> qos,
        Map<String, Object> parameters, String amentPrefixPath) {
    private static final Logger LOG = LoggerFactory.getLogger(Ros2NodeConfig.class);

    /** Copies the map. */
    public Ros2NodeConfig {
        qos = Map.copyOf(qos);
    }

    /** A node of this machine in the root namespace. */
    public static Ros2NodeConfig local(int domainId, String name) {
        return new Ros2NodeConfig(DomainSettings.local(domainId), name, "/", Ros2Arguments.none(), Map.of(), null, null);
    }

    /** As the environment and the arguments say. */
    public static Ros2NodeConfig of(Ros2Arguments arguments, String defaultName, Map<String, String> environment) {
        if (environment.getOrDefault("RMW_IMPLEMENTATION", "").contains("zenoh")) {
            LOG.warn("RMW_IMPLEMENTATION is {}: nodes of rmw_zenoh are not reached; start the others with rmw_cyclonedds_cpp or rmw_fastrtps_cpp",
                    environment.get("RMW_IMPLEMENTATION"));
        }
        return new Ros2NodeConfig(DomainSettings.of(environment), defaultName, "/", arguments, Map.of(), null,
                environment.get("AMENT_PREFIX_PATH"));
    }

    /** The same with the QoS of some topics given. */
    public Ros2NodeConfig withQos(Map<String, EndpointQos> given) {
        return new Ros2NodeConfig(domain, name, namespace, arguments, given, parameters, amentPrefixPath);
    }

    /** The same with these parameters in place of those of the arguments. */
    public Ros2NodeConfig withParameters(Map<String, Object> given) {
        return new Ros2NodeConfig(domain, name, namespace, arguments, qos, Map.copyOf(given), amentPrefixPath);
    }
}
