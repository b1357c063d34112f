package dev.dpros.node;

import dev.dpros.control.LoopInputs;
import dev.dpros.control.WiredOutput;
import dev.dpros.core.Clock;
import dev.dpros.core.PositionSource;
import dev.dpros.node.observer.NodeObserver;
import dev.dpros.node.observer.NodeObservers;
import dev.dpros.node.outputs.NodeOutputs;
import dev.dpros.node.outputs.RobotOutputs;
import dev.dpros.node.page.CycleLog;
import dev.dpros.node.trace.NodeTrace;
import dev.dpros.node.trace.TraceSetup;
import dev.dpros.observation.CameraSource;
import dev.dpros.process.Owned;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a control node has towards the outside, besides its sources: commands, the other outputs, the operator's commands,
 * and the two records of what it does, cycles and trace. Closed after the sources.
 */
final class NodeEnds {
    private final Sources sources;
    private final RobotOutputs robot;
    private final NodeOutputs outputs;
    private final PositionSource teleoperation;
    private final CycleLog cycles;
    private final NodeTrace trace;
    private final NodeObservers observers;
    private final Clock clock;

    /** Advertises, subscribes and opens the trace. @throws dev.dpros.core.InputException if they do not fit the policy */
    NodeEnds(NodeSetup setup, NodeSetup.Motion motion, Sources sources, Owned owned) {
        this.sources = sources;
        var config = setup.config();
        var transport = setup.transport();
        robot = owned.ownBelow(sources, new RobotOutputs(transport, config.layout(), motion.control(), motion.filters()));
        outputs = owned.ownBelow(sources, new NodeOutputs(config, transport, sources.health()));
        teleoperation = config.teleop().topic().isEmpty() ? PositionSource.NONE
                : owned.ownBelow(sources, new Teleoperation(config, transport));
        cycles = new CycleLog(setup.clock(), sources.cameras().stream().map(CameraSource::statistics).toList(),
                setup.policy().action().size(), setup.metrics());
        TraceSetup traced = new TraceSetup(transport.nodeName(), config.policy().getFileName().toString(), motion.control(),
                motion.limits(), sources.health().stream().map(TraceSetup.Source::of).toList());
        trace = owned.ownBelow(sources, NodeTrace.open(config.trace(), traced, sources.inputs(), setup.clock()));
        clock = setup.clock();
        observers = new NodeObservers(observers(cycles, trace));
    }

    private static Map<String, NodeObserver> observers(CycleLog cycles, NodeTrace trace) {
        Map<String, NodeObserver> named = new LinkedHashMap<>();
        named.put("live page", cycles);
        named.put("trace", trace);
        return named;
    }

    /** What the loop reads at each tick. */
    LoopInputs inputs() {
        return new LoopInputs(sources.health(), sources.positions(), teleoperation, outputs.enableSwitch());
    }

    /** Where the loop's frames go. */
    List<WiredOutput> commands() {
        return robot.wired(sink -> observers.publishing(sink, clock));
    }

    RobotOutputs robot() {
        return robot;
    }

    NodeOutputs outputs() {
        return outputs;
    }

    CycleLog cycles() {
        return cycles;
    }

    NodeTrace trace() {
        return trace;
    }

    /** Who hears of what the node does. */
    NodeObservers observers() {
        return observers;
    }
}
