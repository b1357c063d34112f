package dev.dpros.node;

import dev.dpros.control.ControlLoop;
import dev.dpros.control.ControlThread;
import dev.dpros.control.ListenerNet;
import dev.dpros.process.ExitCode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after the control thread and the accelerator from outside, and says which listeners throw. Where the node cannot
 * go on it gives the reason, once: the robot is then at rest or on its way there, since each frame ends at rest. Used by the
 * housekeeping thread.
 */
public final class NodeWatch {
    private static final Logger LOG = LoggerFactory.getLogger(NodeWatch.class);
    private static final long SAY_AGAIN_NS = 60_000_000_000L;

    /**
     * Why the node cannot go on.
     *
     * @param reason in words, one line
     * @param exitCode of the process
     */
    public record End(String reason, int exitCode) {}

    /** What was said of a listener. */
    private record Said(long failures, long atNs) {}

    private final ControlLoop loop;
    private final ControlThread thread;
    private final List<ListenerNet> observers;
    private final Supplier<String> deviceLoss;
    private final Map<ListenerNet, Said> said = new HashMap<>();
    private boolean ended;

    /** @param observers what is thrown by those who hear of more than ticks */
    NodeWatch(ControlLoop loop, ControlThread thread, List<ListenerNet> observers, Supplier<String> deviceLoss) {
        this.loop = loop;
        this.thread = thread;
        this.observers = observers;
        this.deviceLoss = deviceLoss;
    }

    /** Looks once, every 100 ms or so; returns why the node cannot go on, the first time only, else null. */
    End look(long nowNs) {
        loop.listeners().forEach(net -> say(net, nowNs));
        observers.forEach(net -> say(net, nowNs));
        if (ended) {
            return null;
        }
        String death = thread.death();
        if (!death.isEmpty()) {
            ended = true;
            loop.watchdog().loopDied();
            return end("the control loop died: " + death, ExitCode.LOOP_DIED);
        }
        String loss = deviceLoss.get();
        if (loss != null) {
            ended = true;
            return end(loss, ExitCode.DEVICE_LOST);
        }
        return null;
    }

    private static End end(String what, int exitCode) {
        String reason = what + "; the last command ends at rest; the node ends with exit code " + exitCode;
        LOG.error(reason);
        return new End(reason, exitCode);
    }

    private void say(ListenerNet net, long nowNs) {
        long failures = net.failures();
        Said before = said.get(net);
        if (failures > 0 && (before == null || failures > before.failures && nowNs - before.atNs > SAY_AGAIN_NS)) {
            said.put(net, new Said(failures, nowNs));
            LOG.warn("{} threw while hearing of what the node does ({} times so far): {}; the node and the others go on",
                    net.name(), failures, String.valueOf(net.last()));
        }
    }
}
