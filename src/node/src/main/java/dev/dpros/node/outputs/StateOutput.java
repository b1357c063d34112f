package dev.dpros.node.outputs;

import dev.dpros.control.TickListener;
import dev.dpros.control.TickReport;
import dev.dpros.core.SourceHealth;
import dev.dpros.core.Transport;
import dev.dpros.core.Transport.Publication;
import dev.dpros.core.Transport.PublicationOptions;
import dev.dpros.messages.ControllerStateWriter;
import dev.dpros.safety.SafetyEvent;
import dev.dpros.safety.SafetyState;
import java.util.Arrays;
import java.util.List;

/** {@code ~state}: diffusion_policy_msgs/ControllerState per tick. Control thread; allocates nothing. */
public final class StateOutput implements TickListener, AutoCloseable {
    private final Publication publication;
    private final ControllerStateWriter writer;
    private final SourceHealth[] sources;
    private SafetyState state;

    /** Advertises the topic. @param sources in the watchdog's order */
    public StateOutput(Transport transport, List<String> names, List<SourceHealth> sources) {
        this.sources = sources.toArray(new SourceHealth[0]);
        writer = new ControllerStateWriter(transport.messages(), names, sources.stream().map(SourceHealth::name).toList(),
                Arrays.stream(SafetyEvent.values()).map(SafetyEvent::code).toList());
        publication = transport.advertise("~state", ControllerStateWriter.TYPE, new PublicationOptions(false, 10));
    }

    @Override
    public void ticked(TickReport report) {
        SafetyState now = report.state;
        if (now != state) {
            state = now;
            writer.sinceNs = report.inputs.rosNs;
        }
        writer.stampNs = report.inputs.rosNs;
        writer.state = now.ordinal();
        writer.reason = report.reason.ordinal();
        writer.source = report.reasonSource;
        writer.tick = report.tick;
        writer.missedTicks = report.missedTicks;
        writer.latenessNs = report.latenessNs;
        writer.chunkId = report.chunkId;
        writer.chunkAgeNs = report.chunkId == 0 ? 0 : report.inputs.rosNs - report.observationStampNs;
        writer.actionsLeft = report.actionsLeft;
        for (int i = 0; i < sources.length; i++) {
            long last = sources[i].lastReceivedNs();
            writer.sourceAgesNs[i] = last == SourceHealth.NEVER ? -1 : Math.max(0, report.inputs.monotonicNs - last);
        }
        System.arraycopy(report.command, 0, writer.command, 0, report.command.length);
        System.arraycopy(report.inputs.measured, 0, writer.measured, 0, report.inputs.measured.length);
        writer.measuredKnown = report.inputs.measuredKnown;
        writer.limited = report.status;
        writer.intervention = report.human;
        writer.commanding = report.commanding;
        publication.publish(writer.write());
    }

    /** For counts. */
    public Publication publication() {
        return publication;
    }

    @Override
    public void close() {
        publication.close();
    }
}
