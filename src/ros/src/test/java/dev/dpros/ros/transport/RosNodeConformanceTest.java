package dev.dpros.ros.transport;

import dev.dpros.core.Transport;
import dev.dpros.ros.node.RosNode;
import dev.dpros.ros.node.RosNodeConfig;
import java.net.URI;

/** The project's own client as an implementation of the port. */
class RosNodeConformanceTest extends TransportConformance {
    @Override
    Transport connect(URI master, String name) {
        return RosNode.connect(RosNodeConfig.local(master, name));
    }
}
