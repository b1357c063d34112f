package dev.dpros.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dpros.diffusion.EnergyConfig;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.diffusion.TrajectoryConfig;
import dev.dpros.diffusion.TrajectoryConfig.Conditioning;
import dev.dpros.diffusion.TransformerConfig;
import java.util.Map;

/**
 * What config.json says of a policy that LeRobot's diffusion policy cannot be: {@code transformer}, the settings of
 * TransformerForDiffusion by its own names, and {@code trajectory}, how observations enter and tool poses are told. LeRobot refuses a file that has
 * them. Stateless.
 */
final class OwnFields {
    private static final Map<String, Conditioning> CONDITIONINGS = Names.ordered("global", Conditioning.GLOBAL,
            "local", Conditioning.LOCAL, "inpainting", Conditioning.INPAINTING);

    private static final String IBC = "ibc";
    private static final String POSES = "pose_repr";

    private OwnFields() {}

    /** The transformer, or null if the network is a UNet. */
    static TransformerConfig transformer(ConfigNode config) {
        ConfigNode node = config.get("transformer");
        if (node.isAbsent()) {
            return null;
        }
        node.requireFields("n_layer", "n_head", "n_emb", "n_cond_layers", "causal_attn", "time_as_cond", "horizon", "n_obs_steps", "p_drop_emb",
                "p_drop_attn");
        return new TransformerConfig(node.get("n_layer").integer(), node.get("n_head").integer(), node.get("n_emb").integer(),
                node.get("n_cond_layers").integer(0), node.get("causal_attn").bool(true), node.get("time_as_cond").bool(true),
                node.get("horizon").integer(config.get("horizon").integer(64)),
                node.get("n_obs_steps").integer(config.get("n_obs_steps").integer(2)), node.get("p_drop_emb").number(0),
                node.get("p_drop_attn").number(0));
    }

    /** IBC's energy network, or null. */
    static EnergyConfig energy(ConfigNode config) {
        ConfigNode node = config.get(IBC);
        if (node.isAbsent()) {
            return null;
        }
        node.requireFields("hidden_dim", "dropout", "train_n_neg", "pred_n_samples", "pred_n_iter", "kevin_inference");
        return new EnergyConfig(node.get("hidden_dim").integer(1024), node.get("dropout").number(0.1),
                node.get("train_n_neg").integer(), node.get("pred_n_samples").integer(), node.get("kevin_inference").bool(false));
    }

    /** The iterations of IBC's search, where other policies have a scheduler. */
    static SchedulerConfig search(ConfigNode config) {
        return EnergyConfig.search(config.get(IBC).get("pred_n_iter").integer());
    }

    static TrajectoryConfig trajectory(ConfigNode config) {
        ConfigNode node = config.get("trajectory");
        if (node.isAbsent()) {
            return config.get(IBC).isAbsent() ? TrajectoryConfig.DEFAULT : EnergyConfig.TRAJECTORY;
        }
        node.requireFields("conditioning", "pred_action_steps_only", "oa_step_convention", POSES);
        ConfigNode poses = node.get(POSES);
        if (!poses.isAbsent()) {
            poses.requireFields(UmiPolicy.OBSERVED, UmiPolicy.SENT);
            poses.get(UmiPolicy.OBSERVED).text(); // UMI's own files may leave them out
            poses.get(UmiPolicy.SENT).text();
        }
        return new TrajectoryConfig(node.get("conditioning").choice(CONDITIONINGS, Conditioning.GLOBAL),
                node.get("pred_action_steps_only").bool(false), node.get("oa_step_convention").bool(true),
                poses.isAbsent() ? null : UmiPolicy.poses(poses));
    }

    static void write(ObjectNode json, PolicyConfig config) {
        TransformerConfig transformer = config.transformer();
        if (transformer != null) {
            json.putObject("transformer").put("n_layer", transformer.nLayer()).put("n_head", transformer.nHead())
                    .put("n_emb", transformer.nEmb()).put("n_cond_layers", transformer.nCondLayers())
                    .put("causal_attn", transformer.causalAttn()).put("time_as_cond", transformer.timeAsCond())
                    .put("horizon", transformer.positions()).put("n_obs_steps", transformer.condPositions())
                    .put("p_drop_emb", transformer.dropEmb()).put("p_drop_attn", transformer.dropAttn());
        }
        EnergyConfig energy = config.energy();
        if (energy != null) {
            json.putObject(IBC).put("hidden_dim", energy.width()).put("dropout", energy.dropout()).put("train_n_neg", energy.negatives())
                    .put("pred_n_samples", energy.candidates()).put("pred_n_iter", config.scheduler().inferenceSteps())
                    .put("kevin_inference", energy.best());
        }
        TrajectoryConfig trajectory = config.trajectory();
        if (!trajectory.equals(TrajectoryConfig.DEFAULT)) {
            ObjectNode node = json.putObject("trajectory").put("conditioning", Names.of(CONDITIONINGS, trajectory.conditioning()))
                    .put("pred_action_steps_only", trajectory.actionStepsOnly())
                    .put("oa_step_convention", trajectory.oaStepConvention());
            if (trajectory.poses() != null) {
                ObjectNode poses = node.putObject(POSES);
                UmiPolicy.named(trajectory.poses()).forEach(poses::put);
            }
        }
    }
}
