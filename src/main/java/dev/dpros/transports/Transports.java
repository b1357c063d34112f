package dev.dpros.transports;

import dev.dpros.core.InputException;
import dev.dpros.core.MessageTypes;
import dev.dpros.core.NearestName;
import dev.dpros.core.TransportProvider;
import dev.dpros.ros.message.SchemaCatalog;
import dev.dpros.ros2.message.Ros2Catalog;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;

/** The middlewares of this build: the project's own, and what {@link ServiceLoader} finds. Stateless. */
public final class Transports {
    /** Environment variable that chooses one. */
    public static final String VARIABLE = "DPROS_TRANSPORT";
    /** Chosen unless something else is. */
    public static final String DEFAULT = "ros1";

    private Transports() {}

    /**
     * The middleware of this name.
     *
     * @param where the name stands
     * @throws InputException naming those there are, if this build has none such
     */
    public static TransportProvider named(String where, String name) {
        Map<String, TransportProvider> known = new TreeMap<>();
        known.put(DEFAULT, new Ros1());
        known.put(Ros2.NAME, new Ros2());
        ServiceLoader.load(TransportProvider.class).forEach(provider -> known.put(provider.name(), provider));
        TransportProvider found = known.get(name);
        if (found == null) {
            throw new InputException(where + ": '" + name + "': this build has " + String.join(", ", known.keySet())
                    + NearestName.hint(name, known.keySet()) + "; rosjava is in builds with -Prosjava (docs/ros.md)");
        }
        return found;
    }

    /**
     * How recorded messages are read and written.
     *
     * @param checksum of their type: a type hash for ROS 2, an md5 for ROS 1; empty for messages that the program makes
     *     itself, as at the import of a data set
     */
    public static MessageTypes recorded(String checksum) {
        return checksum.startsWith("RIHS") ? Ros2Catalog.packaged() : SchemaCatalog.packaged();
    }
}
