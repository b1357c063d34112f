package dev.dpros.ros2.discovery;

import dev.dpros.core.ForeignText;
import dev.dpros.ros2.rtps.RemoteEndpoint;
import dev.dpros.ros2.wire.Guid;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Brings own endpoints together with those of others that fit: same topic, same type (and type hash, where both have one),
 * QoS that agree. What does not fit is refused with its reason, once. Not thread-safe: its owner's lock guards it.
 */
final class EndpointMatcher {
    private final List<LocalEndpoint> locals = new ArrayList<>();
    private final Map<Guid, Remote> remotes = new LinkedHashMap<>();
    private final Consumer<Runnable> events;

    private record Remote(EndpointData data, InetSocketAddress address, String participant) {}

    /** A matcher that hands calls of listeners to {@code events}, which runs them later and in order. */
    EndpointMatcher(Consumer<Runnable> events) {
        this.events = events;
    }

    /** An own endpoint is there. */
    void add(LocalEndpoint local) {
        locals.add(local);
        remotes.values().forEach(remote -> consider(local, remote));
    }

    /** An own endpoint is closed. */
    void remove(LocalEndpoint local) {
        locals.remove(local);
    }

    /** Which endpoints an own one serves may have changed. */
    void reconsider(LocalEndpoint local) {
        for (Remote remote : remotes.values()) {
            if (local.isMatched(remote.data.guid()) && !local.fits.test(remote.data)) {
                local.unmatch(remote.data.guid());
                events.accept(() -> local.listener.unmatched(remote.data));
            } else if (!local.isMatched(remote.data.guid())) {
                consider(local, remote);
            }
        }
    }

    /**
     * An endpoint of another participant is announced, maybe with other data than before.
     *
     * @param address where it is reached
     * @param participant whose it is, for people
     */
    void add(EndpointData data, InetSocketAddress address, String participant) {
        Remote known = remotes.get(data.guid());
        if (known != null && known.data.equals(data) && known.address.equals(address)) {
            return;
        }
        if (known != null) {
            remove(data.guid());
        }
        Remote remote = new Remote(data, address, participant);
        remotes.put(data.guid(), remote);
        locals.forEach(local -> consider(local, remote));
    }

    /** An endpoint of another participant is gone. Returns its data, or null if it was not known. */
    EndpointData remove(Guid guid) {
        Remote remote = remotes.remove(guid);
        if (remote == null) {
            return null;
        }
        for (LocalEndpoint local : locals) {
            if (local.unmatch(guid)) {
                events.accept(() -> local.listener.unmatched(remote.data));
            }
        }
        return remote.data;
    }

    /** Removes all endpoints of a participant and returns them. */
    List<EndpointData> removeAllOf(Guid participant) {
        List<EndpointData> gone = new ArrayList<>();
        for (Guid guid : List.copyOf(remotes.keySet())) {
            if (guid.samePrefix(participant)) {
                gone.add(remove(guid));
            }
        }
        return gone;
    }

    /** An endpoint's data, or null if it is not known. */
    EndpointData remote(Guid guid) {
        Remote remote = remotes.get(guid);
        return remote == null ? null : remote.data;
    }

    /** Number of endpoints known. */
    int size() {
        return remotes.size();
    }

    /** Number of endpoints known of a participant. */
    long sizeOf(Guid participant) {
        return remotes.keySet().stream().filter(guid -> guid.samePrefix(participant)).count();
    }

    /** All endpoints known. */
    List<EndpointData> remotes() {
        return remotes.values().stream().map(Remote::data).toList();
    }

    private void consider(LocalEndpoint local, Remote remote) {
        EndpointData data = remote.data;
        if (data.isWriter() == local.data.isWriter() || !data.topic().equals(local.data.topic())) {
            return;
        }
        String fault = fault(local.data, data);
        if (fault != null) {
            String reason = "topic " + people(data.topic()) + ": " + (data.isWriter() ? "writer" : "reader") + " of " + remote.participant
                    + " does not fit: " + fault;
            if (local.refuse(data.guid(), reason)) {
                events.accept(() -> local.listener.refused(data, reason));
            }
        } else if (local.fits.test(data)) {
            local.match(data, new RemoteEndpoint(data.guid(), remote.address, data.qos().reliable(), data.qos().transientLocal()));
            events.accept(() -> local.listener.matched(data));
        } else {
            events.accept(() -> local.listener.passedOver(data));
        }
    }

    private static String fault(EndpointData local, EndpointData remote) {
        if (!local.type().equals(remote.type())) {
            return "type " + people(remote.type()) + ", here " + people(local.type());
        }
        String one = local.typeHash();
        String other = remote.typeHash();
        if (one != null && other != null && !one.equals(other)) {
            return "type " + people(local.type()) + " is defined otherwise there (" + ForeignText.printable(other) + ", here " + one + ")";
        }
        List<String> faults = local.isWriter() ? QosMatch.faults(local.qos(), remote.qos()) : QosMatch.faults(remote.qos(), local.qos());
        return faults.isEmpty() ? null : String.join("; ", faults);
    }

    /** A topic or type as ROS has it. */
    private static String people(String dds) {
        String name = dds.startsWith("rt/") ? dds.substring(2) : dds;
        return ForeignText.printable(name.replace("::dds_::", "::").replace("::", "/").replaceAll("_$", ""));
    }
}
