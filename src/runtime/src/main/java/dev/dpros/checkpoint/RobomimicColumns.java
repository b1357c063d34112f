package dev.dpros.checkpoint;

import dev.dpros.core.FeatureSpec;
import dev.dpros.diffusion.PolicyConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where diffusion_policy's tasks of robomimic (RobomimicReplayImageDataset, RobomimicReplayLowdimDataset) have their features
 * and how they normalize them, as this project's {@code columns}. Stateless.
 */
final class RobomimicColumns {
    private static final List<String> USUAL_KEYS = List.of("object", "robot0_eef_pos", "robot0_eef_quat", "robot0_gripper_qpos");

    private RobomimicColumns() {}

    /**
     * The columns by feature.
     *
     * @param dataset the task's {@code dataset}
     * @throws dev.dpros.core.InputException if its rotations are represented in another way
     */
    static Map<String, Object> of(ConfigNode dataset, PolicyConfig policy) {
        boolean lowDim = DiffusionPolicyConfig.className(dataset.get("_target_")).contains("Lowdim");
        boolean absolute = dataset.get("abs_action").bool(false);
        if (absolute && !dataset.get("rotation_rep").text("rotation_6d").equals("rotation_6d")) {
            throw dataset.get("rotation_rep").wrong("rotation_6d");
        }
        boolean legacy = dataset.get("use_legacy_normalizer").bool(false);
        Map<String, Object> columns = new LinkedHashMap<>();
        for (FeatureSpec input : policy.inputs()) {
            if (lowDim) {
                List<String> keys = dataset.get("obs_keys").isAbsent() ? USUAL_KEYS
                        : dataset.get("obs_keys").items().stream().map(ConfigNode::text).toList();
                columns.put(input.key(), column("from", keys, "max_abs"));
            } else if (input.kind() != FeatureSpec.Kind.VISUAL) {
                columns.put(input.key(), column("from", List.of(input.key()), input.key().endsWith("quat") ? "identity" : "range"));
            }
        }
        columns.put(policy.action().key(), column("convert", absolute ? "rotation_6d" : "none",
                !absolute ? "identity" : legacy ? "max_abs" : "positions"));
        return columns;
    }

    /** In this order always: a training goes on only with the same text. */
    private static Map<String, Object> column(String key, Object value, String normalize) {
        Map<String, Object> column = new LinkedHashMap<>();
        column.put(key, value);
        column.put("normalize", normalize);
        return column;
    }
}
