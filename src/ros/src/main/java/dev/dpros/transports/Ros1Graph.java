package dev.dpros.transports;

import dev.dpros.core.NodeGraph;
import dev.dpros.process.Owned;
import dev.dpros.ros.master.EmbeddedMaster;
import dev.dpros.ros.master.RosoutRelay;
import dev.dpros.ros.names.RosArguments;
import dev.dpros.ros.node.RosNode;
import dev.dpros.ros.node.RosNodeConfig;
import java.net.InetAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The graph of a ROS master, which may be one of our own. */
public final class Ros1Graph implements NodeGraph {
    private final URI master;
    private final Owned owned;
    private final String hint;

    private Ros1Graph(URI master, Owned owned, String hint) {
        this.master = master;
        this.owned = owned;
        this.hint = hint;
    }

    /** The graph of a master that is somebody else's. */
    static Ros1Graph at(URI master) {
        return new Ros1Graph(master, new Owned(), "");
    }

    /**
     * Starts a master.
     *
     * @param bind address to listen on
     * @param host under which other machines reach it; null for this machine only, or for the address itself
     * @param port TCP port, 0 for a free one
     * @param logs whether a node repeats all logs on {@code /rosout_agg}, as roscore's does
     * @throws dev.dpros.core.InputException if it cannot listen there
     */
    public static Ros1Graph open(InetAddress bind, String host, int port, boolean logs) {
        Owned owned = new Owned();
        try {
            URI master = owned.own(host == null ? EmbeddedMaster.start(bind, port) : EmbeddedMaster.start(bind, host, port)).uri();
            if (logs) {
                String reached = bind.isLoopbackAddress() ? null : master.getHost();
                RosNode node = owned.own(RosNode.connect(
                        new RosNodeConfig(master, reached, RosoutRelay.NODE_NAME, "/", Map.of(), Map.of(), null)));
                owned.own(new RosoutRelay(node));
            }
            return new Ros1Graph(master, owned, "a ROS master was started; for rostopic and others: export ROS_MASTER_URI=" + master);
        } catch (RuntimeException | Error e) {
            owned.closeAfter(e);
            throw e;
        }
    }

    /** The same, which says that it was opened because this master does not answer; null if none was named. */
    Ros1Graph inPlaceOf(@Nullable URI silent) {
        return silent == null ? this : new Ros1Graph(master, owned, "no ROS master answers at " + silent + ": " + hint);
    }

    @Override
    public String hint() {
        return hint;
    }

    /** The host under which this machine's nodes are reached, as the environment says; null if it does not. */
    public static String host(Map<String, String> environment) {
        return RosArguments.parse(List.of(), environment).host();
    }

    /** Address of the master. */
    public URI master() {
        return master;
    }

    @Override
    public Map<String, String> environment() {
        return Map.of("ROS_MASTER_URI", master.toString(), Transports.VARIABLE, Transports.DEFAULT);
    }

    @Override
    public void close() {
        owned.close();
    }
}
