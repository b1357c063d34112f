package dev.dpros.node.telemetry;

import dev.dpros.config.MetricsSection;
import dev.dpros.config.RobotConfig;
import dev.dpros.control.LoopStatistics;
import dev.dpros.control.LoopStatistics.Counter;
import dev.dpros.control.LoopStatistics.Value;
import dev.dpros.core.SystemClock;
import dev.dpros.inference.TorchRuntime;
import dev.dpros.metrics.MetricsRegistry;
import dev.dpros.metrics.MetricsServer;
import dev.dpros.metrics.NodeMeters;
import dev.dpros.metrics.ServerConfig;
import dev.dpros.metrics.dashboard.Dashboard;
import dev.dpros.node.PolicyNode;
import dev.dpros.node.outputs.RobotOutput;
import dev.dpros.node.page.CycleLog;
import dev.dpros.node.page.LiveControls;
import dev.dpros.node.page.LiveState;
import dev.dpros.node.page.PointerTeleop;
import dev.dpros.node.record.RecordingSession;
import dev.dpros.observation.ObservationInput;
import dev.dpros.process.Owned;
import dev.dpros.recording.EpisodeRecorder;
import dev.dpros.remote.RemoteFailure;
import dev.dpros.remote.RemoteServer;
import dev.dpros.safety.SafetyEvent;
import dev.dpros.safety.SafetyState;
import dev.dpros.safety.Watchdog;
import java.util.Locale;

/**
 * The node's metrics: a registry, its server, and the readers of every counter that the stages keep. Owned by the
 * command; the stages never wait for it.
 */
public final class Telemetry implements AutoCloseable {
    private final MetricsRegistry registry;
    private final MetricsServer server;
    private final String bind;
    private final Owned owned = new Owned();

    /** Starts the registry and, if enabled, the server. @throws dev.dpros.core.InputException if the port is taken */
    public Telemetry(MetricsSection config) {
        bind = config.bind();
        try {
            registry = owned.own(new MetricsRegistry(ExtraRegistries.of(config)));
            server = config.enabled()
                    ? owned.own(new MetricsServer(new ServerConfig(config.bind(), config.port(), config.token()), registry)) : null;
            registry.bindJvm();
            registry.start();
        } catch (RuntimeException | Error e) {
            owned.closeAfter(e);
            throw e;
        }
    }

    /** For the stages' latency sinks and the summary. */
    public MetricsRegistry registry() {
        return registry;
    }

    /** The port in use, or -1 if there is no server. */
    public int port() {
        return server == null ? -1 : server.port();
    }

    /** {@code ; live page at URL}, or nothing. */
    public String where() {
        return server == null ? "" : "; live page at http://" + bind + ":" + server.port();
    }

    /**
     * Serves the live page of a policy node, if there is a server.
     *
     * @param recording the recorder beside it, or null
     * @param pointer drives from the page
     * @throws dev.dpros.core.InputException if its configuration does not fit
     */
    public void show(PolicyNode node, RobotConfig config, RecordingSession recording, PointerTeleop pointer) {
        LiveState state = node.liveState(config);
        LiveControls controls = node.liveControls();
        if (recording != null) {
            state.showRecorder(recording.recorder()::status);
            controls.withRecorder(recording.recorder(), recording::start);
        }
        state.showRefusals(controls::refusals);
        if (server != null) {
            owned.own(new Dashboard(server, registry, state, controls, pointer, node.sources().previews(),
                    config.dashboard().rateHz()));
        }
    }

    /** Exports the memory of the GPU, if the network runs on one. */
    public void observeGpu(RobotConfig config) {
        if (config.sampler().here() && !config.sampler().device().equals("cpu")) {
            new NodeMeters(registry).gpuMemory(TorchRuntime::gpuMemoryUsed);
        }
    }

    /** Exports the counters of a recorder. */
    public void observe(EpisodeRecorder recorder) {
        new NodeMeters(registry).recorder(() -> recorder.totals().messages(), () -> recorder.totals().dropped(),
                () -> recorder.totals().bytes(), recorder::endedByDisk);
    }

    /** Exports the counters of a policy node. */
    public void observe(PolicyNode node) {
        NodeMeters meters = new NodeMeters(registry);
        SystemClock clock = new SystemClock();
        for (ObservationInput input : node.sources().inputs()) {
            var counts = input.statistics();
            meters.source(input.health(), input.feature().key(), clock::monotonicNs, counts::taken, counts::rejected, counts::skipped);
        }
        node.sources().subscriptions().forEach((key, subscription) -> meters.subscription(key, subscription));
        for (RobotOutput output : node.robotOutputs().all()) {
            String topic = node.robotOutputs().all().size() > 1 ? "command " + output.topic() : "command";
            meters.output(topic, output::receivers, output::sent, output::dropped);
        }
        observe(meters, node.loop().statistics(), node.cycles());
        observe(meters, node.loop().watchdog());
        if (node.server() != null) {
            observe(meters, node.server());
        }
    }

    private static void observe(NodeMeters meters, RemoteServer server) {
        meters.chunkOrigin("remote", server::remoteChunks);
        meters.chunkOrigin("local", server::localChunks);
        meters.chunkOrigin("none", server::withoutChunk);
        meters.remoteAsked(server.breaker()::closed);
        for (RemoteFailure.Kind kind : RemoteFailure.Kind.values()) {
            meters.remoteMisses(lower(kind), () -> server.breaker().failures(kind));
        }
    }

    private static void observe(NodeMeters meters, LoopStatistics counts, CycleLog cycles) {
        meters.ticks(() -> counts.get(Counter.TICKS), () -> counts.get(Counter.MISSED_TICKS));
        meters.deadlineMisses("chunk_late", () -> counts.get(Counter.DEADLINES_MISSED));
        meters.deadlineMisses("over_budget", () -> counts.get(Counter.CHUNKS_OVER_BUDGET));
        meters.deadlineMisses("tick", () -> counts.get(Counter.MISSED_TICKS));
        for (Counter counter : Counter.values()) {
            if (counter.name().startsWith("CHUNKS_")) {
                meters.chunks(counter.name().substring("CHUNKS_".length()).toLowerCase(Locale.ROOT), () -> counts.get(counter));
            }
        }
        meters.chunks("failed", () -> counts.get(Counter.INFERENCE_FAILURES));
        meters.chunkJoin(() -> counts.get(Value.JOIN_VELOCITY_JUMP), cycles::disagreement);
        meters.denoisingSteps(cycles::lastSteps, cycles::allSteps);
        meters.limited("any", () -> counts.get(Counter.FRAMES_LIMITED));
    }

    private static void observe(NodeMeters meters, Watchdog watchdog) {
        for (SafetyState state : SafetyState.values()) {
            meters.watchdogState(lower(state), () -> watchdog.state() == state);
            for (SafetyState to : SafetyState.values()) {
                if (to != state) {
                    meters.watchdogTransitions(lower(state), lower(to), () -> watchdog.transitions(state, to));
                }
            }
        }
        for (SafetyEvent event : SafetyEvent.values()) {
            meters.watchdogEvents(event.code(), () -> watchdog.count(event));
        }
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public void close() {
        owned.close();
    }
}
