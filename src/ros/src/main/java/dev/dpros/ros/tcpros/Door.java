package dev.dpros.ros.tcpros;

import java.net.InetAddress;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The places for connections that have not become a subscriber's: bounded in all and per client address. One who comes
 * when all are taken gets the place of who has been idle longest, at its own address if that has its share. Those who have
 * called a service keep half of the places before those who have not. So whoever speaks at once is served, however many
 * sit and say nothing, and an operator's panel keeps its connection. Any thread; allocates per connection.
 */
final class Door {
    /** Time for the connection header. */
    static final long HEADER_LIMIT_NS = 5_000_000_000L;
    /** Time for a request of a client that wants to make one call, for the rest of a request, and for taking the answer. */
    static final long REQUEST_LIMIT_NS = 10_000_000_000L;
    /** Time between two requests of a persistent client. */
    static final long PERSISTENT_LIMIT_NS = 600_000_000_000L;

    /** One connection and what is waited for. Changed by the thread that serves it. */
    static final class Place {
        private final SocketChannel channel;
        private final InetAddress address;
        private final LongSupplier nowNs;
        private volatile long sinceNs;
        private volatile long limitNs;
        private volatile boolean caller;

        private Place(SocketChannel channel, LongSupplier nowNs) {
            this.channel = channel;
            this.address = channel.socket().getInetAddress();
            this.nowNs = nowNs;
            await(HEADER_LIMIT_NS);
        }

        /** From now on the client must send or take something within the limit, and is idle until then. */
        void await(long limit) {
            sinceNs = nowNs.getAsLong();
            limitNs = limit;
        }

        /** A request is being carried out: neither late nor idle. */
        void busy() {
            caller = true;
            limitNs = Long.MAX_VALUE;
        }

        private boolean idle() {
            return limitNs != Long.MAX_VALUE;
        }

        private boolean late(long now) {
            return now - sinceNs > limitNs;
        }
    }

    private final int most;
    private final int mostPerAddress;
    private final LongSupplier nowNs;
    private final List<Place> places = new ArrayList<>();
    private long evicted;

    /** A door with so many places in all and for one address. */
    Door(int most, int mostPerAddress, LongSupplier nowNs) {
        this.most = most;
        this.mostPerAddress = mostPerAddress;
        this.nowNs = nowNs;
    }

    /** A place for a connection, or null if every place it could get is busy. */
    synchronized @Nullable Place enter(SocketChannel channel) {
        Place place = new Place(channel, nowNs);
        long same = places.stream().filter(other -> other.address.equals(place.address)).count();
        if (same >= mostPerAddress && !evict(place.address) || places.size() >= most && !evict(null)) {
            return null;
        }
        places.add(place);
        return place;
    }

    /** Closes who has been idle longest, at one address or at any; false if nobody is idle. */
    private boolean evict(@Nullable InetAddress address) {
        Place caller = null;
        Place silent = null;
        int callers = 0;
        int silents = 0;
        for (Place place : places) {
            if (!place.idle() || address != null && !place.address.equals(address)) {
                continue;
            }
            if (place.caller) {
                callers++;
                caller = longer(caller, place);
            } else {
                silents++;
                silent = longer(silent, place);
            }
        }
        Place leaving = silents >= callers ? silent : caller;
        if (leaving == null) {
            return false;
        }
        places.remove(leaving);
        evicted++;
        Channels.closeQuietly(leaving.channel);
        return true;
    }

    private static Place longer(@Nullable Place a, Place b) {
        return a == null || b.sinceNs - a.sinceNs < 0 ? b : a;
    }

    /** The connection has ended, or has become a subscriber's. */
    synchronized void leave(@Nullable Place place) {
        places.remove(place);
    }

    /** Closes those who are late. */
    synchronized void sweep() {
        long now = nowNs.getAsLong();
        for (Place place : places) {
            if (place.late(now)) {
                Channels.closeQuietly(place.channel);
            }
        }
    }

    /** How many have lost their place to a newer one. */
    synchronized long evicted() {
        return evicted;
    }

    /** How many places are taken. */
    synchronized int taken() {
        return places.size();
    }

    /** Closes everything. */
    synchronized void close() {
        places.forEach(place -> Channels.closeQuietly(place.channel));
    }
}
