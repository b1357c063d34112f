package dev.dpros.checkpoint;

import java.util.Map;

/** Policies that labs have and this project does not run, by the names that their files give them. Stateless. */
final class OtherFamilies {
    private static final Map<String, String> NAMES = Names.ordered(
            "act", "ACT, the Action Chunking Transformer",
            "pi0", "pi0, a vision-language-action model with flow matching",
            "pi0_fast", "pi0-FAST, a vision-language-action model with action tokens",
            "pi05", "pi0.5, a vision-language-action model with flow matching",
            "smolvla", "SmolVLA, a vision-language-action model with flow matching",
            "groot", "GR00T, a vision-language-action model",
            "xvla", "X-VLA, a vision-language-action model",
            "wall_x", "WALL-X, a vision-language-action model",
            "vqbet", "VQ-BeT, a behaviour transformer over vector-quantised actions",
            "tdmpc", "TD-MPC, a world model that plans",
            "sac", "SAC, reinforcement learning",
            "sarm", "SARM, a reward model",
            "reward_classifier", "a reward classifier, no policy",
            "multi_task_dit", "multi_task_dit, a diffusion transformer conditioned on text",
            "IbcDfoLowdimPolicy", "IBC, an energy-based policy",
            "IbcDfoHybridImagePolicy", "IBC, an energy-based policy",
            "BETLowdimPolicy", "BET, the Behavior Transformer",
            "RobomimicLowdimPolicy", "robomimic's recurrent BC",
            "RobomimicImagePolicy", "robomimic's recurrent BC",
            "DiffusionUnetVideoPolicy", "a diffusion policy with a video encoder",
            "DiffusionUnetTimmPolicy", "UMI's diffusion policy with an encoder of timm");

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
