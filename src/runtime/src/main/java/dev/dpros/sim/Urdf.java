package dev.dpros.sim;

import dev.dpros.core.InputException;
import dev.dpros.core.SafeXml;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * The moving joints of a serial robot, from the base outwards, as its URDF gives them. Immutable. Fixed joints, visuals
 * and inertias are not read; a robot that branches is refused. Parsing allows no DTD and no external entity.
 */
public final class Urdf {
    private static final int MOST_JOINTS = 64;

    /** How a joint moves. */
    public enum Motion {
        /** About its axis, rad. */ REVOLUTE,
        /** Along its axis, m. */ PRISMATIC
    }

    /**
     * One joint.
     *
     * @param name its name
     * @param motion about or along the axis
     * @param parent link towards the base
     * @param child link towards the tool
     * @param origin x, y, z in m and roll, pitch, yaw in rad of the joint in its parent's frame
     * @param axis unit vector in the joint's frame
     * @param lower least position, rad or m
     * @param upper greatest position, rad or m
     * @param velocity greatest speed, rad/s or m/s
     */
    public record Joint(String name, Motion motion, String parent, String child, List<Double> origin, List<Double> axis,
            double lower, double upper, double velocity) {
        /** Copies the lists. */
        public Joint {
            origin = List.copyOf(origin);
            axis = List.copyOf(axis);
        }
    }

    private final List<Joint> joints;

    private Urdf(List<Joint> joints) {
        this.joints = List.copyOf(joints);
    }

    /** The joints in order from the base. */
    public List<Joint> joints() {
        return joints;
    }

    /** Their names, in the same order. */
    public List<String> names() {
        return joints.stream().map(Joint::name).toList();
    }

    /**
     * Reads a URDF.
     *
     * @param where the file's name, for messages
     * @throws InputException if it is not XML, a joint lacks a limit or has a bad number, or joints are not one chain
     */
    public static Urdf parse(byte[] xml, String where) {
        Element root = SafeXml.root(xml, where, "URDF");
        if (!root.getTagName().equals("robot")) {
            throw InputException.of(where, "root element", "robot", root.getTagName(), "expand xacro files first");
        }
        Map<String, Joint> byParent = new HashMap<>();
        Map<String, Joint> byChild = new HashMap<>();
        NodeList elements = root.getElementsByTagName("joint");
        for (int i = 0; i < elements.getLength(); i++) {
            Element element = (Element) elements.item(i);
            if (element.getParentNode() == root && isMoving(element, where)) {
                Joint joint = joint(element, where);
                if (byParent.put(joint.parent(), joint) != null || byChild.put(joint.child(), joint) != null) {
                    throw InputException.of(where, "joint " + joint.name(), "one chain of joints",
                            "a second joint at link " + joint.parent(), "");
                }
            }
        }
        return new Urdf(chain(byParent, byChild, where));
    }

    private static List<Joint> chain(Map<String, Joint> byParent, Map<String, Joint> byChild, String where) {
        List<Joint> bases = byParent.values().stream().filter(j -> !byChild.containsKey(j.parent())).toList();
        if (bases.size() != 1 || byParent.size() > MOST_JOINTS) {
            throw InputException.of(where, "joints", "one chain of 1 to " + MOST_JOINTS + " moving joints",
                    byParent.size() + " joints with " + bases.size() + " bases", "");
        }
        List<Joint> chain = new ArrayList<>();
        for (Joint joint = bases.get(0); joint != null; joint = byParent.get(joint.child())) {
            chain.add(joint);
        }
        return chain;
    }

    private static boolean isMoving(Element joint, String where) {
        String type = joint.getAttribute("type");
        return switch (type) {
            case "revolute", "prismatic" -> true;
            case "fixed" -> false;
            default -> throw InputException.of(where, "type of joint " + joint.getAttribute("name"),
                    "revolute, prismatic or fixed", "'" + type + "'", "a joint needs limits");
        };
    }

    private static Joint joint(Element element, String where) {
        String name = element.getAttribute("name");
        Element limit = child(element, "limit");
        Element origin = child(element, "origin");
        Element axis = child(element, "axis");
        if (name.isBlank() || limit == null || child(element, "parent") == null || child(element, "child") == null) {
            throw InputException.of(where, "joint '" + name + "'", "a name, parent, child and limit", "less", "");
        }
        String at = where + ": joint " + name;
        List<Double> pose = new ArrayList<>(numbers(at, "origin xyz", origin, "xyz", "0 0 0"));
        pose.addAll(numbers(at, "origin rpy", origin, "rpy", "0 0 0"));
        List<Double> direction = numbers(at, "axis xyz", axis, "xyz", "1 0 0");
        double length = Math.sqrt(direction.stream().mapToDouble(v -> v * v).sum());
        double lower = number(at, "limit lower", limit.getAttribute("lower"));
        double upper = number(at, "limit upper", limit.getAttribute("upper"));
        double velocity = number(at, "limit velocity", limit.getAttribute("velocity"));
        if (!(lower < upper) || !(velocity > 0) || !(length > 0)) {
            throw InputException.of(at, "limits", "lower < upper, velocity > 0 and an axis that is not zero",
                    lower + ", " + upper + ", " + velocity, "");
        }
        Motion motion = element.getAttribute("type").equals("revolute") ? Motion.REVOLUTE : Motion.PRISMATIC;
        return new Joint(name, motion, child(element, "parent").getAttribute("link"),
                child(element, "child").getAttribute("link"), pose, direction.stream().map(v -> v / length).toList(), lower,
                upper, velocity);
    }

    private static Element child(Element element, String tag) {
        NodeList found = element.getElementsByTagName(tag);
        return found.getLength() == 0 ? null : (Element) found.item(0);
    }

    private static List<Double> numbers(String where, String what, Element element, String attribute, String fallback) {
        String text = element == null || element.getAttribute(attribute).isBlank() ? fallback
                : element.getAttribute(attribute);
        String[] parts = text.strip().split("\\s+");
        if (parts.length != 3) {
            throw InputException.of(where, what, "three numbers", "'" + text + "'", "");
        }
        List<Double> values = new ArrayList<>();
        for (String part : parts) {
            values.add(number(where, what, part));
        }
        return values;
    }

    private static double number(String where, String what, String text) {
        try {
            double value = Double.parseDouble(text);
            if (Double.isFinite(value)) {
                return value;
            }
        } catch (NumberFormatException e) {
            // reported below, as an infinite value
        }
        throw InputException.of(where, what, "a finite number", "'" + text + "'", "");
    }
}
