package dev.dpros.ros.node;

import dev.dpros.ros.names.RosArguments;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * How a node appears in the ROS graph. Immutable.
 *
 * @param masterUri {@code http://host:port} of the master
 * @param host address or host name under which other nodes reach this one; null for this machine only (loopback)
 * @param name base name of the node
 * @param namespace its namespace, such as {@code /}
 * @param remaps from, to
 * @param privateParameters set as {@code ~name} at the start
 * @param packagePath value of ROS_PACKAGE_PATH for message types that are not packaged; may be null
 */
public record RosNodeConfig(URI masterUri, @Nullable String host, String name, String namespace, Map<String, String> remaps,
        Map<String, Object> privateParameters, @Nullable String packagePath) {
    /** Copies the maps. */
    public RosNodeConfig {
        remaps = Map.copyOf(remaps);
        privateParameters = Map.copyOf(privateParameters);
    }

    /** A node on this machine, in the root namespace. */
    public static RosNodeConfig local(URI masterUri, String name) {
        return new RosNodeConfig(masterUri, null, name, "/", Map.of(), Map.of(), null);
    }

    /**
     * As the command line and the environment say.
     *
     * @param defaultName used unless the arguments have {@code __name:=}
     */
    public static RosNodeConfig of(RosArguments arguments, String defaultName, Map<String, String> env) {
        return new RosNodeConfig(arguments.masterUri(), arguments.host(),
                arguments.name() == null ? defaultName : arguments.name(), arguments.namespace(), arguments.remaps(),
                arguments.parameters(), env.get("ROS_PACKAGE_PATH"));
    }

    /** The same with other private parameters. */
    public RosNodeConfig withParameters(Map<String, Object> other) {
        return new RosNodeConfig(masterUri, host, name, namespace, remaps, other, packagePath);
    }

    /** The same with a suffix that makes the name unique, as rospy's anonymous nodes have. */
    public RosNodeConfig anonymous() {
        String unique = name + "_" + ProcessHandle.current().pid() + "_" + Long.toUnsignedString(
                ThreadLocalRandom.current().nextLong(1L << 40));
        return new RosNodeConfig(masterUri, host, unique, namespace, remaps, privateParameters, packagePath);
    }
}
