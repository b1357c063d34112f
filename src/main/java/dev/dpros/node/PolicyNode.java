package dev.dpros.node;

import dev.dpros.config.RobotConfig;
import dev.dpros.control.ChunkInbox;
import dev.dpros.control.ControlConfig;
import dev.dpros.control.ControlLoop;
import dev.dpros.control.ControlThread;
import dev.dpros.control.LoopInputs;
import dev.dpros.control.LoopListeners;
import dev.dpros.control.LoopProbes;
import dev.dpros.control.PacerConfig;
import dev.dpros.control.TickListener;
import dev.dpros.core.Clock;
import dev.dpros.core.InputException;
import dev.dpros.core.PositionSource;
import dev.dpros.core.SystemClock;
import dev.dpros.diffusion.ConstantInputs;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.inference.AsyncSampler;
import dev.dpros.inference.ChunkPolicy;
import dev.dpros.inference.DiffusionPolicy;
import dev.dpros.inference.InferenceLatency;
import dev.dpros.inference.InferenceOptions;
import dev.dpros.inference.TorchRuntime;
import dev.dpros.metrics.MetricsRegistry;
import dev.dpros.metrics.Stage;
import dev.dpros.node.outputs.CommandOutput;
import dev.dpros.node.outputs.Diagnostics;
import dev.dpros.node.outputs.NodeOutputs;
import dev.dpros.node.outputs.RestWatch;
import dev.dpros.node.outputs.SafetyText;
import dev.dpros.node.outputs.Voice;
import dev.dpros.node.outputs.Waiting;
import dev.dpros.node.page.CycleLog;
import dev.dpros.node.page.LiveControls;
import dev.dpros.node.page.LiveState;
import dev.dpros.node.page.PlanFan;
import dev.dpros.node.trace.NodeTrace;
import dev.dpros.node.trace.TraceSetup;
import dev.dpros.observation.CameraSource;
import dev.dpros.ros.node.RosNode;
import dev.dpros.safety.CauseText;
import dev.dpros.safety.JointLimits;
import dev.dpros.safety.SafetyEvent;
import dev.dpros.safety.SafetyFilter;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control node: observation sources, sampler, control loop and command output of one policy on one ROS node, wired
 * as docs/architecture.md draws it. Built, started and closed by one thread; closing commands the robot to rest first.
 */
public final class PolicyNode implements Diagnostics.SamplerView, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PolicyNode.class);
    private static final long LONGEST_LOAD_S = 300;
    private static final long FRESH_OBSERVATION_MS = 1_000;
    private static final long HOUSEKEEPING_MS = 100;
    private static final long DIAGNOSTICS_MS = 1_000;
    private static final long END_AFTER_MS = 200;

    private final RosNode transport;
    private final Clock clock;
    private final Sources sources;
    private final SupervisedSampler sampler;
    private final CommandOutput output;
    private final NodeOutputs outputs;
    private final ControlLoop loop;
    private final ControlThread thread;
    private final CycleLog cycles;
    private final PlanFan fan;
    private final NodeTrace trace;
    private final Diagnostics.Subjects subjects;
    private final Diagnostics diagnostics;
    private final SafetyText text;
    private final Waiting waiting;
    private final Voice voice;
    private volatile OperatorServices services;
    private final SamplerChoice choice;
    private final GuideChoice guides;
    private final AutoCloseable setSampler;
    private final Teleoperation teleoperation;
    private volatile TickListener recorder = report -> { };
    private final NodeWatch watch;
    private volatile Consumer<NodeWatch.End> whoEnds = end -> { };
    private final ScheduledExecutorService housekeeping;

    /**
     * Wires everything and begins to load the policy.
     *
     * @param metrics gives the sink of each stage's durations
     * @throws InputException if configuration, policy and topics do not fit
     */
    public PolicyNode(RobotConfig config, PolicyDefinition definition, RosNode transport, MetricsRegistry metrics) {
        this(config, definition, transport, metrics, UnaryOperator.identity());
    }

    /** The same, with something around the policy, such as faults. */
    public PolicyNode(RobotConfig config, PolicyDefinition definition, RosNode transport, MetricsRegistry metrics,
            UnaryOperator<ChunkPolicy> around) {
        this.transport = transport;
        clock = transport.clock();
        PolicyConfig policy = definition.config();
        TorchRuntime.requireDevice(config.sampler().device());
        requireSameDimension(config, policy);
        ControlConfig unruled = controlConfig(config, policy, transport);
        sources = new Sources(config, policy, transport, transport.catalog(), metrics);
        sources.expect(config, ConstantInputs.of(definition));
        ControlConfig control = ruled(unruled, config, sources.measuredSource());
        List<JointLimits> limits = limits(config);
        SafetyFilter filter = control.safetyFilter(limits);
        trace = NodeTrace.open(config.trace(), traceSetup(config, control, limits), sources.inputs(), clock);
        output = new CommandOutput(transport, config.action(), control, filter.frameCapacity());
        outputs = new NodeOutputs(config, transport, sources.health());
        ChunkInbox inbox = new ChunkInbox();
        InferenceOptions options = config.sampler().toOptions();
        choice = new SamplerChoice(policy, options);
        guides = new GuideChoice(config, definition, choice::current, clock);
        cycles = new CycleLog(clock, sources.cameras().stream().map(CameraSource::statistics).toList(),
                policy.action().size(), metrics);
        long stepNs = control.policyStepNs();
        fan = new PlanFan(clock, config.dashboard().fanSamples(), stepNs);
        InferenceLatency probes = new InferenceLatency(new SystemClock(),
                fan.outside(cycles.encoding(metrics.latency(Stage.ENCODE))),
                fan.outside(metrics.latency(Stage.DENOISING_STEP)), fan.outside(metrics.latency(Stage.INFERENCE)));
        ChunkRelay relay = new ChunkRelay(cycles, trace, inbox, outputs.chunks());
        sampler = new SupervisedSampler(() -> new AsyncSampler(new AsyncSampler.Wiring(
                () -> around.apply(choice.follow(DiffusionPolicy.load(definition, options, probes))), sources.aligner(), relay,
                trace.watch(cycles.watch(guides.next())), clock, stepNs, fan)));
        teleoperation = config.teleop().topic().isEmpty() ? null : new Teleoperation(config, transport, transport.catalog());
        RestWatch rest = new RestWatch(control.names());
        LoopListeners listeners = outputs.heardWith(LoopListeners.NONE.and("at rest", rest).and("live page", cycles))
                .and("recorder", report -> recorder.ticked(report)).and("trace", trace);
        LoopProbes durations = new LoopProbes(metrics.latency(Stage.TICK_LATENESS), metrics.latency(Stage.TICK_DURATION),
                metrics.latency(Stage.END_TO_END));
        LoopInputs inputs = new LoopInputs(sources.health(), sources.positions(),
                teleoperation == null ? PositionSource.NONE : teleoperation, outputs.enableSwitch());
        loop = new ControlLoop(new ControlLoop.Wiring(control, filter, inputs, sampler, inbox,
                trace.publishing(cycles.publishing(output)), listeners).measuredBy(durations));
        text = new SafetyText(new CauseText(sources.health(), limits, transport.resolve("~start")), loop.watchdog(),
                sources.health(), clock, control.simulatedTime(), rest);
        waiting = new Waiting(WaitedFor.list(transport, sources.checks(), control.simulatedTime(), outputs.enable(),
                () -> services != null && loop.watchdog().active(SafetyEvent.NOT_STARTED) && !loop.watchdog().requestPending()));
        voice = new Voice(loop.watchdog(), text, waiting, clock);
        subjects = new Diagnostics.Subjects(loop, sources.checks(), this, output.publication(), text, waiting);
        diagnostics = new Diagnostics(transport, subjects, config.outputs().diagnostics(), outputs::enableText);
        thread = new ControlThread(loop, clock, pacer(config));
        watch = new NodeWatch(loop, thread, sampler::deviceLoss);
        setSampler = choice.offer(transport);
        housekeeping = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread worker = new Thread(task, "housekeeping");
            worker.setDaemon(true);
            return worker;
        });
    }

    private TraceSetup traceSetup(RobotConfig config, ControlConfig control, List<JointLimits> limits) {
        return new TraceSetup(transport.nodeName(), config.policy().getFileName().toString(), control, limits,
                sources.health().stream().map(TraceSetup.Source::of).toList());
    }

    private static void requireSameDimension(RobotConfig config, PolicyConfig policy) {
        int dims = policy.action().size();
        if (config.action().joints().size() != dims) {
            throw InputException.of("action", "joints", dims + " names (the policy's action dimension)",
                    config.action().joints().size() + " names", "");
        }
    }

    private static ControlConfig controlConfig(RobotConfig config, PolicyConfig policy, RosNode transport) {
        int chunkSteps = policy.horizon() - policy.nObsSteps() + 1;
        try {
            return config.control().toControlConfig(config.action().joints(), chunkSteps,
                    Boolean.TRUE.equals(transport.getParameter("/use_sim_time")));
        } catch (IllegalArgumentException e) {
            throw new InputException("control: " + e.getMessage(), e);
        }
    }

    private static ControlConfig ruled(ControlConfig control, RobotConfig config, int measuredSource) {
        try {
            return control.with(config.motionRules(measuredSource));
        } catch (IllegalArgumentException e) {
            throw new InputException("action or control: " + e.getMessage(), e);
        }
    }

    private static List<JointLimits> limits(RobotConfig config) {
        try {
            return config.action().jointLimits();
        } catch (IllegalArgumentException e) {
            throw new InputException("action: " + e.getMessage(), e);
        }
    }

    private static PacerConfig pacer(RobotConfig config) {
        PacerConfig base = config.control().realtimePriority() ? PacerConfig.REAL_TIME : PacerConfig.NORMAL;
        return new PacerConfig(base.spinNs(), base.mostSpinNs(), base.priority(), config.control().cpu(), base.lockMemory());
    }

    /**
     * Starts the control thread, waits for the policy to be warm, offers the operator's services, and lets it drive if
     * told to.
     *
     * @return false if the accelerator failed while the policy was loaded: the node cannot go on, and its owner hears why
     * @throws InputException if the policy cannot be loaded
     */
    public boolean start(boolean autostart) throws InterruptedException {
        thread.start();
        voice.start();
        every(DIAGNOSTICS_MS, diagnostics::diagnose);
        every(HOUSEKEEPING_MS, this::look);
        if (!sampler.awaitReady(LONGEST_LOAD_S, TimeUnit.SECONDS)) {
            if (sampler.deviceLoss() != null) {
                return false;
            }
            throw new IllegalStateException("the policy is not ready after " + LONGEST_LOAD_S + " s");
        }
        long hungAfterNs = loop.config().timing().samplerHungAfterNs();
        every(HOUSEKEEPING_MS, () -> sampler.replaceIfHung(clock.monotonicNs(), hungAfterNs));
        services = new OperatorServices(transport, loop.watchdog(), outputs::enabled, text::reason, this::freshObservations);
        if (autostart && !outputs.enabled()) {
            LOG.warn("the dead-man switch is not held: waits for true on ~enable and then for ~start");
        } else if (autostart) {
            loop.watchdog().request(SafetyEvent.STARTED);
        }
        return true;
    }

    /** Whatever the task throws, it is done again: a task that threw would otherwise never be. */
    private void every(long ms, Runnable task) {
        housekeeping.scheduleWithFixedDelay(() -> {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                LOG.warn("housekeeping: {}", e.toString());
            }
        }, ms, ms, TimeUnit.MILLISECONDS);
    }

    /** Where the node cannot go on, diagnostics say so, and a moment later its owner hears of it. */
    private void look() {
        NodeWatch.End end = watch.look(clock.monotonicNs());
        if (end != null) {
            housekeeping.schedule(() -> whoEnds.accept(end), END_AFTER_MS, TimeUnit.MILLISECONDS);
            diagnostics.diagnose();
        }
    }

    /** Sets who ends the process where the node cannot go on: the control thread died, or the accelerator is lost. */
    public void whenLost(Consumer<NodeWatch.End> owner) {
        whoEnds = owner;
    }

    /** Forgets what was seen before now and waits, up to a second, until every source has delivered again. */
    private void freshObservations() {
        long sinceNs = clock.rosNs();
        sources.aligner().reset(sinceNs);
        long deadline = clock.monotonicNs() + TimeUnit.MILLISECONDS.toNanos(FRESH_OBSERVATION_MS);
        while (!sources.fresh(sinceNs) && clock.monotonicNs() < deadline) {
            try {
                Thread.sleep(2);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** What the live page shows. @throws InputException if the page's configuration does not fit policy and action */
    public LiveState liveState(RobotConfig config) {
        return new LiveState(config.policy().getFileName() + " on " + transport.nodeName(), clock, subjects, cycles, fan, config);
    }

    /** What the live page may do. */
    public LiveControls liveControls() {
        return new LiveControls(event -> services == null ? "the policy is still loading" : services.operate(event));
    }

    /** Sets who else hears of every tick. */
    public void reportTo(TickListener listener) {
        recorder = listener;
    }

    /** When each part of the last cycles happened. */
    public CycleLog cycles() {
        return cycles;
    }

    /** The loop, for its state and counts. */
    public ControlLoop loop() {
        return loop;
    }

    /** The observation sources. */
    public Sources sources() {
        return sources;
    }

    /** The sampler. */
    SupervisedSampler sampler() {
        return sampler;
    }

    /** Why the node does what it does, in words. */
    public SafetyText why() {
        return text;
    }

    /** What it waits for at this moment; empty if nothing. */
    public String waitsFor() {
        return waiting.now();
    }

    /** How chunks are drawn. */
    GuideChoice guides() {
        return guides;
    }

    /** The command topic. */
    public CommandOutput output() {
        return output;
    }

    @Override
    public boolean ready() {
        return sampler.ready();
    }

    @Override
    public int replacements() {
        return sampler.replacements();
    }

    @Override
    public String sampling() {
        return choice.describe();
    }

    @Override
    public void close() throws Exception {
        housekeeping.shutdownNow();
        thread.close();
        voice.close();
        sampler.close();
        sources.close();
        trace.close();
        if (services != null) {
            services.close();
        }
        setSampler.close();
        if (teleoperation != null) {
            teleoperation.close();
        }
        outputs.close();
        diagnostics.close();
        output.close();
    }
}
