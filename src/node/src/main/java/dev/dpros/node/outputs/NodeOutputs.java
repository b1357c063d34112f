package dev.dpros.node.outputs;

import dev.dpros.config.RobotConfig;
import dev.dpros.control.EnableSwitch;
import dev.dpros.control.LoopListeners;
import dev.dpros.core.ChunkSink;
import dev.dpros.core.Clock;
import dev.dpros.core.SourceHealth;
import dev.dpros.core.Transport;
import dev.dpros.process.Owned;
import java.util.List;

/** What the control node publishes besides its commands, as configured, and its dead-man switch. Closed by its owner. */
public final class NodeOutputs implements AutoCloseable {
    private final Clock clock;
    private final StateOutput state;
    private final ChunkOutput chunks;
    private final EnableInput enable;
    private final Owned owned = new Owned();

    /**
     * Advertises and subscribes.
     *
     * @param sources health of the observation sources, in the watchdog's order
     * @throws dev.dpros.core.InputException if the configuration does not fit the action
     */
    public NodeOutputs(RobotConfig config, Transport transport, List<SourceHealth> sources) {
        clock = transport.clock();
        try {
            chunks = owned.own(new ChunkOutput(transport, config.outputs(), config.layout()));
            state = config.outputs().state() ? owned.own(new StateOutput(transport, config.layout().names(), sources)) : null;
            enable = config.node().enableTimeoutMs() > 0
                    ? owned.own(new EnableInput(transport, config.node().enableTimeoutMs())) : null;
        } catch (RuntimeException | Error e) {
            owned.closeAfter(e);
            throw e;
        }
    }

    /** Where chunks go. */
    public ChunkSink chunks() {
        return chunks;
    }

    /** These listeners and, if there is one, the state topic. */
    public LoopListeners heardWith(LoopListeners listeners) {
        return state == null ? listeners : listeners.and("state topic", state);
    }

    /** The dead-man switch for the loop. */
    public EnableSwitch enableSwitch() {
        return enable == null ? EnableSwitch.ALWAYS : enable;
    }

    /** Whether the dead-man switch is held, or none is configured. Any thread. */
    public boolean enabled() {
        return enable == null || enable.held(clock.monotonicNs());
    }

    /** The dead-man switch, or null if there is none. */
    public EnableInput enable() {
        return enable;
    }

    /** Whether there is a dead-man switch, and whether it is held, for people. */
    public String enableText() {
        return enable == null ? "no dead-man switch" : enabled() ? "dead-man switch held" : "dead-man switch not held";
    }

    @Override
    public void close() {
        owned.close();
    }
}
