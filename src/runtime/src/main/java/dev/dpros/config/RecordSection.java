package dev.dpros.config;

import static dev.dpros.config.Bounds.inRange;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What {@code dpros record} records besides the observations, and how.
 *
 * @param fps frequency of the grid at export, Hz
 * @param commanded what the operator asks for: the teleoperation topic; an empty topic means none
 * @param sent what is really sent to the robot; an empty topic means the action's
 * @param extra further topics to keep, not part of the dataset
 * @param joy {@code sensor_msgs/Joy} topic whose buttons control the recording; empty for none
 * @param resetService {@code std_srvs/Trigger} service that is called before an episode begins, such as a simulator's reset or
 *     the way home; empty for none
 * @param buttons button number by command: start, stop, success, failure, discard
 * @param minFreeMb recording stops cleanly below this
 * @param fsyncPeriodMs at most about this much is lost by power loss
 * @param robot type of robot, written into datasets
 */
public record RecordSection(double fps, Topic commanded, Topic sent, List<String> extra, String joy,
        String resetService, Map<String, Integer> buttons, int minFreeMb, int fsyncPeriodMs, String robot) {
    private static final Set<String> COMMANDS = new TreeSet<>(Set.of("start", "stop", "success", "failure", "discard"));

    /**
     * A numeric topic.
     *
     * @param topic its name, or empty
     * @param type message type; empty for whatever is published
     * @param field field path, such as {@code position[joint1,joint2]}; empty for the usual one of the type
     */
    public record Topic(String topic, String type, String field) {}

    /** @throws IllegalArgumentException naming the field, its value and the bound */
    public RecordSection {
        extra = List.copyOf(extra);
        buttons = Map.copyOf(buttons);
        inRange("fps", fps, 0.1, 1000);
        inRange("min_free_mb", minFreeMb, 0, 100_000_000);
        inRange("fsync_period_ms", fsyncPeriodMs, 0, 60_000);
        for (String command : buttons.keySet()) {
            if (!COMMANDS.contains(command)) {
                throw new IllegalArgumentException("buttons: '" + command + "': expected one of " + COMMANDS);
            }
        }
    }
}
