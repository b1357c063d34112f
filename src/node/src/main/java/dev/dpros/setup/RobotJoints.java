package dev.dpros.setup;

import dev.dpros.core.ForeignText;
import dev.dpros.core.InputException;
import dev.dpros.core.SafeXml;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/**
 * The joints of a robot that move by themselves, as its URDF gives them: from the base outwards, each branch in one piece, whatever the
 * order of the file, which exporters of drawings turn round. Immutable.
 */
public final class RobotJoints {
    private static final int MOST_JOINTS = 1_000;

    /**
     * A joint.
     *
     * @param endless whether it turns without an end; it then has no position limits
     * @param lower least position, rad or m
     * @param upper greatest position, rad or m
     * @param velocity greatest speed, rad/s or m/s; NaN if the file does not say
     * @param unit {@code rad} or {@code m}
     * @param soft whether the position limits are those of the safety controller, within the joint's own
     */
    public record Joint(String name, boolean endless, double lower, double upper, double velocity, String unit, boolean soft) {}

    private final String where;
    private final Map<String, Joint> joints;
    private final Map<String, String> unusable;

    private RobotJoints(String where, Map<String, Joint> joints, Map<String, String> unusable) {
        this.where = where;
        this.joints = joints;
        this.unusable = unusable;
    }

    /** A robot of which nothing is known. */
    static RobotJoints none() {
        return new RobotJoints("", Map.of(), Map.of());
    }

    /**
     * Reads a URDF. Joints that follow another (mimic), fixed ones, and those of several axes are left out.
     *
     * @param where its name, for messages
     * @throws InputException if it is no URDF; a joint with bad limits is named when it is asked for
     */
    public static RobotJoints parse(byte[] xml, String where) {
        Element root = SafeXml.root(xml, where, "URDF");
        if (!root.getTagName().equals("robot")) {
            throw InputException.of(where, "root element", "robot", ForeignText.printable(root.getTagName()), "is it a URDF? expand xacro files first");
        }
        Map<String, Joint> joints = new LinkedHashMap<>();
        Map<String, String> unusable = new LinkedHashMap<>();
        for (Element joint : fromTheBase(root)) {
            if (moves(joint)) {
                read(joint, where, joints, unusable);
            }
        }
        if (joints.size() + unusable.size() > MOST_JOINTS) {
            throw InputException.of(where, "joints", "at most " + MOST_JOINTS, String.valueOf(joints.size() + unusable.size()), "");
        }
        return new RobotJoints(where, joints, unusable);
    }

    /** All joints, fixed ones too: what hangs on a joint follows it; in the file's order where it does not say what hangs where. */
    private static Iterable<Element> fromTheBase(Element root) {
        List<Element> all = new ArrayList<>();
        Set<String> held = new HashSet<>();
        Map<String, List<Element>> below = new HashMap<>();
        for (Node node = root.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element joint && joint.getTagName().equals("joint")) {
                all.add(joint);
                held.add(link(joint, "child"));
                below.computeIfAbsent(link(joint, "parent"), parent -> new ArrayList<>()).add(joint);
            }
        }
        Set<Element> ordered = new LinkedHashSet<>();
        Deque<Element> open = new ArrayDeque<>(all.stream().filter(joint -> link(joint, "parent").isEmpty() || !held.contains(link(joint, "parent"))).toList());
        while (!open.isEmpty()) {
            Element joint = open.pop();
            if (ordered.add(joint) && !link(joint, "child").isEmpty()) {
                List<Element> next = below.getOrDefault(link(joint, "child"), List.of());
                for (int i = next.size() - 1; i >= 0; i--) {
                    open.push(next.get(i));
                }
            }
        }
        ordered.addAll(all);
        return ordered;
    }

    private static String link(Element joint, String end) {
        @Nullable Element element = child(joint, end);
        return element == null ? "" : element.getAttribute("link").strip();
    }

    private static boolean moves(Element joint) {
        String type = joint.getAttribute("type");
        return List.of("revolute", "prismatic", "continuous").contains(type) && child(joint, "mimic") == null;
    }

    private static void read(Element element, String where, Map<String, Joint> joints, Map<String, String> unusable) {
        String name = element.getAttribute("name");
        String type = element.getAttribute("type");
        boolean endless = type.equals("continuous");
        @Nullable Element limit = child(element, "limit");
        double lower = endless ? Double.NEGATIVE_INFINITY : number(limit, "lower");
        double upper = endless ? Double.POSITIVE_INFINITY : number(limit, "upper");
        double velocity = number(limit, "velocity");
        if (name.isBlank() || joints.containsKey(name) || unusable.containsKey(name)) {
            throw InputException.of(where, "joint '" + ForeignText.printable(name) + "'", "a name of its own", name.isBlank() ? "none" : "twice", "");
        }
        if (lower < upper) {
            @Nullable Element safety = child(element, "safety_controller");
            double softLower = Math.max(lower, number(safety, "soft_lower_limit"));
            double softUpper = Math.min(upper, number(safety, "soft_upper_limit"));
            boolean soft = !endless && softLower < softUpper && (softLower > lower || softUpper < upper);
            joints.put(name, new Joint(name, endless, soft ? softLower : lower, soft ? softUpper : upper, velocity > 0 ? velocity : Double.NaN,
                    type.equals("prismatic") ? "m" : "rad", soft));
        } else {
            unusable.put(name, limit == null ? "no limit element" : "lower '" + ForeignText.printable(limit.getAttribute("lower")) + "', upper '"
                    + ForeignText.printable(limit.getAttribute("upper")) + "'");
        }
    }

    private static @Nullable Element child(Element element, String tag) {
        for (Node node = element.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element found && found.getTagName().equals(tag)) {
                return found;
            }
        }
        return null;
    }

    /** NaN if it is no finite number; a limit that is not given is 0, as the URDF specification has it. */
    private static double number(@Nullable Element limit, String attribute) {
        if (limit == null) {
            return Double.NaN;
        }
        String text = limit.getAttribute(attribute).strip();
        try {
            double value = text.isEmpty() ? 0 : Double.parseDouble(text);
            return Double.isFinite(value) ? value : Double.NaN;
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    /** Their names, from the base outwards. */
    public List<String> names() {
        List<String> names = new ArrayList<>(joints.keySet());
        names.addAll(unusable.keySet());
        return names;
    }

    /** Whether nothing is known. */
    boolean isEmpty() {
        return joints.isEmpty() && unusable.isEmpty();
    }

    /** A joint; null if there is none of this name. @throws InputException if its limits are none */
    public @Nullable Joint joint(String name) {
        if (unusable.containsKey(name)) {
            throw InputException.of(where, "joint " + name, "limits with lower < upper", unusable.get(name), "correct the URDF (expand xacro files first)");
        }
        return joints.get(name);
    }
}
