package dev.dpros.ros.tcpros;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * One connection, for getBusInfo and getBusStats. Immutable.
 *
 * @param id number of the connection in this node
 * @param peer caller id of a subscriber, or slave URI of a publisher
 * @param outgoing true if we are the publisher
 * @param topic resolved name
 * @param connected whether the connection stands
 * @param detail addresses in words
 * @param bytes bytes sent or received
 * @param messages messages sent or received
 * @param drops messages dropped
 */
public record ConnectionInfo(int id, String peer, boolean outgoing, String topic, boolean connected, String detail,
        long bytes, long messages, long drops) {
    private static final AtomicInteger IDS = new AtomicInteger();

    /** A number for a new connection. */
    static int nextId() {
        return IDS.incrementAndGet();
    }
}
