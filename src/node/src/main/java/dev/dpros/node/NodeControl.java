package dev.dpros.node;

import dev.dpros.control.ControlLoop;
import dev.dpros.control.ControlThread;
import dev.dpros.control.LoopListeners;
import dev.dpros.control.LoopProbes;
import dev.dpros.control.TickListener;
import dev.dpros.metrics.MetricsRegistry;
import dev.dpros.metrics.Stage;
import dev.dpros.node.outputs.Diagnostics;
import dev.dpros.node.outputs.RestWatch;
import dev.dpros.node.outputs.SafetyText;
import dev.dpros.node.outputs.Voice;
import dev.dpros.node.outputs.Waiting;
import dev.dpros.process.Owned;
import dev.dpros.safety.CauseText;
import dev.dpros.safety.SafetyEvent;
import java.util.function.BooleanSupplier;

/** A control node's loop with its thread, and those who say what it does. */
final class NodeControl {
    /**
     * What a loop is wired with.
     *
     * @param recorder hears of every tick as well
     * @param offered whether the operator's services are there
     */
    record Wired(NodeEnds ends, NodeSampler sampler, TickListener recorder, BooleanSupplier offered) {}

    private final ControlLoop loop;
    private final ControlThread thread;
    private final SafetyText text;
    private final Waiting waiting;
    private final Voice voice;
    private final Diagnostics.Subjects subjects;
    private final Diagnostics diagnostics;
    private final NodeWatch watch;

    /** Builds them; nothing ticks yet. */
    NodeControl(NodeSetup setup, NodeSetup.Motion motion, Sources sources, Wired wired, Owned owned) {
        RestWatch rest = new RestWatch(motion.control().names());
        NodeEnds ends = wired.ends;
        loop = new ControlLoop(new ControlLoop.Wiring(motion.control(), ends.commands(), ends.inputs(), wired.sampler.supervised(),
                wired.sampler.inbox(),
                listeners(ends, rest, wired.recorder).measuredBy(durations(setup.metrics()))));
        boolean simulated = motion.control().simulatedTime();
        text = new SafetyText(new CauseText(sources.health(), motion.limits(), setup.transport().resolve("~start"), ends.robot()::lostText), loop.watchdog(),
                sources.health(), setup.clock(), simulated, rest);
        ControlLoop waits = loop;
        waiting = new Waiting(WaitedFor.list(setup.transport(), sources.checks(), ends.robot().all(), simulated, ends.outputs().enable(),
                () -> wired.offered.getAsBoolean() && waits.watchdog().active(SafetyEvent.NOT_STARTED) && !waits.watchdog().requestPending()));
        subjects = new Diagnostics.Subjects(loop, sources.checks(), wired.sampler, ends.robot(), text, waiting);
        diagnostics = owned.ownBelow(ends.outputs(), new Diagnostics(setup.transport(), subjects, setup.config().outputs().diagnostics(),
                ends.outputs()::enableText));
        voice = owned.own(new Voice(loop.watchdog(), text, waiting, setup.clock()));
        thread = owned.own(new ControlThread(loop, setup.clock(), setup.pacer()));
        watch = new NodeWatch(loop, thread, ends.observers().nets(), wired.sampler.supervised()::deviceLoss);
    }

    private static LoopListeners listeners(NodeEnds ends, RestWatch rest, TickListener recorder) {
        return ends.observers().heardWith(ends.outputs().heardWith(LoopListeners.NONE.and("at rest", rest)).and("recorder", recorder));
    }

    private static LoopProbes durations(MetricsRegistry metrics) {
        return new LoopProbes(metrics.latency(Stage.TICK_LATENESS), metrics.latency(Stage.TICK_DURATION),
                metrics.latency(Stage.END_TO_END));
    }

    /** Starts the control thread and the voice. */
    void start() {
        thread.start();
        voice.start();
    }

    ControlLoop loop() {
        return loop;
    }

    SafetyText text() {
        return text;
    }

    Waiting waiting() {
        return waiting;
    }

    Diagnostics.Subjects subjects() {
        return subjects;
    }

    Diagnostics diagnostics() {
        return diagnostics;
    }

    NodeWatch watch() {
        return watch;
    }
}
