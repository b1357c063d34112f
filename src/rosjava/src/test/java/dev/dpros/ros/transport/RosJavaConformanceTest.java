package dev.dpros.ros.transport;

import dev.dpros.core.Transport;
import dev.dpros.ros.node.RosNode;
import dev.dpros.ros.node.RosNodeConfig;
import dev.dpros.ros.rosjava.RosJavaTransport;
import java.net.URI;

/** ROSJava as an implementation of the port. */
class RosJavaConformanceTest extends TransportConformance {
    @Override
    Transport connect(URI master, String name) {
        return RosJavaTransport.connect(RosNodeConfig.local(master, name));
    }

    /** ROSJava has logs for itself. */
    @Override
    Transport logReader(URI at) {
        return RosNode.connect(RosNodeConfig.local(at, "log_reader"));
    }
}
