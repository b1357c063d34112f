package dev.dpros.ros.rosjava;

import dev.dpros.core.Transport;
import dev.dpros.ros.node.RosNodeConfig;
import dev.dpros.transports.Ros1;

/** Offers ROSJava to the command line. */
public final class RosJavaProvider extends Ros1 {
    @Override
    public String name() {
        return "rosjava";
    }

    @Override
    protected Transport connect(RosNodeConfig config) {
        return RosJavaTransport.connect(config);
    }
}
