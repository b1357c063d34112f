package dev.dpros.ros.node;

import dev.dpros.core.InputException;
import dev.dpros.core.NearestName;
import dev.dpros.core.Transport;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.function.Function;

/** Another ROS client behind the port, found on the class path by {@link ServiceLoader}. */
public interface TransportProvider {
    /** The name of this project's own client. */
    String OWN = "own";

    /** What it is chosen by, such as {@code rosjava}. */
    String name();

    /** Joins the graph. @throws InputException if the master cannot be reached */
    Transport connect(RosNodeConfig config);

    /** Joins the graph with the client of this name. @throws InputException if this build has none such */
    static Transport connect(String name, RosNodeConfig config) {
        Map<String, Function<RosNodeConfig, Transport>> known = new TreeMap<>();
        known.put(OWN, RosNode::connect);
        ServiceLoader.load(TransportProvider.class).forEach(provider -> known.put(provider.name(), provider::connect));
        if (!known.containsKey(name)) {
            throw new InputException("--transport: '" + name + "': this build has " + String.join(", ", known.keySet())
                    + NearestName.hint(name, known.keySet()) + "; rosjava is in builds with -Prosjava (docs/ros.md)");
        }
        return known.get(name).apply(config);
    }
}
