package dev.dpros.ros.transport;

import dev.dpros.core.Transport;
import dev.dpros.ros.node.RosNode;
import dev.dpros.ros.node.RosNodeConfig;
import java.net.URI;

/** The project's own client of ROS 1 as an implementation of the port. */
class RosNodeConformanceTest extends Ros1Conformance {
    @Override
    Transport connect(URI at, String name) {
        return RosNode.connect(RosNodeConfig.local(at, name));
    }
}
