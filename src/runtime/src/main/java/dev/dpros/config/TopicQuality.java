package dev.dpros.config;

import dev.dpros.core.Transport;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The QoS that a configuration has for its topics. Stateless. */
public final class TopicQuality {
    private static final Logger LOG = LoggerFactory.getLogger(TopicQuality.class);

    private TopicQuality() {}

    /** The topics with a QoS, as configured, by the key of its section. */
    private static Map<String, Wanted> wanted(Map<String, SourceSection> observations, List<ActionSection> actions) {
        Map<String, Wanted> all = new LinkedHashMap<>();
        new TreeMap<>(observations).forEach((key, source) -> all.put("observations." + key + ".qos", new Wanted(source.topic(), source.qos())));
        for (int i = 0; i < actions.size(); i++) {
            all.put(actions.size() > 1 ? "actions." + i + ".qos" : "action.qos", new Wanted(actions.get(i).topic(), actions.get(i).qos()));
        }
        all.values().removeIf(each -> each.qos.equals(QosSection.NONE));
        return all;
    }

    private record Wanted(String topic, QosSection qos) {}

    /** @throws IllegalArgumentException if one topic is to have two of them */
    static void requireOneForEachTopic(Map<String, SourceSection> observations, List<ActionSection> actions) {
        Map<String, String> keys = new LinkedHashMap<>();
        Map<String, Wanted> all = wanted(observations, actions);
        all.forEach((key, each) -> {
            String first = keys.putIfAbsent(each.topic, key);
            if (first != null && !all.get(first).qos.equals(each.qos)) {
                throw new IllegalArgumentException(key + ": expected that of " + first + ", which is for the same topic " + each.topic);
            }
        });
    }

    /**
     * Asks a node's transport for them, before anything is published or subscribed. Where the middleware has no QoS one line of
     * the log says that they are ignored.
     *
     * @return the keys that are ignored
     */
    public static List<String> ask(RobotConfig config, Transport transport) {
        List<String> ignored = new ArrayList<>();
        wanted(config.observations(), config.actions()).forEach((key, each) -> {
            if (!transport.askQos(each.topic, each.qos.toTopicQos())) {
                ignored.add(key);
            }
        });
        if (!ignored.isEmpty()) {
            LOG.warn("{}: ignored, this middleware has no QoS", String.join(", ", ignored));
        }
        return List.copyOf(ignored);
    }
}
