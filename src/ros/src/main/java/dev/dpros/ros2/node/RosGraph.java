package dev.dpros.ros2.node;

import dev.dpros.ros2.discovery.DiscoveryListener;
import dev.dpros.ros2.discovery.ParticipantData;
import dev.dpros.ros2.wire.EntityIds;
import dev.dpros.ros2.wire.Guid;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** The nodes of the domain, as their participants tell. Any thread. */
public final class RosGraph implements DiscoveryListener {
    private final Map<Guid, EntitiesInfo> participants = new HashMap<>();

    RosGraph() {}

    /** A participant's nodes, in place of what it told before. Returns the length of the ids in that, or 0 if it was the first. */
    synchronized int put(EntitiesInfo info) {
        EntitiesInfo before = participants.put(info.participant(), info);
        return before == null ? 0 : before.gidBytes();
    }

    /** Length of the ids in what a participant told, or 0 if it told nothing yet. @param entity one of its endpoints */
    synchronized int gidBytes(Guid entity) {
        EntitiesInfo told = participants.get(entity.withEntity(EntityIds.PARTICIPANT));
        return told == null ? 0 : told.gidBytes();
    }

    @Override
    public synchronized void participantLost(ParticipantData participant, boolean leaseOver) {
        participants.remove(participant.guid());
    }

    /** Full names of all nodes, each once, sorted. */
    public synchronized List<String> nodes() {
        TreeSet<String> names = new TreeSet<>();
        participants.values().forEach(info -> info.nodes().forEach(node -> names.add(node.fullName())));
        return List.copyOf(names);
    }

    /** Number of nodes of this full name: more than one confuse the tools. */
    public synchronized long count(String fullName) {
        return participants.values().stream().flatMap(info -> info.nodes().stream())
                .filter(node -> node.fullName().equals(fullName)).count();
    }

    /** Full name of the node that has an endpoint; null if no node says so (a program without ROS, or not yet told). */
    public synchronized String nodeOf(Guid endpoint) {
        for (EntitiesInfo info : participants.values()) {
            if (info.participant().samePrefix(endpoint)) {
                for (EntitiesInfo.Node node : info.nodes()) {
                    if (node.readers().contains(endpoint) || node.writers().contains(endpoint)) {
                        return node.fullName();
                    }
                }
            }
        }
        return null;
    }

    /** What each participant told last. */
    public synchronized List<EntitiesInfo> infos() {
        return new ArrayList<>(participants.values());
    }
}
