package dev.dpros.node.outputs;

import dev.dpros.config.RobotConfig;
import dev.dpros.control.ControlLoop;
import dev.dpros.core.ChunkSink;
import dev.dpros.core.Clock;
import dev.dpros.core.Transport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the control node publishes besides its commands, as configured, and its dead-man switch. Closed by its owner. */
public final class NodeOutputs implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeOutputs.class);

    private final Clock clock;
    private final StateOutput state;
    private final ChunkOutput chunks;
    private final Diagnostics diagnostics;
    private final EnableInput enable;

    /** Advertises and subscribes. @throws dev.dpros.core.InputException if the configuration does not fit the action */
    public NodeOutputs(RobotConfig config, Transport transport, Diagnostics.Subjects subjects) {
        clock = transport.clock();
        var loop = subjects.loop();
        chunks = new ChunkOutput(transport, config.outputs(), config.action());
        state = config.outputs().state()
                ? new StateOutput(transport, config.action().joints(), loop.watchdog(), loop.statistics(),
                        subjects.sources().stream().map(SourceCheck::health).toList())
                : null;
        enable = config.node().enableTimeoutMs() > 0
                ? new EnableInput(transport, config.node().enableTimeoutMs()) : null;
        if (enable != null) {
            loop.enableWith(enable);
        }
        diagnostics = new Diagnostics(transport, subjects, config.outputs().diagnostics(), this::enableSwitch);
    }

    /** Where chunks go. */
    public ChunkSink chunks() {
        return chunks;
    }

    /** Has the state topic hear of every tick. */
    public void follow(ControlLoop loop) {
        if (state != null) {
            loop.reportTo("state topic", state);
        }
    }

    /** Whether the dead-man switch is held, or none is configured. Any thread. */
    public boolean enabled() {
        return enable == null || enable.held(clock.monotonicNs());
    }

    /** The dead-man switch, or null if there is none. */
    public EnableInput enable() {
        return enable;
    }

    private String enableSwitch() {
        return enable == null ? "no dead-man switch" : enabled() ? "dead-man switch held" : "dead-man switch not held";
    }

    /** Publishes and logs diagnostics; to be called once a second by one thread. Does not throw. */
    public void diagnose() {
        try {
            diagnostics.update();
        } catch (RuntimeException | Error e) {
            LOG.warn("diagnostics: {}", e.toString());
        }
    }

    @Override
    public void close() {
        if (enable != null) {
            enable.close();
        }
        if (state != null) {
            state.close();
        }
        chunks.close();
        diagnostics.close();
    }
}
