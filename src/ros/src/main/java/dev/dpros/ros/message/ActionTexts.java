package dev.dpros.ros.message;

import dev.dpros.core.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** The seven messages that actionlib_msgs makes of an .action file, by its rules (genaction.py). Stateless. */
final class ActionTexts {
    private static final String PART_LINE = "---";
    /** Longer endings first: what is left must be the name of an action. */
    private static final List<String> ENDINGS = List.of("ActionGoal", "ActionResult", "ActionFeedback", "Goal", "Result", "Feedback", "Action");

    private ActionTexts() {}

    /**
     * The text of a message that belongs to an action.
     *
     * @param name of the message, such as {@code MoveActionGoal}
     * @param actions gives the text of an action by name, or null
     * @return null if no action has such a message
     * @throws InputException if the action's text has not three parts
     */
    static String of(String name, Function<String, String> actions) {
        for (String ending : ENDINGS) {
            if (name.endsWith(ending) && name.length() > ending.length()) {
                String action = name.substring(0, name.length() - ending.length());
                String text = actions.apply(action);
                if (text != null) {
                    return text(action, ending, parts(action, text));
                }
            }
        }
        return null;
    }

    private static String text(String action, String ending, List<String> parts) {
        return switch (ending) {
            case "Goal" -> parts.get(0);
            case "Result" -> parts.get(1);
            case "Feedback" -> parts.get(2);
            case "ActionGoal" -> "Header header\nactionlib_msgs/GoalID goal_id\n" + action + "Goal goal\n";
            case "ActionResult" -> "Header header\nactionlib_msgs/GoalStatus status\n" + action + "Result result\n";
            case "ActionFeedback" -> "Header header\nactionlib_msgs/GoalStatus status\n" + action + "Feedback feedback\n";
            default -> action + "ActionGoal action_goal\n" + action + "ActionResult action_result\n" + action + "ActionFeedback action_feedback\n";
        };
    }

    private static List<String> parts(String action, String text) {
        List<String> parts = new ArrayList<>();
        StringBuilder current = new StringBuilder();
        for (String line : text.split("\n", -1)) {
            if (line.startsWith(PART_LINE)) {
                parts.add(current.toString());
                current.setLength(0);
            } else {
                current.append(line).append('\n');
            }
        }
        parts.add(current.toString());
        if (parts.size() != 3) {
            throw InputException.of("action " + action, "text", "2 lines '" + PART_LINE + "'", Integer.toString(parts.size() - 1), "");
        }
        return parts;
    }
}
