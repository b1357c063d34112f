package dev.dpros.ros.tcpros;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;

/** Asks a publisher where its TCPROS port is (requestTopic of the slave API). Blocks; called on connection threads. */
@FunctionalInterface
public interface PublisherLocator {
    /** The address, not resolved if its name is not known here. @throws IOException if the publisher is not there or does not publish the topic */
    InetSocketAddress locate(URI publisher, String topic) throws IOException;
}
