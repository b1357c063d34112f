package dev.dpros.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.InputException;
import dev.dpros.core.TensorData;
import dev.dpros.reference.TorchCheckpointWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a folder tree holds, and policies of other families by their own names. */
class PolicyTreeTest {
    @TempDir
    private Path folder;

    private void config(String name, String json) throws IOException {
        Files.writeString(Files.createDirectories(folder.resolve(name)).resolve("config.json"), json);
    }

    private PolicyTree.Entry only(String path) {
        return PolicyTree.of(folder).stream().filter(entry -> entry.path().equals(folder.resolve(path).toString())).findFirst().orElseThrow();
    }

    @Test
    void shouldSayOfEveryPolicyWhetherItRuns() throws IOException {
        new TinyPolicy().write(folder.resolve("lab/a"));
        new TinyPolicy().write(folder.resolve("lab/run/checkpoints/000010/pretrained_model"));
        new TinyCheckpoint().write(Files.createDirectories(folder.resolve("old")).resolve("tiny.ckpt"));
        TinyPolicy part = new TinyPolicy();
        part.tensors.remove("diffusion.unet.final_conv.1.bias");
        part.write(folder.resolve("part"));
        config("act", "{\"type\": \"act\", \"input_features\": {}}");
        config("gr00t", "{\"model_type\": \"gr00t_n1_5\", \"hidden_size\": 8}");
        config("tokenizer", "{\"model_type\": \"clip_text_model\"}");
        config(".hidden", "{\"type\": \"act\"}");
        config("data.zarr", "{\"type\": \"act\"}");
        Files.writeString(Files.createDirectories(folder.resolve("lora")).resolve("adapter_config.json"), "{}");
        Files.createSymbolicLink(folder.resolve("again"), folder.resolve("lab"));

        assertTrue(PolicyTree.is(folder));
        List<PolicyTree.Entry> entries = PolicyTree.of(folder);

        assertEquals(List.of("act", "gr00t", "lab/a", "lab/run/checkpoints/000010/pretrained_model", "lora", "old/tiny.ckpt", "part"),
                entries.stream().map(entry -> folder.relativize(Path.of(entry.path())).toString()).toList());
        assertEquals(List.of(false, false, true, true, false, true, false), entries.stream().map(PolicyTree.Entry::runs).toList());
        assertEquals("config.json: type: expected the policy type diffusion or multi_task_dit, found 'act': ACT, the Action Chunking Transformer, which is not "
                + "run here", entries.get(0).reason());
        assertTrue(entries.get(1).reason().contains("model_type") && entries.get(1).reason().contains("GR00T N1.5"), entries.get(1).reason());
        assertTrue(entries.get(4).reason().contains("PEFT adapter"), entries.get(4).reason());
        assertTrue(entries.get(6).reason().contains("final_conv.1.bias"), entries.get(6).reason());
        assertEquals("diffusion_policy checkpoint", entries.get(5).inspection().format());
    }

    @Test
    void shouldTakeAPolicyForItselfAndARunForItsPolicy() {
        assertFalse(PolicyTree.is(new TinyPolicy().write(folder.resolve("policy"))));
        new TinyPolicy().write(folder.resolve("run/checkpoints/000010/pretrained_model"));
        assertFalse(PolicyTree.is(folder.resolve("run")));
        assertFalse(PolicyTree.is(folder.resolve("nothing")));
    }

    @ParameterizedTest
    @CsvSource({"act, ACT", "pi0, pi0", "pi05, pi0.5", "pi0_fast, pi0-FAST", "pi0fast, pi0-FAST", "smolvla, SmolVLA", "vqbet, VQ-BeT",
        "tdmpc, TD-MPC", "groot, GR00T", "xvla, X-VLA", "wall_x, WALL-X", "eo1, EO-1", "evo1, Evo-1", "molmoact2, MolmoAct 2",
        "vla_jepa, VLA-JEPA", "lingbot_va, LingBot-VA", "fastwam, FastWAM", "sac, SAC", "gaussian_actor, Gaussian actor",
        "sarm, SARM", "topreward, TOPReward", "robometer, Robometer", "reward_classifier, reward classifier"})
    void shouldRefuseAnotherFamilyByItsNameAndWhatItIs(String type, String family) throws IOException {
        config("other", "{\"type\": \"" + type + "\", \"chunk_size\": 100, \"input_features\": {}}");

        String message = assertThrows(InputException.class, () -> PolicyReader.read(folder.resolve("other"))).getMessage();

        assertEquals(1, message.lines().count(), message);
        assertTrue(message.contains("'" + type + "'") && message.contains(family) && message.endsWith("which is not run here"), message);
    }

    /** ACT's own program saves a bare state_dict. */
    @Test
    void shouldKnowActByItsTensors() throws IOException {
        Path file = folder.resolve("policy_best.ckpt");
        TorchCheckpointWriter.write(file, Map.of("model.encoder_action_proj.weight", TensorData.of(new float[] {1}, 1)));

        assertTrue(only("policy_best.ckpt").reason().contains("ACT, the Action Chunking Transformer"), only("policy_best.ckpt").reason());
    }
}
