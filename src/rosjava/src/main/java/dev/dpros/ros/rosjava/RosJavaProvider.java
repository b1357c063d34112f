package dev.dpros.ros.rosjava;

import dev.dpros.core.Transport;
import dev.dpros.ros.node.RosNodeConfig;
import dev.dpros.ros.node.TransportProvider;

/** Offers ROSJava to the command line. */
public final class RosJavaProvider implements TransportProvider {
    @Override
    public String name() {
        return "rosjava";
    }

    @Override
    public Transport connect(RosNodeConfig config) {
        return RosJavaTransport.connect(config);
    }
}
