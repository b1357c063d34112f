package dev.dpros.setup;

import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.ToIntFunction;

/** How well a topic fits an input: by the words of both names, then by size. Stateless. */
final class TopicMatch {
    private static final Set<String> SAYS_NOTHING = Set.of("observation", "observations", "images", "image", "img", "camera", "cameras", "cam", "raw",
            "compressed", "color", "colour", "rgb", "rect", "state", "");
    private static final int WORD = 100;
    private static final int SAME_SIZE = 20;
    private static final int SAME_SHAPE = 10;

    private TopicMatch() {}

    /** The words of a name that say something. */
    static Set<String> words(String name) {
        Set<String> words = new LinkedHashSet<>();
        for (String part : name.toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{N}]+")) {
            for (String word : part.split("(?<=\\p{L})(?=\\p{N})")) {
                words.add(word);
            }
        }
        words.removeAll(SAYS_NOTHING);
        return words;
    }

    /** How many words two names share: one that begins with the other counts. */
    static int shared(String key, String topic) {
        Set<String> there = words(topic);
        return (int) words(key).stream().filter(word -> there.stream().anyMatch(other -> other.equals(word)
                || Math.min(word.length(), other.length()) >= 3 && (other.startsWith(word) || word.startsWith(other)))).count();
    }

    /** How well a picture fits, more is better. @param height of the policy's image @param width of the policy's image */
    static int picture(String key, int height, int width, SeenTopic topic) {
        int size = topic.width() == width && topic.height() == height ? SAME_SIZE
                : topic.width() > 0 && (long) topic.width() * height == (long) topic.height() * width ? SAME_SHAPE : 0;
        return WORD * shared(key, topic.name()) + size;
    }

    /** Best first; of equal ones the shorter name, then by the alphabet. */
    static Comparator<SeenTopic> order(ToIntFunction<SeenTopic> score) {
        return Comparator.comparingInt(score).reversed().thenComparing(topic -> topic.name().length()).thenComparing(SeenTopic::name);
    }

    /** Whether a name is that of something that holds, not of an arm. */
    static boolean holds(String name) {
        String small = name.toLowerCase(Locale.ROOT);
        return Arrays.asList("gripper", "finger", "hand", "jaw").stream().anyMatch(small::contains);
    }

    /** Pictures, without those that are another one compressed, or its depth. */
    static List<SeenTopic> cameras(List<SeenTopic> seen) {
        Set<String> raw = new LinkedHashSet<>();
        seen.stream().filter(topic -> topic.type().equals(SeenTopic.IMAGE)).forEach(topic -> raw.add(topic.name()));
        return seen.stream().filter(SeenTopic::picture).filter(topic -> !topic.name().contains("depth"))
                .filter(topic -> !(topic.type().equals(SeenTopic.COMPRESSED) && raw.contains(topic.name().replaceAll("/compressed$", "")))).toList();
    }
}
