package dev.dpros.ros.transport;

import dev.dpros.core.Transport;
import dev.dpros.ros.node.RosNode;
import dev.dpros.ros.node.RosNodeConfig;
import dev.dpros.ros.rosjava.RosJavaTransport;
import java.net.URI;

/** ROSJava as an implementation of the port. */
class RosJavaConformanceTest extends Ros1Conformance {
    @Override
    Transport connect(URI at, String name) {
        return RosJavaTransport.connect(RosNodeConfig.local(at, name));
    }

    /** ROSJava has logs for itself. */
    @Override
    Transport logReader() {
        return RosNode.connect(RosNodeConfig.local(master(), "log_reader"));
    }
}
