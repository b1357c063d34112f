package dev.dpros.node;

import dev.dpros.config.RobotConfig;
import dev.dpros.control.ControlLoop;
import dev.dpros.control.LoopStatistics;
import dev.dpros.control.TickListener;
import dev.dpros.core.InputException;
import dev.dpros.core.Transport;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.inference.ChunkPolicy;
import dev.dpros.metrics.MetricsRegistry;
import dev.dpros.node.outputs.RobotOutputs;
import dev.dpros.node.outputs.SafetyText;
import dev.dpros.node.page.CycleLog;
import dev.dpros.node.page.LiveControls;
import dev.dpros.node.page.LiveState;
import dev.dpros.node.page.TopicFacts;
import dev.dpros.node.trace.GoalRecord;
import dev.dpros.process.Owned;
import dev.dpros.remote.RemoteServer;
import dev.dpros.safety.SafetyEvent;
import dev.dpros.safety.Watchdog;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control node: observation sources, sampler, control loop and command output of one policy on one node of a robot's
 * middleware, wired
 * as docs/architecture.md draws it. Built, started and closed by one thread; closing commands the robot to rest first.
 */
public final class PolicyNode implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PolicyNode.class);
    private static final long LONGEST_LOAD_S = 300;
    private static final long HOUSEKEEPING_MS = 100;
    private static final long DIAGNOSTICS_MS = 1_000;
    private static final long END_AFTER_MS = 200;

    private final NodeSetup setup;
    private final Sources sources;
    private final NodeEnds ends;
    private final NodeSampler sampler;
    private final NodeControl control;
    private final Housekeeping housekeeping;
    private final AtomicReference<OperatorServices> services = new AtomicReference<>();
    private final RunPolicy action;
    private volatile Consumer<String> whoRecordsTasks = task -> { };
    private final AtomicReference<TickListener> recorder = new AtomicReference<>(report -> { });
    private final Owned owned = new Owned();
    private volatile Consumer<NodeWatch.End> whoEnds = end -> { };

    /**
     * Wires everything and begins to load the policy.
     *
     * @param metrics gives the sink of each stage's durations
     * @throws InputException if configuration, policy and topics do not fit; nothing is left behind
     */
    public PolicyNode(RobotConfig config, PolicyDefinition definition, Transport transport, MetricsRegistry metrics) {
        this(config, definition, transport, metrics, UnaryOperator.identity());
    }

    /** The same, with something around the policy, such as faults. */
    public PolicyNode(RobotConfig config, PolicyDefinition definition, Transport transport, MetricsRegistry metrics,
            UnaryOperator<ChunkPolicy> around) {
        setup = new NodeSetup(config, definition, transport, metrics, around);
        var unruled = setup.control();
        try {
            sources = setup.sources(owned);
            NodeSetup.Motion motion = setup.motion(unruled, sources::measuredSource);
            ends = new NodeEnds(setup, motion, sources, owned);
            sampler = new NodeSampler(setup, sources, ends, motion.control().policyStepNs(), owned);
            AtomicReference<TickListener> hears = recorder;
            AtomicReference<OperatorServices> offered = services;
            control = new NodeControl(setup, motion, sources, new NodeControl.Wired(ends, sampler,
                    report -> hears.get().ticked(report), () -> offered.get() != null && offered.get().startable()), owned);
            sampler.countEpisodes(() -> control.loop().watchdog().count(SafetyEvent.STARTED));
            LoopStatistics counts = control.loop().statistics();
            action = new RunPolicy(new RunPolicy.Subjects(control.loop().watchdog(), this::operate, control.text()::reason,
                    () -> counts.get(LoopStatistics.Counter.CHUNKS_TAKEN)), setup.clock(), this::noteGoal);
            housekeeping = owned.own(new Housekeeping());
        } catch (RuntimeException | Error e) {
            owned.closeAfter(e);
            throw e;
        }
    }

    /**
     * Starts the control thread, offers what stops it, waits for the policy to be warm, offers its start, and lets it drive if
     * told to.
     *
     * @return false if the accelerator failed while the policy was loaded: the node cannot go on, and its owner hears why
     * @throws InputException if the policy cannot be loaded
     */
    public boolean start(boolean autostart) throws InterruptedException {
        control.start();
        OperatorServices operator = owned.ownBelow(ends.trace(), new OperatorServices(setup.transport(), loop().watchdog(), ends.outputs()::enabled,
                ends.robot()::missing, why()::reason, () -> sources.awaitFresh(setup.clock())));
        services.set(operator);
        housekeeping.every(DIAGNOSTICS_MS, control.diagnostics()::diagnose);
        housekeeping.every(HOUSEKEEPING_MS, this::look);
        if (!sampler.supervised().awaitReady(LONGEST_LOAD_S, TimeUnit.SECONDS)) {
            if (sampler.supervised().deviceLoss() != null) {
                return false;
            }
            throw new IllegalStateException("the policy is not ready after " + LONGEST_LOAD_S + " s");
        }
        long hungAfterNs = loop().config().timing().samplerHungAfterNs();
        housekeeping.every(HOUSEKEEPING_MS, () -> sampler.supervised().replaceIfHung(setup.clock().monotonicNs(), hungAfterNs));
        operator.offerStart();
        owned.ownBelow(ends.trace(), action.offer(setup.transport()));
        owned.own(action);
        setup.transport().onShutdown(reason -> {
            action.close();
            ends.robot().leave();
        });
        housekeeping.every(HOUSEKEEPING_MS, () -> action.tick(setup.clock().monotonicNs()));
        if (autostart && !ends.outputs().enabled()) {
            LOG.warn("the dead-man switch is not held: waits for true on ~enable and then for ~start");
        } else if (autostart) {
            startWithServers();
        }
        return true;
    }

    /** Lets the policy drive once the servers of all actions that it commands are there, unless somebody has stopped it meanwhile. */
    private void startWithServers() {
        Watchdog watchdog = loop().watchdog();
        boolean stopped = !watchdog.active(SafetyEvent.NOT_STARTED) || watchdog.count(SafetyEvent.ENABLE_LOST) > 0
                || watchdog.count(SafetyEvent.EMERGENCY_STOP) > 0 || watchdog.count(SafetyEvent.OPERATOR_STOP) > 0;
        if (stopped || !ends.outputs().enabled()) {
            LOG.warn("does not start by itself any more: call ~start");
        } else if (!hasServers()) {
            housekeeping.after(HOUSEKEEPING_MS, this::startWithServers);
        } else {
            watchdog.request(SafetyEvent.STARTED);
        }
    }

    /** Whether the servers of all actions that it commands are there: before that it is not ready to drive. Any thread. */
    public boolean hasServers() {
        return ends.robot().missing() == null;
    }

    private String operate(SafetyEvent event) {
        OperatorServices offered = services.get();
        return offered == null ? "the node is starting" : offered.operate(event);
    }

    private String obstacle(SafetyEvent event) {
        OperatorServices offered = services.get();
        return offered == null ? "the node is starting" : offered.obstacle(event);
    }

    private void noteGoal(GoalRecord goal) {
        ends.trace().noted(goal);
        if (goal.begun() && !goal.text().isEmpty()) {
            try {
                whoRecordsTasks.accept(goal.text());
            } catch (InputException e) {
                LOG.warn("run_policy: the task is not recorded: {}", e.getMessage());
            }
        }
    }

    /** Where the node cannot go on, diagnostics say so, and a moment later its owner hears of it. */
    private void look() {
        NodeWatch.End end = control.watch().look(setup.clock().monotonicNs());
        if (end != null) {
            housekeeping.after(END_AFTER_MS, () -> whoEnds.accept(end));
            control.diagnostics().diagnose();
        }
    }

    /** Sets who ends the process where the node cannot go on: the control thread died, or the accelerator is lost. */
    public void whenLost(Consumer<NodeWatch.End> owner) {
        whoEnds = owner;
    }

    /** What the live page shows. @throws InputException if the page's configuration does not fit policy and action */
    public LiveState liveState(RobotConfig config) {
        LiveState state = new LiveState(setup.title(), setup.clock(), control.subjects(), ends.cycles(), sampler.fan(), config);
        state.showGoal(action::now);
        state.showFacts(owned.ownBelow(ends.trace(), new TopicFacts(config.dashboard().facts(), setup.transport()))::now);
        return state;
    }

    /** What the live page may do. */
    public LiveControls liveControls() {
        return new LiveControls(this::operate, this::obstacle);
    }

    /** Sets who else hears of every tick. */
    public void reportTo(TickListener listener) {
        recorder.set(listener);
    }

    /** Sets who else hears of the tasks of goals; on a thread of the transport, which it may hold up for a moment. */
    public void tasksTo(Consumer<String> recorderOfTasks) {
        whoRecordsTasks = recorderOfTasks;
    }

    /** When each part of the last cycles happened. */
    public CycleLog cycles() {
        return ends.cycles();
    }

    /** The loop, for its state and counts. */
    public ControlLoop loop() {
        return control.loop();
    }

    /** The observation sources. */
    public Sources sources() {
        return sources;
    }

    /** In which precision the policy is sampled here, such as int8; empty for float32. Any thread. */
    public String precision() {
        return sampler.precision();
    }

    /** How often a sampler that hung was replaced. */
    public int replacements() {
        return sampler.replacements();
    }

    /** The server that samples; null if there is none. */
    public @Nullable RemoteServer server() {
        return sampler.server();
    }

    /** The sampler. */
    SupervisedSampler sampler() {
        return sampler.supervised();
    }

    /** Why the node does what it does, in words. */
    public SafetyText why() {
        return control.text();
    }

    /** What it waits for at this moment; empty if nothing. */
    public String waitsFor() {
        return control.waiting().now();
    }

    /** How chunks are drawn. */
    GuideChoice guides() {
        return sampler.guides();
    }

    /** The outputs towards the robot. */
    public RobotOutputs robotOutputs() {
        return ends.robot();
    }

    @Override
    public void close() {
        owned.close();
    }
}
