package dev.dpros.checkpoint;

import java.util.Map;

/** Policies that labs have and this project does not run, by the names that their files give them. Stateless. */
final class OtherFamilies {
    private static final String VLA = "a vision-language-action model";
    private static final String FLOW_VLA = VLA + " with flow matching";
    private static final Map<String, String> NAMES = Names.ordered(
            "act", "ACT, the Action Chunking Transformer",
            "pi0", "pi0, " + FLOW_VLA,
            "pi0_fast", "pi0-FAST, " + VLA + " with action tokens",
            "pi0fast", "pi0-FAST, " + VLA + " with action tokens",
            "pi05", "pi0.5, " + FLOW_VLA,
            "smolvla", "SmolVLA, " + FLOW_VLA,
            "groot", "GR00T, " + FLOW_VLA,
            "gr00t_n1", "GR00T N1, " + FLOW_VLA,
            "gr00t_n1_5", "GR00T N1.5, " + FLOW_VLA,
            "Gr00tN1d6", "GR00T N1.6, " + FLOW_VLA,
            "xvla", "X-VLA, " + FLOW_VLA,
            "wall_x", "WALL-X, " + VLA,
            "eo1", "EO-1, " + FLOW_VLA,
            "evo1", "Evo-1, " + FLOW_VLA,
            "molmoact2", "MolmoAct 2, " + VLA,
            "vla_jepa", "VLA-JEPA, " + VLA,
            "openvla", "OpenVLA, " + VLA + " with action tokens",
            "lingbot_va", "LingBot-VA, a video and action model",
            "fastwam", "FastWAM, a world and action model",
            "vqbet", "VQ-BeT, a behaviour transformer over vector-quantised actions",
            "tdmpc", "TD-MPC, a world model that plans",
            "sac", "SAC, reinforcement learning",
            "gaussian_actor", "a Gaussian actor, of reinforcement learning",
            "sarm", "SARM, a reward model",
            "topreward", "TOPReward, a reward model",
            "robometer", "Robometer, a reward model",
            "reward_classifier", "a reward classifier, no policy",
            "IbcDfoHybridImagePolicy", "IBC, an energy-based policy, from images",
            "BETLowdimPolicy", "BET, the Behavior Transformer",
            "RobomimicLowdimPolicy", "robomimic's recurrent BC",
            "RobomimicImagePolicy", "robomimic's recurrent BC",
            "DiffusionUnetVideoPolicy", "a diffusion policy with a video encoder",
            "DiffusionTransformerTimmPolicy", "UMI's diffusion transformer with an encoder of timm");

    private OtherFamilies() {}

    /** What a name stands for, as the end of a message: a colon and what it is; empty if the name says nothing. */
    static String described(String name) {
        String family = NAMES.get(name);
        return family == null ? "" : ": " + family + ", which is not run here";
    }

    /** Whether a name is one of them. */
    static boolean has(String name) {
        return NAMES.containsKey(name);
    }
}
