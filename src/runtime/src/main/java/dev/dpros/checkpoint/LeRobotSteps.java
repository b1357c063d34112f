package dev.dpros.checkpoint;

import dev.dpros.core.InputException;
import java.util.List;
import java.util.Set;

/**
 * The steps of LeRobot's processor files beside the normalizer (processor/pipeline.py). A step that is not known may change
 * the numbers, a robot that is driven without it moves otherwise: it is refused by name. Stateless.
 */
final class LeRobotSteps {
    /**
     * Steps without effect on the numbers here: names, batch dimension, device, container types. A node maps topics to the
     * features' final names, so that a rename map has nothing left to do.
     */
    private static final Set<String> HARMLESS = Set.of("rename_observations_processor", "to_batch_processor",
            "to_batch_processor_action", "to_batch_processor_observation", "to_batch_processor_complementary_data",
            "device_processor", "numpy2torch_action_processor", "torch2numpy_action_processor");
    private static final String NORMALIZER = "normalizer_processor";
    private static final String UNNORMALIZER = "unnormalizer_processor";

    private LeRobotSteps() {}

    /** A step's registered name, or its class. */
    static String name(ConfigNode step) {
        return step.get("registry_name").isAbsent() ? step.get("class").text("") : step.get("registry_name").text();
    }

    /**
     * Refuses steps that are neither {@code normalizer} nor known to be harmless; a step that is switched off is.
     *
     * @param further steps that are harmless to this policy
     * @throws InputException naming file and step
     */
    static void requireKnown(ConfigNode root, String normalizer, Set<String> further) {
        int normalizers = 0;
        List<ConfigNode> steps = root.get("steps").items();
        for (ConfigNode step : steps) {
            String name = name(step);
            boolean off = step.get("config").get("enabled").json().isBoolean() && !step.get("config").get("enabled").json().booleanValue();
            if (name.equals(normalizer)) {
                normalizers++;
            } else if (!HARMLESS.contains(name) && !further.contains(name) && !off) {
                throw InputException.of(step.source(), step.path(), "normalization alone (" + NORMALIZER + ", " + UNNORMALIZER
                        + "), and steps that leave the numbers as they are", Quoted.of(name),
                        "this step is not carried out here, and without it the robot would move otherwise");
            }
        }
        if (normalizers > 1) {
            throw InputException.of(root.source(), "steps", "one step '" + normalizer + "'", normalizers + " of them", "");
        }
    }
}
