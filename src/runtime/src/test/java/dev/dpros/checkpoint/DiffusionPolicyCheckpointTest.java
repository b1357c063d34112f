package dev.dpros.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.InputException;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.EnergyConfig;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.diffusion.TrajectoryConfig;
import dev.dpros.diffusion.TransformerConfig;
import dev.dpros.reference.PickleWriter;
import dev.dpros.reference.Procedural;
import dev.dpros.reference.TorchCheckpointWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Checkpoints of torch.save with dill, good and bad; nothing in them is executed. */
class DiffusionPolicyCheckpointTest {
    @TempDir
    Path directory;

    private final TinyCheckpoint tiny = new TinyCheckpoint();

    private Path write() throws IOException {
        return tiny.write(directory.resolve("tiny.ckpt"));
    }

    private static String failureOf(Path source) {
        String message = assertThrows(InputException.class, () -> PolicyReader.read(source)).getMessage();
        assertEquals(1, message.lines().count(), message);
        assertTrue(message.contains(source.toString()), message);
        return message;
    }

    private static void says(String message, String... parts) {
        for (String part : parts) {
            assertTrue(message.contains(part), () -> "'" + part + "' is not in: " + message);
        }
    }

    @SuppressWarnings("unchecked")
    private void wrap(String prefix) {
        Map<String, Object> wrapped = new LinkedHashMap<>();
        ((Map<String, Object>) tiny.stateDicts.get("ema_model")).forEach((name, tensor) -> wrapped.put(
                prefix.startsWith("model.") ? name.replaceFirst("^model\\.", prefix) : prefix + name, tensor));
        tiny.stateDicts.put("ema_model", wrapped);
    }

    @ParameterizedTest
    @ValueSource(strings = {"module.", "_orig_mod.", "_orig_mod.module.", "module._orig_mod.", "model.module.", "model._orig_mod."})
    void shouldReadWhatParallelAndCompiledModulesSave(String prefix) throws IOException {
        PolicyDefinition plain = PolicyReader.read(write());
        wrap(prefix);

        PolicyDefinition wrapped = PolicyReader.read(tiny.write(directory.resolve("wrapped.ckpt")));

        assertEquals(plain.weights().keySet(), wrapped.weights().keySet());
        assertEquals(plain.weights().get("unet.final_conv.1.weight").bytes(), wrapped.weights().get("unet.final_conv.1.weight").bytes());
    }

    @Test
    void shouldNameOtherTrainersCheckpoints() throws IOException {
        Map<String, Object> weights = tiny.weights("ema/");
        Map<String, Map<String, Object>> kinds = Map.of(
                "PyTorch Lightning", Map.of("epoch", 3, "pytorch-lightning_version", "1.8.0", "state_dict", weights),
                "a bare state_dict", weights, "another trainer", Map.of("step", 3, "model_state_dict", weights));
        for (Map.Entry<String, Map<String, Object>> kind : kinds.entrySet()) {
            Path file = directory.resolve("other.ckpt");
            TorchCheckpointWriter.write(file, kind.getValue());
            says(failureOf(file), kind.getKey());
        }
    }

    @Test
    void shouldNotTakeAnotherPolicyForAMistypedName() throws IOException {
        tiny.policy.put("_target_", "diffusion_policy.policy.diffusion_transformer_timm_policy.DiffusionTransformerTimmPolicy");
        String message = assertThrows(InputException.class, () -> PolicyReader.read(write())).getMessage();

        says(message, "'DiffusionTransformerTimmPolicy'");
        assertFalse(message.contains("did you mean"), message);
    }

    @Test
    void shouldReadALowDimPolicy() throws IOException {
        PolicyDefinition policy = PolicyReader.read(write());

        assertEquals(List.of(8, 16), policy.config().unet().downDims());
        assertEquals(3, policy.config().unet().kernelSize());
        assertEquals(SchedulerConfig.Type.DDPM, policy.config().scheduler().type());
        assertEquals(2f, policy.normalizers().get("obs").normalize(1, 1.5f), 1e-6);
    }

    @Test
    void shouldPreferTheMovingAverage() throws IOException {
        tiny.stateDicts.put("model", tiny.weights("other/"));

        TensorData bias = PolicyReader.read(write()).weights().get("unet.final_conv.1.bias");

        assertEquals(Procedural.weight("ema/model.final_conv.1.bias", List.of(2L)).bytes(), bias.bytes());
    }

    @Test
    void shouldTakeTheModelWhenThereIsNoMovingAverage() throws IOException {
        tiny.stateDicts.clear();
        tiny.stateDicts.put("model", tiny.weights("other/"));

        TensorData bias = PolicyReader.read(write()).weights().get("unet.final_conv.1.bias");

        assertEquals(Procedural.weight("other/model.final_conv.1.bias", List.of(2L)).bytes(), bias.bytes());
    }

    @Test
    void shouldReadAPlainDictionaryAsConfiguration() throws IOException {
        tiny.omegaConf = false;
        assertEquals(8, PolicyReader.read(write()).config().horizon());
    }

    @Test
    void shouldFollowInterpolations() throws IOException {
        tiny.cfg.put("horizon", 16);
        tiny.policy.put("horizon", "${horizon}");
        assertEquals(16, PolicyReader.read(write()).config().horizon());
    }

    @Test
    void shouldMakeTransposedTensorsContiguous() throws IOException {
        Map<String, Object> weights = tiny.weights("ema/");
        String name = "model.diffusion_step_encoder.1.weight";
        TensorData original = (TensorData) weights.get(name);
        float[] transposed = new float[32 * 8];
        for (int row = 0; row < 32; row++) {
            for (int column = 0; column < 8; column++) {
                transposed[column * 32 + row] = original.bytes().asFloatBuffer().get(row * 8 + column);
            }
        }
        Map<String, Object> ordered = new LinkedHashMap<>();
        ordered.put("_dummy_variable", TensorData.of(transposed, 8, 32));
        ordered.putAll(weights);
        ordered.put(name, new PickleWriter.View(0, 0, List.of(32L, 8L), List.of(1L, 32L)));
        tiny.stateDicts.put("ema_model", ordered);

        TensorData read = PolicyReader.read(write()).weights().get("unet.diffusion_step_encoder.1.weight");

        assertEquals(original.bytes(), read.bytes());
    }

    @Test
    void shouldRefuseATensorBeyondItsStorage() throws IOException {
        Map<String, Object> weights = new LinkedHashMap<>();
        weights.put("_dummy_variable", TensorData.of(new float[4], 4));
        weights.putAll(tiny.weights("ema/"));
        weights.put("model.final_conv.1.bias", new PickleWriter.View(0, 3, List.of(2L), List.of(1L)));
        tiny.stateDicts.put("ema_model", weights);
        says(failureOf(write()), "'model.final_conv.1.bias'", "storage of 4 elements");
    }

    @Test
    void shouldNameAMissingTensorAsTheCheckpointCallsIt() throws IOException {
        tiny.remove("model.down_modules.0.0.blocks.0.block.0.weight");
        says(failureOf(write()), "'model.down_modules.0.0.blocks.0.block.0.weight'", "no such tensor");
    }

    @Test
    @SuppressWarnings("unchecked")
    void shouldReadIbcAndWriteItAgain() throws IOException {
        PolicyDefinition policy = PolicyReader.read(TinyCheckpoint.ibc().write(directory.resolve("ibc.ckpt")));

        assertEquals(new EnergyConfig(1024, 0.1, 16, 32, true), policy.config().energy());
        assertEquals(10, policy.weights().size());
        PolicyWriter.write(policy, directory.resolve("ibc"));
        PolicyDefinition again = PolicyReader.read(directory.resolve("ibc"));
        assertEquals(policy.config(), again.config());
        assertEquals(policy.weights().get("energy.dense3.weight").bytes(), again.weights().get("energy.dense3.weight").bytes());
        TinyCheckpoint other = TinyCheckpoint.ibc();
        ((Map<String, Object>) other.stateDicts.get("model")).put("normalizer.params_dict.action.input_stats.max", TensorData.of(new float[] {1, 3}, 2));
        assertTrue(assertThrows(InputException.class, () -> PolicyReader.read(other.write(directory.resolve("other.ckpt")))).getMessage()
                .contains("expected 1 once it is normalised"));
    }

    @ParameterizedTest
    @CsvSource({"ibc_dfo_hybrid_image_policy.IbcDfoHybridImagePolicy, IBC", "bet_lowdim_policy.BETLowdimPolicy, Behavior Transformer",
        "robomimic_image_policy.RobomimicImagePolicy, recurrent BC"})
    void shouldNameFamiliesThatAreNotRun(String target, String what) throws IOException {
        tiny.policy.put("_target_", "diffusion_policy.policy." + target);
        says(failureOf(write()), "policy._target_", "'" + target.substring(target.indexOf('.') + 1) + "'", what, "not run here",
                "DiffusionUnetLowdimPolicy");
    }

    @Test
    void shouldReadATransformer() throws IOException {
        TinyCheckpoint transformer = TinyCheckpoint.transformer();

        PolicyConfig config = PolicyReader.read(transformer.write(directory.resolve("transformer.ckpt"))).config();

        assertEquals(new TransformerConfig(2, 2, 8, 0, true, true, 8, 2, 0, 0.3), config.transformer());
        assertEquals(TrajectoryConfig.DEFAULT, config.trajectory());
    }

    @Test
    void shouldNameSettingsOfAModelThatAreNotThePolicys() throws IOException {
        TinyCheckpoint transformer = TinyCheckpoint.transformer();
        transformer.model.put("cond_dim", 0);
        says(failureOf(transformer.write(directory.resolve("odd.ckpt"))), "policy.model.cond_dim", "3", "found 0");
        tiny.model.put("local_cond_dim", 3);
        says(failureOf(write()), "policy.model.local_cond_dim", "found 3");
        tiny.model.remove("local_cond_dim");
        tiny.policy.put("obs_as_local_cond", true);
        says(failureOf(write()), "policy.obs_as_local_cond");
    }

    @Test
    void shouldNotTakeAnInpaintingPolicysWeightsForAnothers() throws IOException {
        tiny.policy.put("obs_as_global_cond", false);
        says(failureOf(write()), "tensor", "[8, 5, 3]", "[8, 2, 3]");
    }

    @Test
    void shouldRefuseSchedulerSettingsThatItDoesNotImplement() throws IOException {
        tiny.scheduler.put("timestep_spacing", "trailing");
        says(failureOf(write()), "noise_scheduler.timestep_spacing", "leading", "trailing");
    }

    @Test
    void shouldRefuseAPickleThatNamesOsSystemWithoutRunningIt() throws IOException {
        Path trace = directory.resolve("executed");
        for (String[] global : new String[][] {{"os", "system"}, {"posix", "system"}, {"builtins", "eval"}, {"builtins", "exec"},
            {"subprocess", "Popen"}, {"torch.storage", "_load_from_bytes"}, {"dill._dill", "_create_function"}}) {
            tiny.extra = new PickleWriter.Call(global[0], global[1], List.of("touch " + trace));
            says(failureOf(write()), "'" + global[0] + "." + global[1] + "'", "not allowed", "nothing was executed");
        }
        assertFalse(Files.exists(trace));
    }

    @Test
    void shouldNotCallWhatIsOnlyMentioned() throws IOException {
        tiny.extra = new PickleWriter.Call("builtins", "type", List.of("X"));
        says(failureOf(write()), "calls 'builtins.type', which is not allowed");
    }

    @Test
    void shouldNotOpenThePicklesWithin() throws IOException {
        tiny.pickles.put("epoch", "cos\nsystem\n(S'true'\ntR.".getBytes(StandardCharsets.ISO_8859_1));
        assertEquals(8, PolicyReader.read(write()).config().horizon());
    }

    @Test
    void shouldReportTruncatedFilesAtAnyLength() throws IOException {
        byte[] whole = Files.readAllBytes(write());
        for (int length : new int[] {0, 3, 4, 100, whole.length / 2, whole.length - 10, whole.length - 1}) {
            Path file = directory.resolve("truncated.ckpt");
            Files.write(file, Arrays.copyOf(whole, length));
            failureOf(file);
        }
    }

    @Test
    void shouldReportOtherFiles() throws IOException {
        Path text = Files.writeString(directory.resolve("notes.ckpt"), "not a checkpoint at all, but long enough to look at");
        says(failureOf(text), "torch.save", "another kind of file");
        Path zip = directory.resolve("compressed.ckpt");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
            out.putNextEntry(new ZipEntry("archive/data.pkl"));
            out.write(new byte[100]);
            out.closeEntry();
        }
        says(failureOf(zip), "compressed");
        TorchCheckpointWriter.write(zip, List.of(1, 2, 3));
        says(failureOf(zip), "cfg", "state_dicts");
    }

    @Test
    void shouldBoundWhatAPickleMayAskFor() throws IOException {
        byte[][] pickles = {
            {(byte) 0x80, 2, 'X', -1, -1, -1, 0x7f, '.'},
            {(byte) 0x80, 2, 'B', -1, -1, -1, -1, '.'},
            {(byte) 0x80, 2, (byte) 0x8e, -1, -1, -1, -1, -1, -1, -1, 0x7f, '.'},
            {(byte) 0x80, 2, 'h', 9, '.'},
            {(byte) 0x80, 2, 'R', '.'},
            {(byte) 0x80, 2, '(', '.'},
            {(byte) 0x80, 2, ']', 'K', 1, 's', '.'},
            {(byte) 0x80, 2, '}', ']', 'K', 1, 's', '.'},
            {(byte) 0x80, 0, '.'},
            {(byte) 0x80, 2, 'P', 'x', '\n', '.'}};
        for (byte[] pickle : pickles) {
            Path file = directory.resolve("odd.ckpt");
            TorchCheckpointWriter.write(file, pickle, List.of());
            says(failureOf(file), "data.pkl: the pickle ");
        }
    }

    @Test
    void shouldSurviveAConfigurationThatContainsItself() throws IOException {
        // {cfg: d, state_dicts: {ema_model: {}}} with d = {policy: d}
        byte[] pickle = ("\u0080\u0002}(X\u0003\0\0\0cfg}q\0X\u0006\0\0\0policyh\0sX\u000b\0\0\0state_dicts}X\u0009\0\0\0ema_model}su.")
                .getBytes(StandardCharsets.ISO_8859_1);
        Path file = directory.resolve("loop.ckpt");
        TorchCheckpointWriter.write(file, pickle, List.of());
        says(failureOf(file), "cfg", "nested too deeply");
    }
}
