package dev.dpros.app;

import dev.dpros.app.outputs.SourceCheck;
import dev.dpros.app.outputs.Waiting;
import dev.dpros.core.Clock;
import dev.dpros.core.NearestName;
import dev.dpros.core.SourceHealth;
import dev.dpros.ros.node.RosNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** What a control node may have to wait for: its topics, {@code /clock}, {@code ~start}. Stateless. */
final class WaitedFor {
    private WaitedFor() {}

    /** @param start whether it waits for an operator */
    static List<Waiting.Thing> list(RosNode node, List<SourceCheck> sources, boolean simulatedTime, BooleanSupplier start) {
        List<Waiting.Thing> things = new ArrayList<>();
        if (simulatedTime) {
            things.add(new Waiting.Thing(() -> node.clock().rosNs() == 0 ? "/clock" : null, () -> "use_sim_time is true"));
        }
        for (SourceCheck source : sources) {
            String topic = node.resolve(source.topic());
            things.add(new Waiting.Thing(() -> missing(source, node.clock()) ? topic : null, () -> detail(node, topic, source)));
        }
        things.add(new Waiting.Thing(() -> start.getAsBoolean() ? node.resolve("~start") : null, () -> ""));
        return things;
    }

    /** A source that has a publisher and delivers late is the watchdog's matter. */
    private static boolean missing(SourceCheck source, Clock clock) {
        boolean never = source.health().lastReceivedNs() == SourceHealth.NEVER;
        boolean noPublisher = source.subscription().publishers() == 0 && source.health().stale(clock.monotonicNs());
        return never || noPublisher;
    }

    private static String detail(RosNode node, String topic, SourceCheck source) {
        if (source.problem() != null) {
            return source.problem();
        }
        if (source.subscription().publishers() > 0) {
            return "its publisher has sent nothing that can be used yet";
        }
        List<String> published = node.publishedTopics().stream().filter(name -> !name.equals(topic)).toList();
        String nearest = NearestName.nearestName(topic, published);
        return "no publisher" + (nearest.isEmpty() ? "" : "; " + nearest);
    }
}
