package dev.dpros.ros2.discovery;

import dev.dpros.core.InputException;
import dev.dpros.ros2.rtps.Announcement;
import dev.dpros.ros2.rtps.RtpsParticipant;
import dev.dpros.ros2.wire.EntityIds;
import dev.dpros.ros2.wire.Guid;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Tells the domain that this participant is there (SPDP): to the group, to the well-known ports of this machine and of static
 * peers, and to every participant known. Often at the start, then every {@value #PERIOD_S} s. Any thread.
 */
final class Announcements {
    /** Leases given by others are 10 s or more; so is ours, three times this. */
    static final int PERIOD_S = 3;
    /** Well-known ports tried for each machine: as many as rmw_cyclonedds tries. */
    private static final int PORTS_TRIED = 32;
    private static final int AT_THE_START = 6;
    private static final long FIRST_NS = 100_000_000L;
    private static final int DISPOSED = 3;

    private final RtpsParticipant rtps;
    private final DomainSettings settings;
    private final ParticipantData self;
    private final List<InetSocketAddress> fixed;
    private final List<NetworkInterface> interfaces;
    private boolean gone;
    private int sent;
    private long dueNs = Long.MIN_VALUE;

    /** @param interfaces by which the group is told */
    Announcements(RtpsParticipant rtps, DomainSettings settings, ParticipantData self, List<NetworkInterface> interfaces) {
        this.interfaces = List.copyOf(interfaces);
        this.rtps = rtps;
        this.settings = settings;
        this.self = self;
        fixed = settings.range() == DomainSettings.Range.OFF ? List.of() : fixed();
    }

    private List<InetSocketAddress> fixed() {
        List<InetSocketAddress> all = new ArrayList<>();
        machine(InetAddress.getLoopbackAddress(), all);
        for (InetSocketAddress peer : settings.peers()) {
            if (peer.getPort() != 0) {
                all.add(peer);
            } else {
                machine(peer.getAddress(), all);
            }
        }
        return List.copyOf(all);
    }

    private void machine(InetAddress address, List<InetSocketAddress> to) {
        for (int index = 0; index < PORTS_TRIED; index++) {
            to.add(new InetSocketAddress(address, DiscoveryPorts.metatraffic(settings.domainId(), index)));
        }
    }

    /** Announces if it is time; {@code known} are told, too. Returns when the next is due. */
    synchronized long tick(long nowNs, List<DiscoveryState.Destination> known) {
        if (gone || dueNs != Long.MIN_VALUE && nowNs - dueNs < 0) {
            return dueNs;
        }
        send(self.write(), 1, 0, known);
        dueNs = nowNs + (sent < AT_THE_START ? FIRST_NS << sent : PERIOD_S * 1_000_000_000L);
        sent++;
        return dueNs;
    }

    /** Tells one participant at once. */
    synchronized void to(Guid participant, InetSocketAddress metatraffic) {
        if (!gone) {
            rtps.announce(self.write(), new Announcement(EntityIds.SPDP_WRITER, EntityIds.SPDP_READER, 1, 0), participant, metatraffic);
        }
    }

    /** Says that this participant leaves, and nothing more. */
    synchronized void farewell(List<DiscoveryState.Destination> known) {
        gone = true;
        send(ParticipantData.key(self.guid()), 2, DISPOSED, known);
    }

    private void multicast(ByteBuffer payload, Announcement all, NetworkInterface nic) {
        try {
            rtps.multicastBy(nic);
            rtps.announce(payload, all, Guid.UNKNOWN, DiscoveryPorts.multicast(settings.domainId()));
        } catch (InputException e) {
            // the interface went down meanwhile
        }
    }

    private void send(ByteBuffer payload, long sequence, int statusInfo, List<DiscoveryState.Destination> known) {
        Announcement all = new Announcement(EntityIds.SPDP_WRITER, EntityIds.UNKNOWN, sequence, statusInfo);
        for (NetworkInterface nic : fixed.isEmpty() ? List.<NetworkInterface>of() : interfaces) {
            multicast(payload.rewind(), all, nic);
        }
        for (InetSocketAddress address : fixed) {
            rtps.announce(payload.rewind(), all, Guid.UNKNOWN, address);
        }
        for (DiscoveryState.Destination participant : known) {
            if (!fixed.contains(participant.metatraffic())) {
                rtps.announce(payload.rewind(), all, participant.participant(), participant.metatraffic());
            }
        }
    }
}
