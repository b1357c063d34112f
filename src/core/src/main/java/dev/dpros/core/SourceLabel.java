package dev.dpros.core;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;

/** Names that tell inputs apart which read one topic. Stateless. */
public final class SourceLabel {
    private SourceLabel() {}

    /**
     * An input's topic, with its key where another input reads the same topic.
     *
     * @param topics those of all inputs, this one included
     */
    public static String of(String topic, String key, Collection<String> topics) {
        return Collections.frequency(topics, topic) > 1 ? topic + " (" + key + ")" : topic;
    }

    /** The names, each of several equal ones after the first with its number: {@code /joint_states (2)}. */
    public static List<String> numbered(List<String> names) {
        List<String> numbered = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            int before = Collections.frequency(names.subList(0, i), names.get(i));
            numbered.add(before == 0 ? names.get(i) : names.get(i) + " (" + (before + 1) + ")");
        }
        return numbered;
    }
}
