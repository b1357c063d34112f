package dev.dpros.node;

import dev.dpros.core.Clock;
import dev.dpros.core.NearestName;
import dev.dpros.core.SourceHealth;
import dev.dpros.core.Transport;
import dev.dpros.node.outputs.EnableInput;
import dev.dpros.node.outputs.RobotOutput;
import dev.dpros.node.outputs.SourceCheck;
import dev.dpros.node.outputs.Waiting;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** What a control node may have to wait for: its topics, the servers of its actions, {@code /clock}, the dead-man switch, {@code ~start}. Stateless. */
final class WaitedFor {
    private WaitedFor() {}

    /**
     * All of it.
     *
     * @param outputs towards the robot; those that are topics are not waited for
     * @param enable the dead-man switch; null if there is none
     * @param start whether it waits for an operator
     */
    static List<Waiting.Thing> list(Transport node, List<SourceCheck> sources, List<RobotOutput> outputs, boolean simulatedTime, EnableInput enable,
            BooleanSupplier start) {
        List<Waiting.Thing> things = new ArrayList<>();
        if (simulatedTime) {
            ClockWatch clock = new ClockWatch(node.clock());
            things.add(new Waiting.Thing(() -> clock.missing() ? "/clock" : null, clock::detail, true));
        }
        for (SourceCheck source : sources) {
            String topic = node.resolve(source.topic());
            things.add(new Waiting.Thing(() -> missing(source, node.clock()) ? topic : null, () -> detail(node, topic, source)));
        }
        for (RobotOutput output : outputs) {
            things.add(new Waiting.Thing(() -> output.missing() == null ? null : "action " + output.topic(),
                    () -> String.valueOf(output.missing())));
        }
        String topic = node.resolve("~enable");
        things.add(new Waiting.Thing(() -> unpublished(enable, node.clock()) ? topic : null, () -> detail(node, topic, enable)));
        things.add(new Waiting.Thing(() -> neverHeld(enable) ? "true on " + topic : null, () -> "the dead-man switch was not held yet"));
        things.add(new Waiting.Thing(() -> start.getAsBoolean() ? node.resolve("~start") : null, () -> ""));
        return things;
    }

    /** A source that has a publisher and delivers late is the watchdog's matter. */
    private static boolean missing(SourceCheck source, Clock clock) {
        boolean never = source.health().lastReceivedNs() == SourceHealth.NEVER;
        boolean noPublisher = source.subscription().publishers() == 0 && source.health().stale(clock.monotonicNs());
        return never || noPublisher;
    }

    private static boolean unpublished(EnableInput enable, Clock clock) {
        return enable != null && enable.subscription().publishers() == 0 && !enable.held(clock.monotonicNs());
    }

    private static boolean neverHeld(EnableInput enable) {
        return enable != null && enable.subscription().publishers() > 0 && !enable.everHeld();
    }

    private static String detail(Transport node, String topic, EnableInput enable) {
        List<String> refusals = enable.subscription().refusals();
        return "the dead-man switch, " + (refusals.isEmpty() ? noPublisher(node, topic) : "publisher refused: " + refusals.get(refusals.size() - 1));
    }

    private static String detail(Transport node, String topic, SourceCheck source) {
        if (source.problem() != null) {
            return source.problem();
        }
        if (source.subscription().publishers() > 0) {
            return "its publisher has sent nothing that can be used yet";
        }
        return noPublisher(node, topic);
    }

    private static String noPublisher(Transport node, String topic) {
        List<String> published = node.publishedTopics().stream().filter(name -> !name.equals(topic)).toList();
        String nearest = NearestName.nearestName(topic, published);
        return "no publisher" + (nearest.isEmpty() ? "" : "; " + nearest);
    }
}
