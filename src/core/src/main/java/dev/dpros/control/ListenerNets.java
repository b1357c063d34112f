package dev.dpros.control;

import dev.dpros.safety.WatchdogListener;
import java.util.ArrayList;
import java.util.List;

/** A loop's listeners, each in a net of its own. */
final class ListenerNets {
    private final LoopStatistics statistics;
    private final List<ListenerNet> nets = new ArrayList<>();
    private final WatchdogListener transitions;
    private final TickListener[] ticks;
    private final LoopProbes probes;

    ListenerNets(LoopListeners listeners, LoopStatistics statistics) {
        this.statistics = statistics;
        transitions = net("transitions").around(listeners.transitions());
        ticks = listeners.ticks().stream().map(each -> net(each.name()).around(each.listener())).toArray(TickListener[]::new);
        LoopProbes given = listeners.probes();
        probes = given == LoopProbes.NONE ? given : new LoopProbes(net("tick lateness").around(given.tickLateness()),
                net("tick duration").around(given.tickDuration()), net("end to end").around(given.endToEnd()));
    }

    private ListenerNet net(String name) {
        ListenerNet net = new ListenerNet(name, statistics);
        nets.add(net);
        return net;
    }

    WatchdogListener transitions() {
        return transitions;
    }

    TickListener[] ticks() {
        return ticks.clone();
    }

    LoopProbes probes() {
        return probes;
    }

    List<ListenerNet> all() {
        return List.copyOf(nets);
    }
}
