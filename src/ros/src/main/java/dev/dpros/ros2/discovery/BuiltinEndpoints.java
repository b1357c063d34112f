package dev.dpros.ros2.discovery;

import dev.dpros.ros2.rtps.Reader;
import dev.dpros.ros2.rtps.ReaderConfig;
import dev.dpros.ros2.rtps.RemoteEndpoint;
import dev.dpros.ros2.rtps.RtpsParticipant;
import dev.dpros.ros2.rtps.SampleSink;
import dev.dpros.ros2.rtps.Writer;
import dev.dpros.ros2.rtps.WriterConfig;
import dev.dpros.ros2.wire.EntityIds;
import dev.dpros.ros2.wire.Guid;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;

/**
 * The builtin writers and readers through which participants tell each other of their endpoints (SEDP), and hear that they
 * live. Any thread; announcing one after the other (synchronized).
 */
final class BuiltinEndpoints {
    private static final int MOST_KEPT = 1_024;
    private static final int LARGEST = 65_000;
    private static final int LARGEST_OWN = 8_192;

    private final Guid self;
    private final Writer publications;
    private final Writer subscriptions;
    private final Reader publicationsOfOthers;
    private final Reader subscriptionsOfOthers;
    private final Reader lives;
    private final Map<Guid, Long> announced = new HashMap<>();

    BuiltinEndpoints(RtpsParticipant rtps, SampleSink writersFound, SampleSink readersFound, SampleSink signsOfLife) {
        self = rtps.guid();
        publications = rtps.writer(new WriterConfig(EntityIds.PUBLICATIONS_WRITER, true, true, MOST_KEPT, LARGEST_OWN));
        subscriptions = rtps.writer(new WriterConfig(EntityIds.SUBSCRIPTIONS_WRITER, true, true, MOST_KEPT, LARGEST_OWN));
        publicationsOfOthers = reader(rtps, EntityIds.PUBLICATIONS_READER, writersFound);
        subscriptionsOfOthers = reader(rtps, EntityIds.SUBSCRIPTIONS_READER, readersFound);
        lives = reader(rtps, EntityIds.LIVELINESS_READER, signsOfLife);
    }

    private static Reader reader(RtpsParticipant rtps, int entity, SampleSink sink) {
        return rtps.reader(new ReaderConfig(entity, true, true, LARGEST, ReaderConfig.Port.METATRAFFIC), sink);
    }

    /** Matches the builtin endpoints that a participant says it has. */
    void match(ParticipantData participant, InetSocketAddress metatraffic) {
        int has = participant.builtinEndpoints();
        Guid guid = participant.guid();
        if ((has & ParticipantData.PUBLICATIONS_DETECTOR) != 0) {
            publications.match(reliable(guid, EntityIds.PUBLICATIONS_READER, metatraffic));
        }
        if ((has & ParticipantData.SUBSCRIPTIONS_DETECTOR) != 0) {
            subscriptions.match(reliable(guid, EntityIds.SUBSCRIPTIONS_READER, metatraffic));
        }
        if ((has & ParticipantData.PUBLICATIONS_ANNOUNCER) != 0) {
            publicationsOfOthers.match(reliable(guid, EntityIds.PUBLICATIONS_WRITER, metatraffic));
        }
        if ((has & ParticipantData.SUBSCRIPTIONS_ANNOUNCER) != 0) {
            subscriptionsOfOthers.match(reliable(guid, EntityIds.SUBSCRIPTIONS_WRITER, metatraffic));
        }
        if ((has & ParticipantData.LIVELINESS_ANNOUNCER) != 0) {
            lives.match(reliable(guid, EntityIds.LIVELINESS_WRITER, metatraffic));
        }
    }

    private static RemoteEndpoint reliable(Guid participant, int entity, InetSocketAddress at) {
        return new RemoteEndpoint(participant.withEntity(entity), at, true, true);
    }

    /** Tells all participants, and those that come later, of an own endpoint. */
    synchronized void announce(EndpointData endpoint) {
        Writer writer = writerOf(endpoint.guid());
        announced.put(endpoint.guid(), writer.publish(endpoint.write()));
    }

    /** Tells them that it is closed. */
    synchronized void dispose(Guid endpoint) {
        Long sequence = announced.remove(endpoint);
        if (sequence != null) {
            Writer writer = writerOf(endpoint);
            writer.forget(sequence);
            writer.dispose(endpoint, EndpointData.key(endpoint));
        }
    }

    private Writer writerOf(Guid endpoint) {
        return EntityIds.isWriter(endpoint.entityId()) ? publications : subscriptions;
    }

    /** Waits until all participants have heard everything, so long at most. */
    void settle(long timeoutMs) {
        publications.awaitAcknowledged(timeoutMs);
        subscriptions.awaitAcknowledged(timeoutMs);
    }

    /** The participant whose builtin endpoints these are. */
    Guid self() {
        return self;
    }
}
