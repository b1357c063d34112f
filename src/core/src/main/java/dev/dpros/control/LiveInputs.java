package dev.dpros.control;

import dev.dpros.core.ChunkRequester;
import dev.dpros.core.CommandSink;
import dev.dpros.core.PositionSource;
import dev.dpros.core.SourceHealth;
import dev.dpros.safety.Watchdog;

/** Reads what other threads have for a tick. Control thread; neither allocates nor waits. */
final class LiveInputs {
    private final Watchdog watchdog;
    private final ChunkRequester requester;
    private final ChunkInbox inbox;
    private final SourceHealth[] sources;
    private final PositionSource positions;
    private final PositionSource teleop;
    private final EnableSwitch enable;
    private final CommandSink[] outputs;

    LiveInputs(Watchdog watchdog, ControlLoop.Wiring wiring) {
        LoopInputs inputs = wiring.inputs();
        this.watchdog = watchdog;
        requester = wiring.requester();
        inbox = wiring.inbox();
        outputs = wiring.outputs().stream().map(WiredOutput::sink).toArray(CommandSink[]::new);
        sources = inputs.sources().toArray(new SourceHealth[0]);
        positions = inputs.positions();
        teleop = inputs.teleoperation();
        enable = inputs.enable();
    }

    /** The sampler's state before its chunk: a chunk that comes in between is then found at the next tick. */
    void read(TickInputs into) {
        into.operatorRequests = watchdog.takeRequests();
        into.samplerBusy = requester.busy();
        into.samplerSinceNs = requester.runningSinceNs();
        into.chunk = inbox.take();
        into.failures = inbox.failures();
        into.failure = inbox.lastKind();
        into.health.read(sources);
        into.measuredKnown = positions.read(into.measured) && (outputs.length > 1 || finite(into.measured));
        into.teleopKnown = teleop.read(into.teleop);
        into.enabled = enable.held(into.monotonicNs);
        into.lostOutputs = 0;
        for (int i = 0; i < outputs.length; i++) {
            into.lostOutputs |= outputs[i].lost() ? 1 << i : 0;
        }
    }

    static boolean finite(double[] values) {
        for (double value : values) {
            if (!Double.isFinite(value)) {
                return false;
            }
        }
        return true;
    }
}
