package dev.dpros.setup;

import dev.dpros.core.FeatureSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Finds a topic for each input of a policy. One thread; asks where names and sizes do not decide. */
final class InputMatch {
    private static final String NOT_SEEN = "not seen";

    private final List<SeenTopic> seen;
    private final RobotJoints robot;
    private final Questions questions;

    InputMatch(List<SeenTopic> seen, RobotJoints robot, Questions questions) {
        this.seen = seen;
        this.robot = robot;
        this.questions = questions;
    }

    /** One draft for each input, in the policy's order. */
    List<InputDraft> of(List<FeatureSpec> inputs) {
        Map<String, InputDraft> drafts = new LinkedHashMap<>();
        cameras(inputs.stream().filter(input -> input.kind() == FeatureSpec.Kind.VISUAL).toList(), drafts);
        List<String> taken = new ArrayList<>();
        for (FeatureSpec input : inputs) {
            if (input.kind() != FeatureSpec.Kind.VISUAL) {
                InputDraft draft = vector(input, taken);
                taken.add(draft.topic());
                drafts.put(input.key(), draft);
            }
        }
        return inputs.stream().map(input -> drafts.get(input.key())).toList();
    }

    /** The best pair of camera and topic first, so that a clear one leaves less to ask for the others. */
    private void cameras(List<FeatureSpec> cameras, Map<String, InputDraft> drafts) {
        List<FeatureSpec> open = new ArrayList<>(cameras);
        List<SeenTopic> free = new ArrayList<>(TopicMatch.cameras(seen));
        while (!open.isEmpty()) {
            FeatureSpec next = open.stream().max((a, b) -> Integer.compare(best(a, free), best(b, free))).orElseThrow();
            boolean sure = open.size() == 1 && free.size() == 1;
            open.remove(next);
            drafts.put(next.key(), camera(next, free, sure));
            free.removeIf(topic -> topic.name().equals(drafts.get(next.key()).topic()));
        }
    }

    private static int score(FeatureSpec camera, SeenTopic topic) {
        return TopicMatch.picture(camera.key(), camera.shape().get(1), camera.shape().get(2), topic);
    }

    private static int best(FeatureSpec camera, List<SeenTopic> free) {
        return free.stream().mapToInt(topic -> score(camera, topic)).max().orElse(-1);
    }

    private InputDraft camera(FeatureSpec camera, List<SeenTopic> free, boolean sure) {
        if (free.isEmpty()) {
            String topic = "/" + camera.key().replaceAll("^observation\\.(images\\.)?", "").replaceAll("[^A-Za-z0-9_]", "_") + "/image_raw";
            questions.assume("no picture was seen for " + camera.key() + ": " + topic + " stands in its place");
            return new InputDraft(camera, topic, SeenTopic.IMAGE, "", NOT_SEEN, true);
        }
        List<SeenTopic> ordered = free.stream().sorted(TopicMatch.order(topic -> score(camera, topic))).toList();
        boolean clear = sure || TopicMatch.shared(camera.key(), ordered.get(0).name()) > 0
                && (ordered.size() == 1 || score(camera, ordered.get(0)) > score(camera, ordered.get(1)));
        SeenTopic topic = clear ? ordered.get(0) : choose("Which topic is " + camera.key() + " (" + camera.shape().get(2) + "x" + camera.shape().get(1)
                + ")?", ordered);
        String size = topic.width() == 0 ? "" : topic.width() + "x" + topic.height() + ", becomes " + camera.shape().get(2) + "x" + camera.shape().get(1);
        return new InputDraft(camera, topic.name(), topic.type(), "", size, false);
    }

    private SeenTopic choose(String question, List<SeenTopic> ordered) {
        String answer = questions.choose(question, ordered.stream().map(SeenTopic::describe).toList());
        return ordered.stream().filter(topic -> topic.describe().equals(answer)).findFirst().orElse(ordered.get(0));
    }

    private InputDraft vector(FeatureSpec input, List<String> taken) {
        int size = input.size();
        boolean state = input.kind() == FeatureSpec.Kind.STATE;
        List<SeenTopic> fitting = seen.stream().filter(topic -> !topic.picture() && topic.values() >= size)
                .filter(topic -> topic.values() == size || state && topic.names().size() >= size)
                .sorted(TopicMatch.order(topic -> (taken.contains(topic.name()) ? -1000 : 0) + 10 * TopicMatch.shared(input.key(), topic.name())
                        + (topic.values() == size ? 4 : 0) + (topic.name().endsWith("joint_states") == state ? 6 : 0)
                        + (topic.type().equals(SeenTopic.JOINTS) == state ? 1 : 0))).toList();
        if (fitting.isEmpty()) {
            return unseen(input, state);
        }
        SeenTopic first = fitting.get(0);
        boolean clear = fitting.size() == 1 || first.name().endsWith("joint_states") && state
                || TopicMatch.shared(input.key(), first.name()) > TopicMatch.shared(input.key(), fitting.get(1).name());
        SeenTopic topic = clear ? first : choose("Which topic is " + input.key() + " (" + size + " values)?", fitting);
        return new InputDraft(input, topic.name(), topic.type(), field(topic, size, state), "", false);
    }

    private String field(SeenTopic topic, int size, boolean state) {
        if (topic.type().equals(SeenTopic.ARRAY)) {
            return "data[0:" + size + "]";
        }
        return state && topic.names().size() >= size ? named(joints(topic.names(), size, "the policy's state of " + topic.name())) : "position[0:" + size + "]";
    }

    private static String named(List<String> joints) {
        return "position[" + String.join(",", joints) + "]";
    }

    /** So many of these joints: in the URDF's order if it has them; what holds something is left out first. */
    List<String> joints(List<String> names, int size, String what) {
        List<String> inOrder = robot.names().stream().filter(names::contains).toList();
        List<String> all = inOrder.size() >= size ? inOrder : names;
        if (all.size() == size) {
            return all;
        }
        List<String> arm = all.stream().filter(name -> !TopicMatch.holds(name)).toList();
        List<String> first = all.subList(0, size);
        if (arm.size() == size) {
            questions.assume(what + " leaves out " + String.join(", ", all.stream().filter(name -> !arm.contains(name)).toList()));
            return arm;
        }
        String answer = questions.choose("Which " + size + " joints are " + what + "?", options(first, all, size));
        return List.of(answer.split(", "));
    }

    private static List<String> options(List<String> first, List<String> all, int size) {
        List<String> options = new ArrayList<>(List.of(String.join(", ", first)));
        IntStream.rangeClosed(1, all.size() - size).forEach(from -> options.add(String.join(", ", all.subList(from, from + size))));
        return options;
    }

    private InputDraft unseen(FeatureSpec input, boolean state) {
        String topic = state ? "/joint_states" : "/" + input.key().replaceAll("^observation\\.", "").replaceAll("[^A-Za-z0-9_]", "_");
        boolean known = state && robot.names().size() >= input.size();
        List<String> joints = known ? joints(robot.names(), input.size(), "the policy's state") : List.of();
        questions.assume("no topic of " + input.size() + " values was seen for " + input.key() + ": " + topic + " stands in its place");
        return new InputDraft(input, topic, SeenTopic.JOINTS, known ? named(joints) : "position[0:" + input.size() + "]", NOT_SEEN, true);
    }
}
